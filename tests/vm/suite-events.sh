#!/bin/bash
# What happens to TCP connections is counted to the number: what is sent again,
# timeouts, resets, closed windows, congestion states, the wait for accept().
# Rule: two namespaces with a veth between them, so that nothing else is in their
# rows; the kernel's SNMP counters and tcp_info say what happened.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=4 nics=1 queues=4 outside=yes mem=1024 boot=counting
# vm: timeout=600

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/lanes.sh"
}

pins=/sys/fs/bpf/netlane/abi-$(sed -n 's/^#define LANE_ABI \([0-9]*\).*/\1/p' "$here/../../bpf/abi.h")
LOSS=4 RECOVERY=3

drop() { ip netns del client; ip netns del server; }
prepare()
{
	[[ -e /sys/kernel/btf/vmlinux ]] || return 0
	netlane up
	ip netns add client
	ip netns add server
	t_at_end drop
	ip -n client link add there type veth peer name here netns server
	ip -n client addr add 10.9.7.1/24 dev there
	ip -n server addr add 10.9.7.2/24 dev here
	ip -n client addr add fd09:7::1/64 dev there nodad
	ip -n server addr add fd09:7::2/64 dev here nodad
	ip -n client link set lo up
	ip -n client link set there up
	ip -n server link set here up
	client=$(stat -Lc %i /run/netns/client) server=$(stat -Lc %i /run/netns/server)
}
t_setup prepare
t_at_end netlane down

peer() { "$here/peer" client server "$@"; }
netem()
{
	ip netns exec client tc qdisc replace dev there root netem "$@"
	t_at_end calm
}
calm()
{
	if ip netns exec client tc qdisc show dev there | t_finds netem; then
		ip netns exec client tc qdisc del dev there root
	fi
}

# sum NETNS VALUE [WHICH] - over the rows of a namespace; jq's words for the row's
# value and key.
sum()
{
	bpftool -j map dump pinned "$pins/tcp_rows" | jq --argjson ns "$1" "
		[.[].formatted | select(.key.netns == \$ns) | select(.key | ${3:-true}) | .value | $2] | add // 0"
}
snmp() { ip netns exec "$1" nstat -asz "$2" | awk -v name="$2" '$1 == name { print $2 }'; }
has() { [[ -e $pins/link_$1 ]] || t_skip "this kernel has no hook for it ($1)"; }

# from NAME COMMAND... - and later: grown NAME, how much what it prints grew.
declare -A from_was from_how
from()
{
	from_how[$1]=${*:2}
	from_was[$1]=$("${@:2}")
}
grown()
{
	local how
	read -ra how <<<"${from_how[$1]}"
	echo $(($("${how[@]}") - from_was[$1]))
}
grown_is() { [[ $(grown "$1") == "$2" ]]; }

# ---- cases

ends_with_rtt()	# ADDRESS FAMILY
{
	local address=$1 is=".family==$2"
	netem delay 40ms
	from closed sum "$client" .closed "$is"
	from served sum "$server" .closed "$is"
	from rtt sum "$client" '(.rtt[15:]|add)' "$is"
	peer plain "$address" 8000 10
	t_wait_for 20 grown_is closed 10
	t_wait_for 20 grown_is served 10
	t_eq "$(grown rtt)" 10 "with an RTT of 32 ms and more"
	t_eq "$(sum "$client" .closed '.served==1')" 0 "of a service, at the client"
	t_eq "$(sum "$server" .closed '.served==0')" 0 "opened, at the server"
	t_eq "$(sum "$server" .closed '.port!=8000 and .port<8000')" 0 "of another port"
}

net_is_the_remote_one()
{
	# 10.9.7.0 and fd09:7::/64 in host order
	t_eq "$(bpftool -j map dump pinned "$pins/tcp_rows" | jq --argjson ns "$client" \
		'[.[].formatted.key | select(.netns == $ns and .family == 4) | .net] | unique == [168363776]')" true "the /24"
	t_eq "$(bpftool -j map dump pinned "$pins/tcp_rows" | jq --argjson ns "$client" \
		'[.[].formatted.key | select(.netns == $ns and .family == 6) | .net / 65536 / 65536 | floor] | unique == [4245225479]')" \
		true "the /64"
}

resent()	# ADDRESS
{
	netem loss 10% delay 2ms
	from snmp snmp client TcpRetransSegs
	from rows sum "$client" .retransmits
	peer transfer "$1" 8001 3000000
	calm
	(($(grown snmp) >= 5)) || t_fail "only $(grown snmp) segments were sent again: netem lost nothing"
	t_eq "$(grown rows)" "$(grown snmp)" "segments sent again"
}

fast_recoveries()
{
	has tcp_state
	netem loss 5% delay 2ms
	from sack snmp client TcpExtTCPSackRecovery
	from reno snmp client TcpExtTCPRenoRecovery
	from entered sum "$client" ".entered[$RECOVERY]"
	from spent sum "$client" ".state_ns[$RECOVERY]"
	for _ in {1..10}; do	# what netem loses is chance: until there is something to count
		peer transfer 10.9.7.2 8002 3000000
		calm
		(($(grown sack) == 0)) || break
	done
	(($(grown sack) >= 1)) || t_fail "only $(grown sack) recoveries: netem lost nothing"
	t_eq "$(grown entered)" $(($(grown sack) + $(grown reno))) "fast recoveries"
	(($(grown spent) > 0)) || t_fail "no time was spent in them"
}

timeouts()
{
	has tcp_timeout
	from rows sum "$client" .timeouts
	from resent snmp client TcpRetransSegs
	from probes snmp client TcpExtTCPLossProbes
	peer silence 10.9.7.2 8003 3 >/dev/null
	# there was one segment to be sent again, by a timeout or by a tail loss probe
	t_eq "$(grown rows)" $(($(grown resent) - $(grown probes))) "timeouts"
	(($(grown rows) >= 3)) || t_fail "$(grown rows) timeouts"
}

