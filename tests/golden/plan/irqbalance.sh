#!/bin/sh
# What `netlane up` would do on the node that this was made for: 9 changes.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: 0 of 4 lanes straight
# note: irqbalance is running: netlane takes only its own interrupts from it
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

# irqbalance is running and would move these lanes' interrupts
# It is told in its own configuration (/etc/default/irqbalance or
# /etc/sysconfig/irqbalance), with the numbers of this boot, and restarted:
#   IRQBALANCE_ARGS="--banirq=9 --banirq=26 --banirq=27 --banirq=28 --banirq=29 --banirq=30 --banirq=31 --banirq=32 --banirq=33"

nic eth0 0000:00:05.0 02:00:00:00:00:00
# interrupt may go to CPUs 0-3; lane 0 runs on CPU 0
irq input 0 1
# interrupt may go to CPUs 0-3; lane 1 runs on CPU 1
irq input 1 2
# interrupt may go to CPUs 0-3; lane 2 runs on CPU 2
irq input 2 4
# interrupt may go to CPUs 0-3; lane 3 runs on CPU 3
irq input 3 8
# interrupt may go to CPUs 0-3; lane 0 runs on CPU 0
irq output 0 1
# interrupt may go to CPUs 0-3; lane 1 runs on CPU 1
irq output 1 2
# interrupt may go to CPUs 0-3; lane 2 runs on CPU 2
irq output 2 4
# interrupt may go to CPUs 0-3; lane 3 runs on CPU 3
irq output 3 8
