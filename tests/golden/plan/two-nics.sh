#!/bin/sh
# What `netlane up` would do on the node that this was made for: 41 changes.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: 0 of 4 lanes straight
# eth1: 0 of 4 lanes straight
# note: eth0, eth1: the device or the VPC keeps the receive hash, as on most ECS types

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
# interrupt may go to CPUs 0-3; lane 0 runs on CPU 0
irq input 0 1
# interrupt may go to CPUs 4-7; lane 1 runs on CPU 1
irq input 1 2
# interrupt may go to CPUs 8-11; lane 2 runs on CPU 2
irq input 2 4
# interrupt may go to CPUs 12-15; lane 3 runs on CPU 3
irq input 3 8
# interrupt may go to CPUs 0-3; lane 0 runs on CPU 0
irq output 0 1
# interrupt may go to CPUs 4-7; lane 1 runs on CPU 1
irq output 1 2
# interrupt may go to CPUs 8-11; lane 2 runs on CPU 2
irq output 2 4
# interrupt may go to CPUs 12-15; lane 3 runs on CPU 3
irq output 3 8
# CPUs 1-3 belong to other lanes; lane 0 is for CPUs 0,4,8,12
queue tx-0 xps_cpus 1111
# CPUs 4,6-7 belong to other lanes; lane 1 is for CPUs 1,5,9,13
queue tx-1 xps_cpus 2222
# CPUs 8-9,11 belong to other lanes; lane 2 is for CPUs 2,6,10,14
queue tx-2 xps_cpus 4444
# CPUs 12-14 belong to other lanes; lane 3 is for CPUs 3,7,11,15
queue tx-3 xps_cpus 8888

nic eth1 0000:00:06.0 02:00:00:00:00:01
# interrupt may go to CPUs 0-3; lane 0 runs on CPU 8
irq input 0 100
# interrupt may go to CPUs 4-7; lane 1 runs on CPU 9
irq input 1 200
# interrupt may go to CPUs 8-11; lane 2 runs on CPU 10
irq input 2 400
# interrupt may go to CPUs 12-15; lane 3 runs on CPU 11
irq input 3 800
# interrupt may go to CPUs 0-3; lane 0 runs on CPU 8
irq output 0 100
# interrupt may go to CPUs 4-7; lane 1 runs on CPU 9
irq output 1 200
# interrupt may go to CPUs 8-11; lane 2 runs on CPU 10
irq output 2 400
# interrupt may go to CPUs 12-15; lane 3 runs on CPU 11
irq output 3 800
# CPUs 1-3 belong to other lanes; lane 0 is for CPUs 0,4,8,12
queue tx-0 xps_cpus 1111
# CPUs 4,6-7 belong to other lanes; lane 1 is for CPUs 1,5,9,13
queue tx-1 xps_cpus 2222
# CPUs 8-9,11 belong to other lanes; lane 2 is for CPUs 2,6,10,14
queue tx-2 xps_cpus 4444
# CPUs 12-14 belong to other lanes; lane 3 is for CPUs 3,7,11,15
queue tx-3 xps_cpus 8888

# RFS on eth0 needs the node's flow table; it is only ever raised
put 32768 /proc/sys/net/core/rps_sock_flow_entries

nic eth0 0000:00:05.0 02:00:00:00:00:00
# CPUs 4,8,12 have no queue of their own; lane 0 feeds them
queue rx-0 rps_cpus 1110
# CPUs 5,9,13 have no queue of their own; lane 1 feeds them
queue rx-1 rps_cpus 2220
# CPUs 6,10,14 have no queue of their own; lane 2 feeds them
queue rx-2 rps_cpus 4440
# CPUs 7,11,15 have no queue of their own; lane 3 feeds them
queue rx-3 rps_cpus 8880
# lane 0 feeds CPUs 4,8,12: RFS hands a flow to the CPU that reads it
queue rx-0 rps_flow_cnt 8192
# lane 1 feeds CPUs 5,9,13: RFS hands a flow to the CPU that reads it
queue rx-1 rps_flow_cnt 8192
# lane 2 feeds CPUs 6,10,14: RFS hands a flow to the CPU that reads it
queue rx-2 rps_flow_cnt 8192
# lane 3 feeds CPUs 7,11,15: RFS hands a flow to the CPU that reads it
queue rx-3 rps_flow_cnt 8192

nic eth1 0000:00:06.0 02:00:00:00:00:01
# CPUs 0,4,12 have no queue of their own; lane 0 feeds them
queue rx-0 rps_cpus 1011
# CPUs 1,5,13 have no queue of their own; lane 1 feeds them
queue rx-1 rps_cpus 2022
# CPUs 2,6,14 have no queue of their own; lane 2 feeds them
queue rx-2 rps_cpus 4044
# CPUs 3,7,15 have no queue of their own; lane 3 feeds them
queue rx-3 rps_cpus 8088
# lane 0 feeds CPUs 0,4,12: RFS hands a flow to the CPU that reads it
queue rx-0 rps_flow_cnt 8192
# lane 1 feeds CPUs 1,5,13: RFS hands a flow to the CPU that reads it
queue rx-1 rps_flow_cnt 8192
# lane 2 feeds CPUs 2,6,14: RFS hands a flow to the CPU that reads it
queue rx-2 rps_flow_cnt 8192
# lane 3 feeds CPUs 3,7,15: RFS hands a flow to the CPU that reads it
queue rx-3 rps_flow_cnt 8192
