#!/bin/sh
# What `netlane up` would do on the node that this was made for: 33 changes.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: 0 of 8 lanes straight
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
# interrupt may go to CPUs 0-1; lane 0 runs on CPU 0
irq input 0 1
# interrupt may go to CPUs 2-3; lane 1 runs on CPU 2
irq input 1 4
# interrupt may go to CPUs 4-5; lane 2 runs on CPU 4
irq input 2 10
# interrupt may go to CPUs 6-7; lane 3 runs on CPU 6
irq input 3 40
# interrupt may go to CPUs 8-9; lane 4 runs on CPU 8
irq input 4 100
# interrupt may go to CPUs 10-11; lane 5 runs on CPU 10
irq input 5 400
# interrupt may go to CPUs 12-13; lane 6 runs on CPU 12
irq input 6 1000
# interrupt may go to CPUs 14-15; lane 7 runs on CPU 14
irq input 7 4000
# interrupt may go to CPUs 0-1; lane 0 runs on CPU 0
irq output 0 1
# interrupt may go to CPUs 2-3; lane 1 runs on CPU 2
irq output 1 4
# interrupt may go to CPUs 4-5; lane 2 runs on CPU 4
irq output 2 10
# interrupt may go to CPUs 6-7; lane 3 runs on CPU 6
irq output 3 40
# interrupt may go to CPUs 8-9; lane 4 runs on CPU 8
irq output 4 100
# interrupt may go to CPUs 10-11; lane 5 runs on CPU 10
irq output 5 400
# interrupt may go to CPUs 12-13; lane 6 runs on CPU 12
irq output 6 1000
# interrupt may go to CPUs 14-15; lane 7 runs on CPU 14
irq output 7 4000

# RFS on eth0 needs the node's flow table; it is only ever raised
put 32768 /proc/sys/net/core/rps_sock_flow_entries

nic eth0 0000:00:05.0 02:00:00:00:00:00
# CPU 1 has no queue of its own; lane 0 feeds it
queue rx-0 rps_cpus 2
# CPU 3 has no queue of its own; lane 1 feeds it
queue rx-1 rps_cpus 8
# CPU 5 has no queue of its own; lane 2 feeds it
queue rx-2 rps_cpus 20
# CPU 7 has no queue of its own; lane 3 feeds it
queue rx-3 rps_cpus 80
# CPU 9 has no queue of its own; lane 4 feeds it
queue rx-4 rps_cpus 200
# CPU 11 has no queue of its own; lane 5 feeds it
queue rx-5 rps_cpus 800
# CPU 13 has no queue of its own; lane 6 feeds it
queue rx-6 rps_cpus 2000
# CPU 15 has no queue of its own; lane 7 feeds it
queue rx-7 rps_cpus 8000
# lane 0 feeds CPU 1: RFS hands a flow to the CPU that reads it
queue rx-0 rps_flow_cnt 4096
# lane 1 feeds CPU 3: RFS hands a flow to the CPU that reads it
queue rx-1 rps_flow_cnt 4096
# lane 2 feeds CPU 5: RFS hands a flow to the CPU that reads it
queue rx-2 rps_flow_cnt 4096
# lane 3 feeds CPU 7: RFS hands a flow to the CPU that reads it
queue rx-3 rps_flow_cnt 4096
# lane 4 feeds CPU 9: RFS hands a flow to the CPU that reads it
queue rx-4 rps_flow_cnt 4096
# lane 5 feeds CPU 11: RFS hands a flow to the CPU that reads it
queue rx-5 rps_flow_cnt 4096
# lane 6 feeds CPU 13: RFS hands a flow to the CPU that reads it
queue rx-6 rps_flow_cnt 4096
# lane 7 feeds CPU 15: RFS hands a flow to the CPU that reads it
queue rx-7 rps_flow_cnt 4096
