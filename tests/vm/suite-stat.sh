#!/bin/bash
# netlane stat counts what was sent: to the packet and to the byte, both ways,
# small packets and super-packets, IPv4 and IPv6, fragments and VLANs.
# Rule: the sender's own SNMP counters say what was sent; neighbours are known
# beforehand and all is quiet, so that nothing else is.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=4 nics=1 queues=4 outside=yes mem=1024 boot=counting
# vm: timeout=600

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/lanes.sh"
	. "$here/counted.sh"
}

PORT=4000

mac_of() { cat "/sys/class/net/$1/address"; }
tap_mac() { outside cat "/sys/class/net/$1/address"; }

# The two ends know each other: no ARP, no neighbour discovery.
neighbours_know()
{
	local v
	for v in 10.9.0.1 fd09:0::1; do ip neigh replace "$v" lladdr "$(tap_mac "$tap")" nud permanent dev eth0; done
	for v in 10.9.0.2 fd09:0::2; do outside ip neigh replace "$v" lladdr "$(mac_of eth0)" nud permanent dev "$tap"; done
}

prepare()
{
	[[ -e /sys/kernel/btf/vmlinux ]] || return 0
	tap=$(outside ip -4 -o addr show | awk '$4 ~ /^10\.9\.0\.1\// { print $2 }')
	"$vm/perturb" default,fixed-key eth0
	netlane up
	# nobody asks for a router: the NIC takes no multicast that nobody listens to,
	# so that what is sent of it does not arrive
	sysctl -qw net.ipv6.conf.eth0.router_solicitations=0
	outside sysctl -qw "net.ipv6.conf.$tap.router_solicitations=0"
	neighbours_know
	t_wait_for 30 settled
}
read_all() { netlane stat --json --by queue; }

# Nothing has moved since the last time that this was asked: the last packets
# are on their way when the sender has ended.
settled()
{
	local was=${settled_at:-}
	settled_at=$(read_all | totals rx; read_all | totals tx)
	[[ $was == "$settled_at" ]]
}
t_setup prepare
t_at_end netlane down

here_does() { "$@"; }

# counted WAY COMMAND... - runs it; sets packets, bytes, skbs, unknown as netlane
# counted them, and the files $T_TMP/from and $T_TMP/to with the sender's account
counted()
{
	local way=$1 sender=here_does before after
	shift
	if [[ $way == rx ]]; then sender=outside; fi
	before=$(read_all | totals "$way")
	account "$sender" >"$T_TMP/from"
	"$@"
	t_wait_for 10 settled
	account "$sender" >"$T_TMP/to"
	after=$(read_all | totals "$way")
	read -r packets bytes skbs unknown < <(paste <(tr '\t' '\n' <<<"$before") <(tr '\t' '\n' <<<"$after") |
		awk '{ printf "%d ", $2 - $1 } END { print "" }')
	echo "counted $way: $packets packets, $bytes bytes, $skbs super-packets"
}

udp_small()	# WAY ADDRESS
{
	local sender=here_does n
	if [[ $1 == rx ]]; then sender=outside; fi
	counted "$1" "$sender" "$known" udp "$2" 9 300 100
	n=$(ip_packets "$T_TMP/from" "$T_TMP/to")
	((n >= 300)) || t_fail "the sender says $n packets"
	t_eq "$packets" "$n" "packets"
	t_eq "$skbs" "$n" "packets as handed over"
	t_eq "$bytes" $(($(ip_bytes "$T_TMP/from" "$T_TMP/to") + n * LINK_HEADER)) "bytes"
	t_eq "$unknown" 0 "packets of an unknown queue"
}

# tcp_stream WAY ADDRESS HEADERS - 3 MB; sent in super-packets where the device may
tcp_stream()
{
	local sender=here_does receiver=outside n segments singles sink
	if [[ $1 == rx ]]; then sender=outside receiver=here_does; fi
	PORT=$((PORT + 1))
	"$receiver" "$known" sink "$PORT" >"$T_TMP/sink" &
	sink=$!
	t_wait_for 10 listens "$receiver"
	counted "$1" "$sender" "$known" tcp "$2" "$PORT" 3000000
	wait "$sink"
	t_eq "$(cat "$T_TMP/sink")" 3000000 "bytes received"
	n=$(ip_packets "$T_TMP/from" "$T_TMP/to")
	segments=$(tcp_segments "$T_TMP/from" "$T_TMP/to")
	# what is no TCP: IPv6's own
	singles=$((n - $(grown "$T_TMP/from" "$T_TMP/to" "${4:-Ip.OutRequests}")))
	if [[ ${4:-} ]]; then singles=0; fi
	((segments > n * 2)) || t_fail "no super-packets: $segments segments in $n packets"
	t_eq "$packets" $((segments + singles)) "packets"
	t_eq "$bytes" $(($(ip_bytes "$T_TMP/from" "$T_TMP/to") + n * LINK_HEADER + (segments + singles - n) * $3)) "bytes"
	((skbs < packets)) || t_fail "$skbs super-packets of $packets segments"
	t_eq "$unknown" 0 "packets of an unknown queue"
}

