#!/bin/sh
# What `netlane up` would do on the node that this was made for: 3 changes.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: already straight (the driver's default)
# eth1: already straight (the driver's default)
# eth2: already straight (the driver's default)
# note: eth2: network_manager = unmanaged (network-manager.conf:2) is not done: /etc/NetworkManager/conf.d/90-netlane-02-00-00-00-00-02.conf is not netlane's
# note: NetworkManager sets, whenever it activates the connection, addresses, routes, mtu; netlane does not stop it (seen: pid 611)
# note: eth0, eth1, eth2: the device or the VPC keeps the receive hash, as on most ECS types

set -eu

fail() { echo "$*" >&2; exit 1; }

# NetworkManager lets go of it, after a reboot too: it sets no address and renews none (DHCP), others must (a static one, another client)
# this can cut off who is logged in
# NetworkManager takes addresses and routes away as it lets go, and only
# netlane up puts them back: this is not done here
[ -e /etc/NetworkManager/conf.d/90-netlane-02-00-00-00-00-00.conf ] ||
	fail '02:00:00:00:00:00: network_manager = unmanaged: do this one with netlane up'

# NetworkManager lets go of it, after a reboot too: it sets no address and renews none (DHCP), others must (a static one, another client); an address of it ends in 3580 s
# packets may be lost for a moment
# NetworkManager takes addresses and routes away as it lets go, and only
# netlane up puts them back: this is not done here
[ -e /etc/NetworkManager/conf.d/90-netlane-02-00-00-00-00-01.conf ] ||
	fail '02:00:00:00:00:01: network_manager = unmanaged: do this one with netlane up'

# the NIC that it is about is not here any more
rm -f /etc/NetworkManager/conf.d/90-netlane-02-00-00-00-00-09.conf
nmcli general reload conf
