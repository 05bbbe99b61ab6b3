#!/bin/sh
# What `netlane up` would do on the node that this was made for: 3 changes.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: 4 of 6 lanes straight
# note: isolated: CPUs 6-7 get no lane and no RPS, and transmit by the nearest lane
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
# 8 queues active, but only 6 CPUs may carry lanes
# packets may be lost for a moment
ethtool -L "$nic" combined 6
# as it is; the change of channels may reset it
irq input 0 1
irq input 1 2
irq input 2 4
irq input 3 8
irq input 4 10
irq input 5 20
irq input 6 40
irq input 7 80
irq output 0 1
irq output 1 2
irq output 2 4
irq output 3 8
irq output 4 10
irq output 5 20
irq output 6 40
irq output 7 80
# lane 0 is for CPUs 0,6; only CPU 0 may transmit by it
queue tx-0 xps_cpus 41
# lane 1 is for CPUs 1,7; only CPU 1 may transmit by it
queue tx-1 xps_cpus 82
# as it is; the change of channels may reset it
queue tx-2 xps_cpus 4
queue tx-3 xps_cpus 8
queue tx-4 xps_cpus 10
queue tx-5 xps_cpus 20
queue rx-0 rps_cpus 0
queue rx-1 rps_cpus 0
queue rx-2 rps_cpus 0
queue rx-3 rps_cpus 0
queue rx-4 rps_cpus 0
queue rx-5 rps_cpus 0
queue rx-0 rps_flow_cnt 0
queue rx-1 rps_flow_cnt 0
queue rx-2 rps_flow_cnt 0
queue rx-3 rps_flow_cnt 0
queue rx-4 rps_flow_cnt 0
queue rx-5 rps_flow_cnt 0
