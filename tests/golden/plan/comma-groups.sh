#!/bin/sh
# What `netlane up` would do on the node that this was made for: 81 changes.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: 0 of 16 lanes straight
# note: eth0: the device or the VPC keeps the receive hash, as on most ECS types

set -eu

fail() { echo "$*" >&2; exit 1; }

# put VALUE FILE
put() { printf '%s\n' "$1" >"$2" || fail "$2: '$1' was refused"; }

# nic NAME BUS MAC: what follows is about NAME, if it still is that device
nic() {
	nic=$1 device=$(readlink -f "/sys/class/net/$1/device") || fail "$1 is not there"
	case $device/ in */"$2"/*) ;; *) fail "$1 is not the device at $2" ;; esac
	[ "$(cat "/sys/class/net/$1/address")" = "$3" ] || fail "$1 is not $3"
}

# irq input|output QUEUE MASK: found by name, since the numbers change
irq() {
	name=${device##*/}-$1.$2
	number=$(awk -v name="$name" '$NF == name { sub(":", "", $1); print $1 }' /proc/interrupts)
	[ -n "$number" ] || fail "$nic: there is no interrupt $name"
	put "$3" "/proc/irq/$number/smp_affinity"
}

# queue rx-N|tx-N FILE VALUE
queue() { put "$3" "/sys/class/net/$nic/queues/$1/$2"; }

nic eth0 0000:00:05.0 02:00:00:00:00:00
# interrupt may go to CPUs 0-11; lane 0 runs on CPU 0
irq input 0 1
# interrupt may go to CPUs 12-23; lane 1 runs on CPU 2
irq input 1 4
# interrupt may go to CPUs 24-35; lane 2 runs on CPU 4
irq input 2 10
# interrupt may go to CPUs 36-47; lane 3 runs on CPU 6
irq input 3 40
# interrupt may go to CPUs 48-59; lane 4 runs on CPU 8
irq input 4 100
# interrupt may go to CPUs 60-71; lane 5 runs on CPU 10
irq input 5 400
# interrupt may go to CPUs 72-83; lane 6 runs on CPU 12
irq input 6 1000
# interrupt may go to CPUs 84-95; lane 7 runs on CPU 14
irq input 7 4000
# interrupt may go to CPUs 96-107; lane 8 runs on CPU 16
irq input 8 10000
# interrupt may go to CPUs 108-119; lane 9 runs on CPU 18
irq input 9 40000
# interrupt may go to CPUs 120-131; lane 10 runs on CPU 20
irq input 10 100000
# interrupt may go to CPUs 132-143; lane 11 runs on CPU 22
irq input 11 400000
# interrupt may go to CPUs 144-155; lane 12 runs on CPU 24
irq input 12 1000000
# interrupt may go to CPUs 156-167; lane 13 runs on CPU 26
irq input 13 4000000
# interrupt may go to CPUs 168-179; lane 14 runs on CPU 28
irq input 14 10000000
# interrupt may go to CPUs 180-191; lane 15 runs on CPU 30
irq input 15 40000000
# interrupt may go to CPUs 0-11; lane 0 runs on CPU 0
irq output 0 1
# interrupt may go to CPUs 12-23; lane 1 runs on CPU 2
irq output 1 4
# interrupt may go to CPUs 24-35; lane 2 runs on CPU 4
irq output 2 10
# interrupt may go to CPUs 36-47; lane 3 runs on CPU 6
irq output 3 40
# interrupt may go to CPUs 48-59; lane 4 runs on CPU 8
irq output 4 100
# interrupt may go to CPUs 60-71; lane 5 runs on CPU 10
irq output 5 400
# interrupt may go to CPUs 72-83; lane 6 runs on CPU 12
irq output 6 1000
# interrupt may go to CPUs 84-95; lane 7 runs on CPU 14
irq output 7 4000
# interrupt may go to CPUs 96-107; lane 8 runs on CPU 16
irq output 8 10000
# interrupt may go to CPUs 108-119; lane 9 runs on CPU 18
irq output 9 40000
# interrupt may go to CPUs 120-131; lane 10 runs on CPU 20
irq output 10 100000
# interrupt may go to CPUs 132-143; lane 11 runs on CPU 22
irq output 11 400000
# interrupt may go to CPUs 144-155; lane 12 runs on CPU 24
irq output 12 1000000
# interrupt may go to CPUs 156-167; lane 13 runs on CPU 26
irq output 13 4000000
# interrupt may go to CPUs 168-179; lane 14 runs on CPU 28
irq output 14 10000000
# interrupt may go to CPUs 180-191; lane 15 runs on CPU 30
irq output 15 40000000
# all 192 CPUs share this queue's XPS mask: the kernel picks by hash, not by lane
queue tx-0 xps_cpus 10001,00010001,00010001,00010001,00010001,00000003
queue tx-1 xps_cpus 20002,00020002,00020002,00020002,00020002,0000000c
queue tx-2 xps_cpus 40004,00040004,00040004,00040004,00040004,00000030
queue tx-3 xps_cpus 80008,00080008,00080008,00080008,00080008,000000c0
queue tx-4 xps_cpus 100010,00100010,00100010,00100010,00100010,00000300
queue tx-5 xps_cpus 200020,00200020,00200020,00200020,00200020,00000c00
queue tx-6 xps_cpus 400040,00400040,00400040,00400040,00400040,00003000
queue tx-7 xps_cpus 800080,00800080,00800080,00800080,00800080,0000c000
queue tx-8 xps_cpus 1000100,01000100,01000100,01000100,01000100,00030000
queue tx-9 xps_cpus 2000200,02000200,02000200,02000200,02000200,000c0000
queue tx-10 xps_cpus 4000400,04000400,04000400,04000400,04000400,00300000
queue tx-11 xps_cpus 8000800,08000800,08000800,08000800,08000800,00c00000
queue tx-12 xps_cpus 10001000,10001000,10001000,10001000,10001000,03000000
queue tx-13 xps_cpus 20002000,20002000,20002000,20002000,20002000,0c000000
queue tx-14 xps_cpus 40004000,40004000,40004000,40004000,40004000,30000000
queue tx-15 xps_cpus 80008000,80008000,80008000,80008000,80008000,c0000000

