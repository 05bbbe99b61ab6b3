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

# NetworkManager lets go of it, after a reboot too: it sets no address and renews none (DHCP), others must (a static one, another client)
# this can cut off who is logged in
cat >/etc/NetworkManager/conf.d/90-netlane-02-00-00-00-00-00.conf <<'END'
# netlane wrote this, since its configuration says network_manager = unmanaged
# for the NIC with this address. netlane down removes it, unless it was edited.
[keyfile]
unmanaged-devices+=mac:02:00:00:00:00:00
END
nmcli general reload conf

# NetworkManager lets go of it, after a reboot too: it sets no address and renews none (DHCP), others must (a static one, another client); an address of it ends in 3580 s
# packets may be lost for a moment
cat >/etc/NetworkManager/conf.d/90-netlane-02-00-00-00-00-01.conf <<'END'
# netlane wrote this, since its configuration says network_manager = unmanaged
# for the NIC with this address. netlane down removes it, unless it was edited.
[keyfile]
unmanaged-devices+=mac:02:00:00:00:00:01
END
nmcli general reload conf

# the NIC that it is about is not here any more
rm -f /etc/NetworkManager/conf.d/90-netlane-02-00-00-00-00-09.conf
nmcli general reload conf
