#!/bin/sh
# What `netlane up` would do on the node that this was made for: 1 change.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: 4 of 4 lanes straight

set -eu

fail() { echo "$*" >&2; exit 1; }

# nic NAME BUS MAC: what follows is about NAME, if it still is that device
nic() {
	nic=$1 device=$(readlink -f "/sys/class/net/$1/device") || fail "$1 is not there"
	case $device/ in */"$2"/*) ;; *) fail "$1 is not the device at $2" ;; esac
	[ "$(cat "/sys/class/net/$1/address")" = "$3" ] || fail "$1 is not $3"
}

nic eth0 0000:00:05.0 02:00:00:00:00:00
# the receive hash does not spread evenly over the 4 lanes
ethtool -X "$nic" equal 4
