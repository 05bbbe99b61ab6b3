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
	. "$here/pair.sh"
	. "$here/../vm/counted.sh"
}

a=nlstat-a-$$ b=nlstat-b-$$

prepare()
{
	[[ $(id -u) == 0 ]] || return 0
	pair_make 10.9.8 fd09
}
t_setup prepare

# BPF may be forbidden here: then there is nothing to test.
can_count()
{
	local out status=0
	[[ $(id -u) == 0 ]] || t_skip "counting needs root"
	out=$(server build/netlane stat 1 1 --nic here --json 2>&1) || status=$?
	[[ $status != 4 ]] || t_skip "$out"
	[[ $status == 0 ]] || t_fail "$out"
}

lines_in() { (($(wc -l <"$1") >= $2)); }

# counted WAY COMMAND... - as in suite-stat.sh, by lines of one reader
counted()
{
	local way=$1 sender=server reader n
	shift
	if [[ $way == rx ]]; then sender=client; fi
	: >"$T_TMP/lines" # an earlier reader's lines are not this one's
	until_end "$b" build/netlane stat 1 --nic here --json --by queue >"$T_TMP/lines"
	reader=$started
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
	local sender=server n
	can_count
	if [[ $1 == rx ]]; then sender=client; fi
	counted "$1" "$sender" "$known" udp "$2" 9 300 100
	n=$(ip_packets "$T_TMP/from" "$T_TMP/to")
	((n >= 300)) || t_fail "only $n packets were sent"
	t_eq "$packets" "$n" "packets"
	t_eq "$bytes" $(($(ip_bytes "$T_TMP/from" "$T_TMP/to") + n * LINK_HEADER)) "bytes"
}

udp_segments()	# WAY ADDRESS HEADERS
{
	local sender=server n
	can_count
	if [[ $1 == rx ]]; then sender=client; fi
	counted "$1" "$sender" "$known" udp "$2" 9 20 14000 1400
	n=$(ip_packets "$T_TMP/from" "$T_TMP/to")
	t_eq "$skbs" "$n" "super-packets: veth takes them whole"
	t_eq "$packets" $((n + 20 * 9)) "packets"
	t_eq "$bytes" $(($(ip_bytes "$T_TMP/from" "$T_TMP/to") + n * LINK_HEADER + 20 * 9 * $3)) "bytes"
}

tcp_stream()	# WAY ADDRESS HEADERS
{
	local sender=server receiver=client n segments sink
	can_count
	if [[ $1 == rx ]]; then sender=client receiver=server; fi
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
listens() { "$1" ss -Hltn "sport = :4000" | t_finds .; }

# veth hands packets to the backlog, where no queue is told: unknown, not guessed.
queue_is_unknown()
{
	can_count
	counted rx client "$known" udp 10.9.8.2 9 50 100
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
