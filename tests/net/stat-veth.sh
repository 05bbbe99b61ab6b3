#!/bin/bash
# netlane stat on this machine's own kernel, over a veth pair between two
# namespaces of its own: the same numbers as the sender's.
# Rule: as in tests/vm/suite-stat.sh; nothing outside the two namespaces is
# touched, and the programs count only what is named.
#
# host: timeout=120

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/../vm/counted.sh"
}

a=nltest-a-$$ b=nltest-b-$$
there() { ip netns exec "$a" "$@"; }
here_does() { ip netns exec "$b" "$@"; }
drop() { ip netns del "$a"; ip netns del "$b"; }

prepare()
{
	[[ $(id -u) == 0 ]] || return 0
	ip netns add "$a"
	ip netns add "$b"
	t_at_end drop
	for ns in "$a" "$b"; do	# what IPv6 says on its own is said at once
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.default.mldv2_unsolicited_report_interval=1 \
			net.ipv6.conf.default.addr_gen_mode=1
	done
	ip -n "$a" link add there type veth peer name here netns "$b"
	ip -n "$a" addr add 10.9.8.1/24 dev there
	ip -n "$b" addr add 10.9.8.2/24 dev here
	ip -n "$a" addr add fd09::1/64 dev there nodad
	ip -n "$b" addr add fd09::2/64 dev here nodad
	ip -n "$a" link set there up
	ip -n "$b" link set here up
	neighbours 10.9.8.1 10.9.8.2
	neighbours fd09::1 fd09::2
	t_wait_for 10 carrier
}
neighbours()	# THERE HERE - known to each other: no packet asks
{
	ip -n "$a" neigh replace "$2" lladdr "$(here_does cat /sys/class/net/here/address)" nud permanent dev there
	ip -n "$b" neigh replace "$1" lladdr "$(there cat /sys/class/net/there/address)" nud permanent dev here
}
carrier() { [[ $(here_does cat /sys/class/net/here/carrier) == 1 ]]; }
t_setup prepare

# BPF may be forbidden here: then there is nothing to test.
can_count()
{
	local out status=0
	[[ $(id -u) == 0 ]] || t_skip "counting needs root"
	out=$(here_does build/netlane stat 1 1 --nic here --json 2>&1) || status=$?
	[[ $status != 4 ]] || t_skip "$out"
	[[ $status == 0 ]] || t_fail "$out"
}

lines_in() { (($(wc -l <"$1") >= $2)); }

# counted WAY COMMAND... - as in suite-stat.sh, by lines of one reader
counted()
{
	local way=$1 sender=here_does reader n
	shift
	if [[ $way == rx ]]; then sender=there; fi
	: >"$T_TMP/lines" # an earlier reader's lines are not this one's
	(exec ip netns exec "$b" build/netlane stat 1 --nic here --json --by queue >"$T_TMP/lines") &
	reader=$!
	t_at_end "kill $reader 2>/dev/null || :"
	t_wait_for 20 lines_in "$T_TMP/lines" 1
	account "$sender" >"$T_TMP/from"
	"$@"
	account "$sender" >"$T_TMP/to"
	n=$(wc -l <"$T_TMP/lines")
	t_wait_for 20 lines_in "$T_TMP/lines" $((n + 2))
	kill "$reader"
	wait "$reader" || true
	read -r packets bytes skbs unknown < <(totals "$way" <"$T_TMP/lines")
	echo "counted $way: $packets packets, $bytes bytes, $skbs super-packets, $unknown of no queue"
}

udp_small()	# WAY ADDRESS
{
	local sender=here_does n
	can_count
	if [[ $1 == rx ]]; then sender=there; fi
	counted "$1" "$sender" "$known" udp "$2" 9 300 100
	n=$(ip_packets "$T_TMP/from" "$T_TMP/to")
	((n >= 300)) || t_fail "only $n packets were sent"
	t_eq "$packets" "$n" "packets"
	t_eq "$bytes" $(($(ip_bytes "$T_TMP/from" "$T_TMP/to") + n * LINK_HEADER)) "bytes"
}

udp_segments()	# WAY ADDRESS HEADERS
{
	local sender=here_does n
	can_count
	if [[ $1 == rx ]]; then sender=there; fi
	counted "$1" "$sender" "$known" udp "$2" 9 20 14000 1400
	n=$(ip_packets "$T_TMP/from" "$T_TMP/to")
	t_eq "$skbs" "$n" "super-packets: veth takes them whole"
	t_eq "$packets" $((n + 20 * 9)) "packets"
	t_eq "$bytes" $(($(ip_bytes "$T_TMP/from" "$T_TMP/to") + n * LINK_HEADER + 20 * 9 * $3)) "bytes"
}

tcp_stream()	# WAY ADDRESS HEADERS
{
	local sender=here_does receiver=there n segments sink
	can_count
	if [[ $1 == rx ]]; then sender=there receiver=here_does; fi
	"$receiver" "$known" sink 4000 >"$T_TMP/sink" &
	sink=$!
	t_wait_for 10 listens "$receiver"
	counted "$1" "$sender" "$known" tcp "$2" 4000 20000000
	wait "$sink"
	n=$(ip_packets "$T_TMP/from" "$T_TMP/to")
	segments=$(tcp_segments "$T_TMP/from" "$T_TMP/to")
	((segments > n * 2)) || t_fail "no super-packets: $segments segments in $n packets"
	t_eq "$packets" "$segments" "packets"
	t_eq "$skbs" "$n" "super-packets"
	t_eq "$bytes" $(($(ip_bytes "$T_TMP/from" "$T_TMP/to") + n * LINK_HEADER + (segments - n) * $3)) "bytes"
}
listens() { "$1" ss -Hltn "sport = :4000" | grep -q .; }

# veth hands packets to the backlog, where no queue is told: unknown, not guessed.
queue_is_unknown()
{
	can_count
	counted rx there "$known" udp 10.9.8.2 9 50 100
	t_eq "$unknown" 50 "packets of no queue"
}

t_case native.udp_in.is_counted_to_the_byte	udp_small rx 10.9.8.2
t_case native.udp_out.is_counted_to_the_byte	udp_small tx 10.9.8.1
t_case native.udp6_in.is_counted_to_the_byte	udp_small rx fd09::2
t_case native.udp6_out.is_counted_to_the_byte	udp_small tx fd09::1
t_case native.udp_gso_in.segments_are_counted	udp_segments rx 10.9.8.2 $UDP_HEADERS_V4
t_case native.udp_gso_out.segments_are_counted	udp_segments tx 10.9.8.1 $UDP_HEADERS_V4
t_case native.udp6_gso_out.segments_are_counted	udp_segments tx fd09::1 $UDP_HEADERS_V6
t_case native.tcp_in.segments_are_counted	tcp_stream rx 10.9.8.2 $TCP_HEADERS_V4
t_case native.tcp_out.segments_are_counted	tcp_stream tx 10.9.8.1 $TCP_HEADERS_V4
t_case native.tcp6_in.segments_are_counted	tcp_stream rx fd09::2 $TCP_HEADERS_V6
t_case native.tcp6_out.segments_are_counted	tcp_stream tx fd09::1 $TCP_HEADERS_V6
t_case native.unknown_queue.is_not_guessed	queue_is_unknown
t_done
