# shellcheck shell=bash disable=SC2154	# $a and $b are the suite's
# The cases of netlane tcp that need two namespaces and nothing else; see tcp.sh.
# Rule: loss is made without a qdisc, by a neighbour's address that is nobody's:
# packets leave, and nothing comes back until it is put right.

# ---- connections

counts_are_those_of_ss()
{
	local json
	needs_root
	talks "$b" sink 8001 8002
	talks "$a" hold 10.9.8.2 8001 40 3000
	talks "$a" hold fd09:8::2 8001 25 5000 reno
	talks "$a" hold ::ffff:10.9.8.2 8002 15
	t_wait_for 20 all_is_acked client
	json=$(tcp_json client --by service)
	t_eq "$(pick 'group("to 8001").connections' <<<"$json")" 65 "to 8001"
	t_eq "$(pick 'group("to 8002").connections' <<<"$json")" 15 "to 8002"
	t_eq "$(pick 'd["total"]["connections"]' <<<"$json")" "$(ss_count client state connected)" "in all"
	t_eq "$(pick 'd["total"]["sent"]' <<<"$json")" "$(ss_sum client data_segs_out)" "segments"
	t_eq "$(pick 'd["total"]["bytes_sent"]' <<<"$json")" $((40 * 3000 + 25 * 5000)) "bytes"
	t_eq "$(pick 'd["total"]["bytes_sent"]' <<<"$json")" "$(ss_sum client bytes_sent)" "bytes by ss"
	t_eq "$(pick 'd["total"]["resent"]' <<<"$json")" "$(ss_sum client retrans)" "sent again"
	t_eq "$(pick 'group("reno", "control").connections' <<<"$json")" 25 "that run reno"
	t_eq "$(pick 'sum(d["total"]["rtt_us_log2"])' <<<"$json")" 80 "with an RTT"
	t_eq "$(pick 'd["total"]["rtt_us_log2"]' <<<"$json")" "$(rtts_by_ss)" "RTTs by ss"
	t_eq "$(pick 'sum(d["total"]["states"].values())' <<<"$json")" 80 "with a state"
	json=$(tcp_json client)
	t_eq "$(pick 'group("10.9.8.0/24").connections' <<<"$json")" 55 "of IPv4, mapped too"
	t_eq "$(pick 'group("fd09:8::/64").connections' <<<"$json")" 25 "of IPv6"
	t_eq "$(tcp_json client --by cc | pick 'group("reno").connections')" 25 "by control"
	json=$(tcp_json server --by service)
	t_eq "$(pick 'group("served 8001").connections' <<<"$json")" 65 "served 8001"
	client "$netlane_bin" tcp --check >/dev/null
}

zones_are_by_the_longest_prefix()
{
	local json
	needs_root
	cat >"$T_TMP/zones.conf" <<-END
		[zone ten]
		prefix = 10.0.0.0/8
		prefix = fd00::/8, fd09:8::/48
		[zone near]
		prefix = 10.9.8.0/24
		[zone nearer]
		prefix = 10.9.8.2
	END
	talks "$b" sink 8001
	ip -n "$b" addr add 10.9.8.7/24 dev here
	t_at_end "ip -n $b addr del 10.9.8.7/24 dev here"
	ip -n "$b" addr add 172.16.0.2/32 dev here
	t_at_end "ip -n $b addr del 172.16.0.2/32 dev here"
	ip -n "$a" route add 172.16.0.2/32 dev there
	t_at_end "ip -n $a route del 172.16.0.2/32"
	talks "$a" hold 10.9.8.2 8001 3
	talks "$a" hold 10.9.8.7 8001 4
	talks "$a" hold fd09:8::2 8001 5
	talks "$a" hold 172.16.0.2 8001 6
	json=$(tcp_json client --by zone --config "$T_TMP/zones.conf")
	t_eq "$(pick '{g["name"]: g["connections"] for g in d["group"]}' <<<"$json")" \
		"{'(no zone)': 6, 'ten': 5, 'near': 4, 'nearer': 3}"
}