listens() { "$1" ss -Hltn "sport = :$PORT" | t_finds .; }

# Datagrams that the kernel cuts: $3 a send of 1400 bytes each.
udp_segments()	# WAY ADDRESS
{
	local sender=here_does
	if [[ $1 == rx ]]; then sender=outside; fi
	counted "$1" "$sender" "$known" udp "$2" 9 20 14000 1400
	t_eq "$packets" $((200 + $(ip6_noise_packets "$T_TMP/from" "$T_TMP/to"))) "packets"
	t_eq "$bytes" $((200 * (1400 + 8 + 20 + LINK_HEADER) + $(ip6_noise_bytes "$T_TMP/from" "$T_TMP/to") +
		LINK_HEADER * $(ip6_noise_packets "$T_TMP/from" "$T_TMP/to"))) "bytes"
}

fragments()	# WAY ADDRESS
{
	local sender=here_does made noise
	if [[ $1 == rx ]]; then sender=outside; fi
	counted "$1" "$sender" "$known" udp "$2" 9 30 4000
	made=$(grown "$T_TMP/from" "$T_TMP/to" Ip.FragCreates)
	t_eq "$made" 90 "fragments made"
	noise=$(ip6_noise_packets "$T_TMP/from" "$T_TMP/to")
	t_eq "$packets" $((made + noise)) "packets"
	t_eq "$bytes" $((30 * 4008 + made * (20 + LINK_HEADER) + $(ip6_noise_bytes "$T_TMP/from" "$T_TMP/to") +
		noise * LINK_HEADER)) "bytes"
}

# The tag is in the frame: 4 bytes each. The device lets no VLAN in that has no
# interface here.
vlan_make()
{
	ip link add link eth0 name eth0.7 type vlan id 7
	t_at_end ip link del eth0.7
	sysctl -qw net.ipv6.conf.eth0/7.disable_ipv6=1
	ip link set eth0.7 up
}

vlan_out()
{
	vlan_make
	ip addr add 10.99.7.2/24 dev eth0.7
	ip neigh replace 10.99.7.1 lladdr "$(tap_mac "$tap")" nud permanent dev eth0.7
	t_wait_for 30 settled
	LINK_HEADER=18
	udp_small tx 10.99.7.1
}

vlan_in()
{
	vlan_make
	t_wait_for 30 settled
	counted rx outside "$known" tagged "$tap" "$(mac_of eth0)" 100 200
	t_eq "$packets" $((100 + $(ip6_noise_packets "$T_TMP/from" "$T_TMP/to"))) "packets"
	t_eq "$bytes" $((100 * 200 + $(ip6_noise_bytes "$T_TMP/from" "$T_TMP/to") +
		LINK_HEADER * $(ip6_noise_packets "$T_TMP/from" "$T_TMP/to"))) "bytes"
}

# An ifindex is not unique: a device of another namespace with eth0's is not eth0.
other_namespace()
{
	local before
	ip netns add other
	t_at_end ip netns del other
	ip -n other link add there index "$(<"/sys/class/net/eth0/ifindex")" type veth \
		peer name back index 4000
	ip -n other addr add 10.98.0.1/24 dev there
	ip -n other link set there up
	ip -n other link set back up
	ip -n other neigh replace 10.98.0.2 lladdr 02:00:00:00:00:07 nud permanent dev there
	before=$(read_all | totals tx)
	ip netns exec other "$known" udp 10.98.0.2 9 100 100
	((100 <= $(ip netns exec other cat /sys/class/net/there/statistics/tx_packets))) ||
		t_fail "nothing was sent there"
	t_eq "$(read_all | totals tx)" "$before" "sent by eth0"
}

t_case stat.udp_in.is_counted_to_the_byte	udp_small rx 10.9.0.2
t_case stat.udp_out.is_counted_to_the_byte	udp_small tx 10.9.0.1
t_once stat.udp6_in.is_counted_to_the_byte	udp_small rx fd09:0::2
t_once stat.udp6_out.is_counted_to_the_byte	udp_small tx fd09:0::1
t_case stat.tcp_in.segments_are_counted		tcp_stream rx 10.9.0.2 $TCP_HEADERS_V4
t_once stat.tcp_out.segments_are_counted	tcp_stream tx 10.9.0.1 $TCP_HEADERS_V4
t_once stat.tcp6_in.segments_are_counted	tcp_stream rx fd09:0::2 $TCP_HEADERS_V6 Ip6OutRequests
t_case stat.tcp6_out.segments_are_counted	tcp_stream tx fd09:0::1 $TCP_HEADERS_V6 Ip6OutRequests
t_case stat.udp_gso_in.segments_are_counted	udp_segments rx 10.9.0.2
t_once stat.udp_gso_out.segments_are_counted	udp_segments tx 10.9.0.1
t_case stat.fragments_in.are_counted		fragments rx 10.9.0.2
t_once stat.fragments_out.are_counted		fragments tx 10.9.0.1
t_case stat.vlan_in.has_its_tag_counted		vlan_in
t_once stat.vlan_out.has_its_tag_counted	vlan_out
t_case stat.same_ifindex_elsewhere.is_not_counted other_namespace
t_done
