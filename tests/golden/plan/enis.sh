#!/bin/sh
# What `netlane up` would do on the node that this was made for: 8 changes.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: already straight (the driver's default)
# eth1: already straight (the driver's default)
# eth2: already straight (the driver's default)
# note: eth2: the metadata service is late; its routes stay as they are
# note: eth0, eth1, eth2: the device or the VPC keeps the receive hash, as on most ECS types

set -eu

fail() { echo "$*" >&2; exit 1; }

# nic NAME BUS MAC: what follows is about NAME, if it still is that device
nic() {
	nic=$1 device=$(readlink -f "/sys/class/net/$1/device") || fail "$1 is not there"
	case $device/ in */"$2"/*) ;; *) fail "$1 is not the device at $2" ;; esac
	[ "$(cat "/sys/class/net/$1/address")" = "$3" ] || fail "$1 is not $3"
}

# the metadata service stays reachable as without this table
ip -4 route add throw 100.100.100.200/32 table 26060 protocol 110

# a network inside this node is reached as without this table
ip -4 route add throw 172.17.0.0/16 table 26060 protocol 110

nic eth1 0000:00:06.0 02:00:00:00:00:01
# neighbours of this NIC are reached by it
ip -4 route add 10.0.1.0/24 dev "$nic" table 26060 protocol 110
# a table of its own, with the gateway that the metadata service names
ip -4 route add 0.0.0.0/0 via 10.0.1.253 dev "$nic" table 26060 protocol 110

# what comes from this address of eth1 is to leave by it, not by the default route
# this can cut off who is logged in
ip -4 rule add from 10.0.1.5/32 lookup 26060 priority 17000 protocol 110

nic eth1 0000:00:06.0 02:00:00:00:00:01
# neighbours of this NIC are reached by it
ip -6 route add 2408::1:0/112 dev "$nic" table 26060 protocol 110
# a table of its own, with the gateway that the metadata service names
ip -6 route add ::/0 via 2408::1:fffd dev "$nic" table 26060 protocol 110

# what comes from this address of eth1 is to leave by it, not by the default route
# this can cut off who is logged in
ip -6 rule add from 2408::1:5/128 lookup 26060 priority 17000 protocol 110
