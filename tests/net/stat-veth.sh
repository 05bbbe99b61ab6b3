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
	for ns in "$a" "$b"; do	# nobody talks on his own
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1
	done
	ip -n "$a" link add there type veth peer name here netns "$b"
	ip -n "$a" addr add 10.9.8.1/24 dev there
	ip -n "$b" addr add 10.9.8.2/24 dev here
	ip -n "$a" link set there up
	ip -n "$b" link set here up
	ip -n "$a" neigh replace 10.9.8.2 lladdr "$(here_does cat /sys/class/net/here/address)" nud permanent dev there
	ip -n "$b" neigh replace 10.9.8.1 lladdr "$(there cat /sys/class/net/there/address)" nud permanent dev here
	t_wait_for 10 carrier
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
	t_eq "$n" 300 "packets sent"
	t_eq "$packets" 300 "packets"
	t_eq "$bytes" $(($(ip_bytes "$T_TMP/from" "$T_TMP/to") + n * LINK_HEADER)) "bytes"
}

udp_segments()	# WAY ADDRESS
{
	local sender=here_does
	can_count
	if [[ $1 == rx ]]; then sender=there; fi
	counted "$1" "$sender" "$known" udp "$2" 9 20 14000 1400
	t_eq "$packets" 200 "packets"
	t_eq "$bytes" $((200 * (1400 + 8 + 20 + LINK_HEADER))) "bytes"
	t_eq "$skbs" 20 "super-packets: veth takes them whole"
}

tcp_stream()	# WAY ADDRESS
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
	t_eq "$bytes" $(($(ip_bytes "$T_TMP/from" "$T_TMP/to") + n * LINK_HEADER + (segments - n) * TCP_HEADERS_V4)) "bytes"
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
t_case native.udp_gso_in.segments_are_counted	udp_segments rx 10.9.8.2
t_case native.udp_gso_out.segments_are_counted	udp_segments tx 10.9.8.1
t_case native.tcp_in.segments_are_counted	tcp_stream rx 10.9.8.2
t_case native.tcp_out.segments_are_counted	tcp_stream tx 10.9.8.1
t_case native.unknown_queue.is_not_guessed	queue_is_unknown
t_done
