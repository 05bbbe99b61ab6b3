#!/bin/sh
# What `netlane up` would do on the node that this was made for: 5 changes.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: 0 of 1 lanes straight

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
irq output 0 1

# RFS on eth0 needs the node's flow table; it is only ever raised
put 32768 /proc/sys/net/core/rps_sock_flow_entries

nic eth0 0000:00:05.0 02:00:00:00:00:00
# CPUs 1-3 have no queue of their own; lane 0 feeds them
queue rx-0 rps_cpus e
# lane 0 feeds CPUs 1-3: RFS hands a flow to the CPU that reads it
queue rx-0 rps_flow_cnt 32768