# RFS on eth0 needs the node's flow table; it is only ever raised
put 32768 /proc/sys/net/core/rps_sock_flow_entries

nic eth0 0000:00:05.0 02:00:00:00:00:00
# CPUs 1,32,48,64,80,96,112,128,144,160,176 have no queue of their own; lane 0 feeds them
queue rx-0 rps_cpus 10001,00010001,00010001,00010001,00010001,00000002
# CPUs 3,33,49,65,81,97,113,129,145,161,177 have no queue of their own; lane 1 feeds them
queue rx-1 rps_cpus 20002,00020002,00020002,00020002,00020002,00000008
# CPUs 5,34,50,66,82,98,114,130,146,162,178 have no queue of their own; lane 2 feeds them
queue rx-2 rps_cpus 40004,00040004,00040004,00040004,00040004,00000020
# CPUs 7,35,51,67,83,99,115,131,147,163,179 have no queue of their own; lane 3 feeds them
queue rx-3 rps_cpus 80008,00080008,00080008,00080008,00080008,00000080
# CPUs 9,36,52,68,84,100,116,132,148,164,180 have no queue of their own; lane 4 feeds them
queue rx-4 rps_cpus 100010,00100010,00100010,00100010,00100010,00000200
# CPUs 11,37,53,69,85,101,117,133,149,165,181 have no queue of their own; lane 5 feeds them
queue rx-5 rps_cpus 200020,00200020,00200020,00200020,00200020,00000800
# CPUs 13,38,54,70,86,102,118,134,150,166,182 have no queue of their own; lane 6 feeds them
queue rx-6 rps_cpus 400040,00400040,00400040,00400040,00400040,00002000
# CPUs 15,39,55,71,87,103,119,135,151,167,183 have no queue of their own; lane 7 feeds them
queue rx-7 rps_cpus 800080,00800080,00800080,00800080,00800080,00008000
# CPUs 17,40,56,72,88,104,120,136,152,168,184 have no queue of their own; lane 8 feeds them
queue rx-8 rps_cpus 1000100,01000100,01000100,01000100,01000100,00020000
# CPUs 19,41,57,73,89,105,121,137,153,169,185 have no queue of their own; lane 9 feeds them
queue rx-9 rps_cpus 2000200,02000200,02000200,02000200,02000200,00080000
# CPUs 21,42,58,74,90,106,122,138,154,170,186 have no queue of their own; lane 10 feeds them
queue rx-10 rps_cpus 4000400,04000400,04000400,04000400,04000400,00200000
# CPUs 23,43,59,75,91,107,123,139,155,171,187 have no queue of their own; lane 11 feeds them
queue rx-11 rps_cpus 8000800,08000800,08000800,08000800,08000800,00800000
# CPUs 25,44,60,76,92,108,124,140,156,172,188 have no queue of their own; lane 12 feeds them
queue rx-12 rps_cpus 10001000,10001000,10001000,10001000,10001000,02000000
# CPUs 27,45,61,77,93,109,125,141,157,173,189 have no queue of their own; lane 13 feeds them
queue rx-13 rps_cpus 20002000,20002000,20002000,20002000,20002000,08000000
# CPUs 29,46,62,78,94,110,126,142,158,174,190 have no queue of their own; lane 14 feeds them
queue rx-14 rps_cpus 40004000,40004000,40004000,40004000,40004000,20000000
# CPUs 31,47,63,79,95,111,127,143,159,175,191 have no queue of their own; lane 15 feeds them
queue rx-15 rps_cpus 80008000,80008000,80008000,80008000,80008000,80000000
# lane 0 feeds CPUs 1,32,48,64,80,96,112,128,144,160,176: RFS hands a flow to the CPU that reads it
queue rx-0 rps_flow_cnt 2048
# lane 1 feeds CPUs 3,33,49,65,81,97,113,129,145,161,177: RFS hands a flow to the CPU that reads it
queue rx-1 rps_flow_cnt 2048
# lane 2 feeds CPUs 5,34,50,66,82,98,114,130,146,162,178: RFS hands a flow to the CPU that reads it
queue rx-2 rps_flow_cnt 2048
# lane 3 feeds CPUs 7,35,51,67,83,99,115,131,147,163,179: RFS hands a flow to the CPU that reads it
queue rx-3 rps_flow_cnt 2048
# lane 4 feeds CPUs 9,36,52,68,84,100,116,132,148,164,180: RFS hands a flow to the CPU that reads it
queue rx-4 rps_flow_cnt 2048
# lane 5 feeds CPUs 11,37,53,69,85,101,117,133,149,165,181: RFS hands a flow to the CPU that reads it
queue rx-5 rps_flow_cnt 2048
# lane 6 feeds CPUs 13,38,54,70,86,102,118,134,150,166,182: RFS hands a flow to the CPU that reads it
queue rx-6 rps_flow_cnt 2048
# lane 7 feeds CPUs 15,39,55,71,87,103,119,135,151,167,183: RFS hands a flow to the CPU that reads it
queue rx-7 rps_flow_cnt 2048
# lane 8 feeds CPUs 17,40,56,72,88,104,120,136,152,168,184: RFS hands a flow to the CPU that reads it
queue rx-8 rps_flow_cnt 2048
# lane 9 feeds CPUs 19,41,57,73,89,105,121,137,153,169,185: RFS hands a flow to the CPU that reads it
queue rx-9 rps_flow_cnt 2048
# lane 10 feeds CPUs 21,42,58,74,90,106,122,138,154,170,186: RFS hands a flow to the CPU that reads it
queue rx-10 rps_flow_cnt 2048
# lane 11 feeds CPUs 23,43,59,75,91,107,123,139,155,171,187: RFS hands a flow to the CPU that reads it
queue rx-11 rps_flow_cnt 2048
# lane 12 feeds CPUs 25,44,60,76,92,108,124,140,156,172,188: RFS hands a flow to the CPU that reads it
queue rx-12 rps_flow_cnt 2048
# lane 13 feeds CPUs 27,45,61,77,93,109,125,141,157,173,189: RFS hands a flow to the CPU that reads it
queue rx-13 rps_flow_cnt 2048
# lane 14 feeds CPUs 29,46,62,78,94,110,126,142,158,174,190: RFS hands a flow to the CPU that reads it
queue rx-14 rps_flow_cnt 2048
# lane 15 feeds CPUs 31,47,63,79,95,111,127,143,159,175,191: RFS hands a flow to the CPU that reads it
queue rx-15 rps_flow_cnt 2048
