#!/bin/sh
# What `netlane up` would do on the node that this was made for: 18 changes.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: 0 of 4 lanes straight
# note: ecs_mq runs at boot and on hotplug and will rewrite channels, irq affinity, rps, xps; netlane does not stop it (seen: unit ecs_mq.service enabled)
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
# interrupt may go to CPUs 2-3; lane 1 runs on CPU 1
irq input 1 2
# interrupt goes to CPU 4; lane 2 runs on CPU 2
irq input 2 4
# interrupt goes to CPU 5; lane 3 runs on CPU 3
irq input 3 8
# interrupt may go to CPUs 0-1; lane 0 runs on CPU 0
irq output 0 1
# interrupt may go to CPUs 2-3; lane 1 runs on CPU 1
irq output 1 2
# interrupt goes to CPU 4; lane 2 runs on CPU 2
irq output 2 4
# interrupt goes to CPU 5; lane 3 runs on CPU 3
irq output 3 8
# all 6 CPUs share this queue's XPS mask: the kernel picks by hash, not by lane
queue tx-0 xps_cpus 11
queue tx-1 xps_cpus 22
queue tx-2 xps_cpus 4
queue tx-3 xps_cpus 8
# CPU 4 has no queue of its own; lane 0 feeds it
queue rx-0 rps_cpus 10
# CPU 5 has no queue of its own; lane 1 feeds it
queue rx-1 rps_cpus 20
# lane 2 has no helper: it keeps its packets on CPU 2
queue rx-2 rps_cpus 0
# lane 3 has no helper: it keeps its packets on CPU 3
queue rx-3 rps_cpus 0
# lane 2 hands no packets to others: RFS has no use here
queue rx-2 rps_flow_cnt 0
# lane 3 hands no packets to others: RFS has no use here
queue rx-3 rps_flow_cnt 0