# Timeouts: what is sent is lost; nstat and ss count them, too.
timeouts_are_those_of_nstat()
{
	local before resent timeouts json status=0
	needs_root
	talks "$b" sink 8001
	before="$(counter client TcpRetransSegs) $(counter client TcpExtTCPTimeouts)"
	talks "$a" hold 10.9.8.2 8001 8 100
	t_wait_for 20 all_is_acked client
	t_eq "$before" "$(counter client TcpRetransSegs) $(counter client TcpExtTCPTimeouts)" "before"
	t_at_end "hear $a there 10.9.8.2"
	deafen "$a" there 10.9.8.2
	kill -USR1 "$talking"
	t_wait_for 30 all_back_off 8
	t_wait_for 30 as_ss_says 'd["total"]["resent"]' retrans
	json=$(tcp_json client --by service)
	t_eq "$(pick 'group("to 8001").states["loss"]' <<<"$json")" 8 "in Loss"
	t_eq "$(pick 'group("to 8001").rto_pending' <<<"$json")" 8 "with a timeout"
	t_eq "$(pick 'd["finding"][0]["kind"], d["finding"][0]["nr"]' <<<"$json")" "('loss', 8)"
	t_eq "$(pick 'len(d["worst"]), d["worst"][0]["ca"], d["worst"][0]["remote_port"]' <<<"$json")" "(8, 'loss', 8001)"
	t_match "$(pick 'd["worst"][0]["by"]' <<<"$json")" "^python3 .pid $talking.$"
	client "$netlane_bin" tcp --check >"$T_TMP/said" || status=$?
	t_eq "$status" 3 "--check"
	t_match "$(<"$T_TMP/said")" "10.9.8.0/24: 8 of 8 connections are in Loss"
	hear "$a" there 10.9.8.2
	t_wait_for 60 all_is_acked client
	json=$(tcp_json client)
	resent=$(pick 'd["total"]["resent"]' <<<"$json")
	t_eq "$(($(counter client TcpRetransSegs) - ${before% *}))" "$resent" "sent again"
	t_eq "$resent" "$(ss_sum client retrans)" "sent again by ss"
	timeouts=$(($(counter client TcpExtTCPTimeouts) - ${before#* }))
	if [[ $(pick 'd["total"]["rtos_known"]' <<<"$json") != 0 ]]; then
		t_eq "$(pick 'd["total"]["rtos"]' <<<"$json")" "$timeouts" "timeouts"
	fi
	t_eq "$(pick 'd["total"]["states"]["loss"], d["total"]["rto_pending"]' <<<"$json")" "(0, 0)" "after it"
	((timeouts >= 8)) || t_fail "$timeouts timeouts: the case shows nothing"
}
all_back_off() { [[ $(client ss -Htin | grep -c backoff:) == "$1" ]]; }
# What changes at any moment: the same before and after.
as_ss_says()
{
	local was now
	was=$(ss_sum client "$2")
	now=$(tcp_json client | pick "$1")
	[[ $was == "$now" && $was == "$(ss_sum client "$2")" ]]
}

unanswered_syns_are_a_finding()
{
	local json status=0
	needs_root
	t_at_end "hear $a there 10.9.8.9"
	deafen "$a" there 10.9.8.9
	talks "$a" knock 10.9.8.9 8001 7
	t_eq "$(tcp_json client --by service | pick 'group("to 8001").opening')" 7 "being opened"
	t_wait_for 30 syns_sent_again 7
	json=$(tcp_json client --by service)
	t_eq "$(pick 'd["total"]["connections"], group("to 8001").unanswered' <<<"$json")" "(0, 7)"
	t_eq "$(pick 'd["finding"][0]["kind"]' <<<"$json")" unanswered-syn
	client "$netlane_bin" tcp --check >"$T_TMP/said" || status=$?
	t_eq "$status" 3 "--check"
}
syns_sent_again() { [[ $(tcp_json client | pick 'd["total"]["unanswered"]') == "$1" ]]; }

zero_windows_are_seen_at_both_ends()
{
	local json status=0
	needs_root
	talks "$b" mute 8001
	talks "$a" fill 10.9.8.2 8001 6
	t_wait_for 30 windows_shut 6
	json=$(tcp_json client --by service)
	t_eq "$(pick 'group("to 8001").peer_zero_window' <<<"$json")" 6
	t_eq "$(pick 'd["finding"][0]["kind"]' <<<"$json")" zero-window
	t_eq "$(pick 'all(f["peer_zero_window"] for f in d["worst"])' <<<"$json")" True
	if [[ $(server ss -Htin | grep -c 'rcv_wnd:0\b') == 6 ]]; then
		t_eq "$(tcp_json server | pick 'd["total"]["own_zero_window"]')" 6 "at the other end"
	fi
}
windows_shut() { [[ $(tcp_json client | pick 'd["total"]["peer_zero_window"]') == "$1" ]]; }

bbr_tells_of_itself()
{
	local json bw
	needs_root
	server sysctl -n net.ipv4.tcp_available_congestion_control | t_finds -w bbr || t_skip "this kernel has no bbr loaded"
	talks "$b" sink 8001
	talks "$a" hold 10.9.8.2 8001 5 200000 bbr
	t_wait_for 20 all_is_acked client
	json=$(tcp_json client --order rtt)
	t_eq "$(pick 'd["total"]["bbr"], d["total"]["bbr_told"]' <<<"$json")" "(5, 5)"
	bw=$(pick 'd["worst"][0]["bbr"]["bw"] > 0 and d["worst"][0]["bbr"]["min_rtt_us"] > 0' <<<"$json")
	t_eq "$bw" True "bandwidth and RTT"
	t_match "$(client "$netlane_bin" tcp)" "5 by bbr itself.*no NIC has fq"
}

rows_are_bounded_and_nothing_is_lost()
{
	local json
	needs_root
	talks "$b" sink {8100..8129}
	talks "$a" hold 10.9.8.2 8100-8129 2
	t_eq "$(client "$netlane_bin" tcp --by service | grep -c '^to 81')" 20 "rows"
	t_match "$(client "$netlane_bin" tcp --by service)" $'\nother \(10\) +20 '
	t_eq "$(client "$netlane_bin" tcp --by service --all | grep -c '^to 81')" 30 "rows"
	t_eq "$(tcp_json client --order rtt --worst 7 | pick 'len(d["worst"])')" 7
	t_eq "$(tcp_json client --order rtt --worst 0 | pick 'len(d["worst"])')" 0
}

without_root_it_works_but_for_names()
{
	needs_root
	cp "$netlane_bin" "$T_TMP/netlane"
	chmod 711 "$T_TMP"
	talks "$b" sink 8001
	talks "$a" hold 10.9.8.2 8001 4
	client setpriv --reuid 65534 --regid 65534 --clear-groups "$T_TMP/netlane" tcp --json --order rtt >"$T_TMP/json"
	t_eq "$(pick 'd["total"]["connections"], len(d["worst"]), d["worst"][0]["by"]' <"$T_TMP/json")" "(4, 4, '')"
	server setpriv --reuid 65534 --regid 65534 --clear-groups "$T_TMP/netlane" tcp --listeners >"$T_TMP/said"
	t_match "$(<"$T_TMP/said")" '\*:8001 '
}

# What cannot be or makes no sense: its exit code, and what is allowed instead.
wrong_words_are_refused()
{
	refused 4 "does not say on which CPU" --by cpu
	refused 4 "does not say on which CPU" --by lane
	refused 2 "'\\\\x1bx': allowed are remote, service, cc, zone" --by $'\ex'
	refused 2 "allowed are trouble, resent, rtt" --order worst
	refused 2 "0 to 1000" --worst 1001
	refused 2 "goes without" --listeners --by cc
	: >"$T_TMP/empty.conf"
	refused 1 "no .zone NAME. section" --by zone --config "$T_TMP/empty.conf"
	printf '[zone a]\nprefix = 10.0.0.0/8, 10.0.0.7/24\n' >"$T_TMP/bad.conf"
	refused 1 "bad.conf:2: prefix = '10.0.0.7/24': allowed are networks" --by zone --config "$T_TMP/bad.conf"
}
refused()	# CODE REGEX WORDS...
{
	local status=0
	"$netlane_bin" tcp "${@:3}" >"$T_TMP/said" 2>&1 || status=$?
	t_eq "$status" "$1" "exit code of ${*:3}: $(<"$T_TMP/said")"
	t_match "$(<"$T_TMP/said")" "$2"
}

# ---- listeners

full_queue_is_counted_exactly()	# ADDRESS CLIENT'S-ADDRESS NAME
{
	local json before status=0
	needs_root
	talks "$b" deaf "$1" 9001 5
	before=$(counter server TcpExtListenOverflows)
	talks "$a" knock "$2" 9001 20
	t_wait_for 30 has_grown TcpExtListenOverflows "$before"
	t_wait_for 30 queue_is 9001 6
	quiet "$2"
	t_wait_for 30 listener_is_as_ss_says 9001
	json=$(tcp_json server --listeners)
	t_eq "$(pick 'listener(9001).addr' <<<"$json")" "$3"
	t_eq "$(pick 'listener(9001).backlog_max, listener(9001).queue, listener(9001).full' <<<"$json")" "(5, 6, 1)"
	t_match "$(pick 'listener(9001).by' <<<"$json")" '^python3 .pid'
	t_eq "$(pick 'd["finding"][0]["kind"], d["finding"][0]["where"]' <<<"$json")" "('accept-queue-full', '$3:9001')"
	server "$netlane_bin" tcp --listeners --check >"$T_TMP/said" || status=$?
	t_eq "$status" 3 "--check"
	t_match "$(<"$T_TMP/said")" "the accept queue is full on 1 of 1"
}
# Nothing more comes to the server: what it counts stays as it is.
quiet()	# ADDRESS
{
	t_at_end "hear $a there $1"
	deafen "$a" there "$1"
}
queue_is() { [[ $(tcp_json server --listeners | pick "listener($1).queue") == "$2" ]]; }
# Queue, backlog, drops of the socket by ss; overflows and drops of the namespace by nstat.
listener_is_as_ss_says()
{
	local was now
	was=$(account "$1")
	now=$(tcp_json server --listeners |
		pick 'listener('"$1"').queue, listener('"$1"').backlog_max, listener('"$1"').drops, d["counts"]["overflows"], d["counts"]["drops"], d["counts"]["syn_drops"], d["counts"]["cookies_sent"]')
	echo "ss: $was; netlane: $now"
	[[ "($was)" == "$now" && $was == "$(account "$1")" ]]
}
account()
{
	echo "$(server ss -Htlnm "sport = :$1" | tr -d '\n' | sed -n 's/^LISTEN *\([0-9]*\) *\([0-9]*\).*,d\([0-9]*\)).*/\1, \2, \3/p'), $(counter server TcpExtListenOverflows), $(counter server TcpExtListenDrops), $(counter server TcpExtTCPReqQFullDrop), $(counter server TcpExtSyncookiesSent)"
}

somaxconn_caps_until_listen_is_called_again()
{
	needs_root
	t_at_end "server sysctl -qw net.core.somaxconn=4096"
	server sysctl -qw net.core.somaxconn=64
	talks "$b" deaf 0.0.0.0 9002 1000
	t_eq "$(tcp_json server --listeners | pick 'listener(9002).backlog_max, listener(9002).capped')" "(64, 1)"
	t_match "$(server "$netlane_bin" tcp --listeners)" "0.0.0.0:9002 .* 64\* "
	server sysctl -qw net.core.somaxconn=256
	t_eq "$(tcp_json server --listeners | pick 'listener(9002).backlog_max, listener(9002).capped')" "(64, 0)" "raised"
	kill -USR1 "$talking"
	t_wait_for 10 backlog_is 9002 "(256, 1)"
}
backlog_is() { [[ $(tcp_json server --listeners | pick "listener($1).backlog_max, listener($1).capped") == "$2" ]]; }

reuseport_group_is_one_row()
{
	local json
	needs_root
	talks "$b" deaf 10.9.8.2 9003 50 4
	talks "$a" hold 10.9.8.2 9003 30
	json=$(tcp_json server --listeners)
	t_eq "$(pick 'listener(9003).sockets, listener(9003).queue, listener(9003).full' <<<"$json")" "(4, 30, 0)"
	t_eq "$(pick 'listener(9003).queue_min, listener(9003).queue_max' <<<"$json")" \
		"($(server ss -Htln 'sport = :9003' | awk '{ print $2 }' | sort -n | sed -n '1p;$p' | paste -sd' ' | sed 's/ /, /'))"
}

# SYNs come in, the answers are lost.
half_open_is_counted()	# ADDRESS PORT TO-WHOM-THE-ANSWERS-GO CLIENT'S-DESTINATION
{
	local stray
	needs_root
	talks "$b" deaf "$1" "$2" 100
	t_at_end "hear $b here $3"
	deafen "$b" here "$3"
	stray=$(tcp_json server --listeners | pick 'd["stray_half_open"]')	# of an earlier case's listener
	talks "$a" knock "$4" "$2" 9
	t_wait_for 20 half_open "$2" 9
	t_eq "$(ss_count server state syn-recv "sport = :$2")" 9 "by ss"
	stray=$(tcp_json server --listeners | pick "d['stray_half_open'] <= $stray")
	t_eq "$stray" True "none without a listener"
}
half_open()
{
	local now
	now=$(tcp_json server --listeners | pick "listener($1).half_open")
	echo "$now half open"
	[[ $now == "$2" ]]
}

# More half-open ones than the backlog: a cookie, or where there are none, a drop.
flooded_queue_is_counted()	# TCP_SYNCOOKIES COUNTER KEY PORT
{
	local before
	needs_root
	t_at_end "server sysctl -qw net.ipv4.tcp_syncookies=1"
	server sysctl -qw net.ipv4.tcp_syncookies="$1"
	talks "$b" deaf 0.0.0.0 "$4" 3
	t_at_end "hear $b here 10.9.8.1"
	deafen "$b" here 10.9.8.1
	before=$(counter server "$2")
	talks "$a" knock 10.9.8.2 "$4" 12
	t_wait_for 20 has_grown "$2" "$before"
	quiet 10.9.8.2
	t_wait_for 30 listener_is_as_ss_says "$4"
	t_eq "$(tcp_json server --listeners | pick "d['syncookies'], d['counts']['$3'] > $before")" "($1, True)"
}
has_grown() { (($(counter server "$1") > $2)); }

# What the other end closed a minute ago. The minute passes while other cases run.
forgetting_begins()
{
	ip netns add "$a-f"
	t_at_end "ip netns pids $a-f | xargs -r kill; ip netns del $a-f"
	ip -n "$a-f" link set lo up
	# the other ends are remnants for this long: gone when the minute is over
	forgets sysctl -qw net.ipv4.tcp_fin_timeout=5
	talks "$a-f" slam 9020
	talks "$a-f" hold 127.0.0.1 9020 25
}
forgets() { ip netns exec "$a-f" "$@"; }
all_forgotten() { [[ $(tcp_json forgets --by service | pick 'group("to 9020").forgotten') == 25 ]]; }
forgotten_are_a_finding()
{
	needs_root
	t_eq "$(forgets ss -Htn state close-wait | wc -l)" 25 "in CLOSE_WAIT"
	t_wait_for 90 all_forgotten
	t_match "$(forgets "$netlane_bin" tcp)" "25 of 25 connections were closed by the other end over a minute"
	if forgets "$netlane_bin" tcp --check >/dev/null; then t_fail "no finding"; fi
}

# For those that are the command's own, one kernel is enough.
tcp_cases()
{
	t_once tcp.counts.are_those_of_ss		counts_are_those_of_ss
	t_once tcp.zones.are_by_the_longest_prefix	zones_are_by_the_longest_prefix
	t_case tcp.timeouts.are_those_of_nstat		timeouts_are_those_of_nstat
	t_once tcp.unanswered_syns.are_a_finding	unanswered_syns_are_a_finding
	t_once tcp.zero_window.is_seen_at_both_ends	zero_windows_are_seen_at_both_ends
	t_case tcp.bbr.tells_of_itself			bbr_tells_of_itself
	t_once tcp.rows.are_bounded_and_nothing_is_lost	rows_are_bounded_and_nothing_is_lost
	t_once tcp.wrong_words.are_refused		wrong_words_are_refused
	t_once tcp.no_root.works_but_for_names		without_root_it_works_but_for_names
	t_case accept.full_queue.is_counted_exactly	full_queue_is_counted_exactly 0.0.0.0 10.9.8.2 0.0.0.0
	t_once accept.full_queue6.is_counted_exactly	full_queue_is_counted_exactly fd09:8::2 fd09:8::2 '[fd09:8::2]'
	t_once accept.full_queue_of_both.is_counted_exactly full_queue_is_counted_exactly :: 10.9.8.2 '*'
	t_once accept.somaxconn.caps_until_listen_is_called_again somaxconn_caps_until_listen_is_called_again
	t_once accept.reuseport.is_one_row		reuseport_group_is_one_row
	t_case accept.half_open.is_counted		half_open_is_counted 0.0.0.0 9004 10.9.8.1 10.9.8.2
	t_once accept.flood.is_counted_as_cookies	flooded_queue_is_counted 1 TcpExtTCPReqQFullDoCookies syn_cookies_for_full 9007
	t_once accept.flood.is_counted_as_drops		flooded_queue_is_counted 0 TcpExtTCPReqQFullDrop syn_drops 9008
	t_once accept.half_open_mapped.is_counted	half_open_is_counted :: 9005 10.9.8.1 10.9.8.2
	t_once accept.half_open6.is_counted		half_open_is_counted fd09:8::2 9006 fd09:8::1 fd09:8::2
	t_once tcp.forgotten.are_a_finding		forgotten_are_a_finding
}