time_in_loss()
{
	local loss_ms_least loss_ms_most spent
	has tcp_state
	from entered sum "$client" ".entered[$LOSS]"
	from spent sum "$client" ".state_ns[$LOSS]"
	eval "$(peer silence 10.9.7.2 8004 3)"
	t_eq "$(grown entered)" 1 "times that it got into the state Loss"
	spent=$(($(grown spent) / 1000000))
	((spent >= loss_ms_least && spent <= loss_ms_most)) ||
		t_fail "$spent ms in Loss; it was at least $loss_ms_least and at most $loss_ms_most"
}

resets()
{
	from sent sum "$client" .resets_sent
	from snmp snmp client TcpOutRsts
	from received sum "$server" .resets_received
	from closed sum "$client" .closed
	peer reset 10.9.7.2 8005 7
	t_wait_for 20 grown_is received 7
	t_eq "$(grown sent)" "$(grown snmp)" "resets sent"
	t_eq "$(grown sent)" 7 "resets sent"
	t_eq "$(grown closed)" 7 "connections that ended so"
}

zero_windows()
{
	has tcp_zero_window
	from snmp snmp client TcpExtTCPWinProbe
	from rows sum "$client" .zero_windows
	peer deaf 10.9.7.2 8006 3
	t_eq "$(grown rows)" "$(grown snmp)" "probes"
	(($(grown rows) >= 3)) || t_fail "$(grown rows) probes"
}

accepts()
{
	bpftool -j map dump pinned "$pins/tcp_accepts" | jq --argjson ns "$server" "
		[.[].formatted | select(.key.netns == \$ns and .key.port == $1) | .value | $2] | add // 0"
}
bucket_of() { local n=$1 b=0; while ((n > 1)); do n=$((n / 2)) b=$((b + 1)); done; echo "$b"; }
waits_for_accept()
{
	local wait_us_least wait_us_most least most
	[[ -e $pins/link_tcp_accepted || -e $pins/link_tcp_accepted_old ]] || t_skip "this kernel has no hook for it"
	eval "$(peer late "$1" "$2" 9 300)"
	least=$(bucket_of "$wait_us_least") most=$(bucket_of "$wait_us_most")
	t_eq "$(accepts "$2" '.wait | add')" 9 "accepted"
	t_eq "$(accepts "$2" ".wait[$least:$((most + 1))] | add")" 9 "waited 2^$least to 2^$((most + 1)) us"
}

no_more_rows_than_room()
{
	local rest
	ip -n client route add local 10.128.0.0/9 dev lo
	t_at_end ip -n client route del local 10.128.0.0/9 dev lo
	# shellcheck disable=SC2046	# five thousand networks
	"$here/peer" client - visit 8007 $(for ((i = 0; i < 5000; i++)); do echo "10.$((128 + i / 256)).$((i % 256)).1"; done)
	rest=$(bpftool -j map dump pinned "$pins/tcp_rest" | jq '.[0].formatted.value.closed')
	((rest > 0)) || t_fail "nothing was left over"
	# both ends are of this namespace
	t_eq $(($(sum "$client" .closed '.port==8007') + rest)) 10000 "ends, in rows and in the rest"
}

# Also from a namespace whose /sys hides what is pinned.
command_shows_it()
{
	local json
	json=$(ip netns exec client netlane tcp --events --by service --json)
	t_eq "$(jq .total.closed <<<"$json")" "$(sum "$client" .closed)" "connections that ended"
	t_eq "$(jq .total.retransmitted_segments <<<"$json")" "$(sum "$client" .retransmits)" "segments sent again"
	t_eq "$(jq '.group[] | select(.name == "to 8005") | .resets_sent' <<<"$json")" 7 "resets of that service"
	t_match "$(ip netns exec client netlane tcp --events --by cpu)" "all network namespaces"
}

goes_on_over_up()
{
	local was
	was=$(sum "$server" .closed)
	((was > 0)) || t_fail "nothing was counted"
	netlane up
	t_eq "$(sum "$server" .closed)" "$was" "connections after another up"
}

ends_with_down()
{
	netlane down
	[[ ! -e $pins ]] || t_fail "$pins is left"
	t_wait_for 20 programs_are_gone # what hooks functions goes when no CPU is in it any more
}
programs_are_gone() { ! bpftool prog | grep -E ' tcp_(retransmit|timeout|closed|state|accepted)'; }

netlane stat --json >/dev/null 2>&1 || t_skip "this kernel cannot count"
t_case events.ends.have_their_rtt ends_with_rtt 10.9.7.2 4
t_case events.ends.have_their_rtt_ipv6 ends_with_rtt fd09:7::2 6
t_once events.row.is_of_the_remote_network net_is_the_remote_one
t_case events.retransmits.are_those_of_snmp resent 10.9.7.2
t_case events.retransmits.are_those_of_snmp_ipv6 resent fd09:7::2
t_case events.recoveries.are_those_of_snmp fast_recoveries
t_case events.timeouts.are_those_of_snmp timeouts
t_case events.states.time_in_loss time_in_loss
t_case events.resets.are_those_of_snmp resets
t_case events.zero_windows.are_the_probes_of_snmp zero_windows
t_case events.accept.wait_is_measured waits_for_accept 10.9.7.2 8010
t_once events.accept.wait_is_measured_ipv6 waits_for_accept fd09:7::2 8011
t_once events.command.shows_it_from_any_namespace command_shows_it
t_once events.rows.are_bounded no_more_rows_than_room
t_once events.counters.go_on_over_up goes_on_over_up
t_case events.down.takes_all_out ends_with_down
t_done
