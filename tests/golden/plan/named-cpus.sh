#!/bin/sh
# What `netlane up` would do on the node that this was made for: 12 changes.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: 0 of 4 lanes straight
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
# interrupt goes to CPU 0; lane 0 runs on CPU 2
irq input 0 4
# interrupt goes to CPU 1; lane 1 runs on CPU 0
irq input 1 1
# interrupt goes to CPU 2; lane 2 runs on CPU 3
irq input 2 8
# interrupt goes to CPU 3; lane 3 runs on CPU 1
irq input 3 2
# interrupt goes to CPU 0; lane 0 runs on CPU 2
irq output 0 4
# interrupt goes to CPU 1; lane 1 runs on CPU 0
irq output 1 1
# interrupt goes to CPU 2; lane 2 runs on CPU 3
irq output 2 8
# interrupt goes to CPU 3; lane 3 runs on CPU 1
irq output 3 2
# CPU 0 belongs to another lane; lane 0 is for CPU 2
queue tx-0 xps_cpus 4
# CPU 1 belongs to another lane; lane 1 is for CPU 0
queue tx-1 xps_cpus 1
# CPU 2 belongs to another lane; lane 2 is for CPU 3
queue tx-2 xps_cpus 8
# CPU 3 belongs to another lane; lane 3 is for CPU 1
queue tx-3 xps_cpus 2
