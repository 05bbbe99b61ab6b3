#!/bin/bash
# netlane ports on this machine's own kernel, over a veth pair between two
# namespaces of its own: what it counts is what ss counts, ports run out when it
# says, and no longer do after what it advises.
# Rule: few ports (a narrow ip_local_port_range), so that they run out in seconds;
# connect() itself is the judge.
#
# host: timeout=180

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/pair.sh"
}

a=nlports-a-$$ b=nlports-b-$$
prepare()
{
	[[ $(id -u) == 0 ]] || return 0
	pair_make 10.9.7 fd09:7
	until_end "$b" python3 "$here/closer.py" serve {8000..8009}
	t_wait_for 20 answers
}
answers() { client python3 "$here/closer.py" open 10.9.7.2 8006 1; }

# As the kernel begins, but for few ports. What an earlier case left in TIME_WAIT
# is in nobody's way: each has a destination of its own.
fresh()	# PORTS
{
	needs_root
	client sysctl -qw net.ipv4.tcp_tw_reuse=2 net.ipv4.ip_local_reserved_ports= \
		net.ipv4.ip_local_port_range="40000 $((39999 + $1))"
}
waits_at_least()	# N PORT...
{
	local n=$1 port nr=0
	shift
	for port; do nr=$((nr + $(waiting dport = ":$port"))); done
	((nr >= n))
}

json() { client build/netlane ports --json; }
field()	# REMOTE[@LOCAL] PORT FIELD...
{
	json | python3 -c '
import json, sys
(remote, _, local), port, keys = sys.argv[1].partition("@"), int(sys.argv[2]), sys.argv[3:]
rows = [d for d in json.load(sys.stdin)["row"]
        if d["remote"] == remote and d["remote_port"] == port and local in ("", d["local"])]
def find(value, key):
    for part in key.split("."):
        value = value.get(part, 0)
    return value
print(*(find(rows[0] if rows else {}, key) for key in keys))' "$@"
}
opens() { client python3 "$here/closer.py" "$@"; }
opens_until_end() { until_end "$a" python3 "$here/closer.py" "$@"; }

# What ends in TIME_WAIT need not stay: an RST that crosses the last ACK ends it. So
# ss is the judge, and not the number that was opened.
counts_are_those_of_ss()
{
	local four six mapped seen
	fresh 1000
	opens open 10.9.7.2 8001 120
	opens open fd09:7::2 8001 70
	opens open ::ffff:10.9.7.2 8002 30
	opens_until_end hold 10.9.7.2 8002 25
	t_wait_for 20 held 25
	t_wait_for 20 none_is_closing
	four=$(waiting dst 10.9.7.2:8001) six=$(waiting dst "[fd09:7::2]:8001") mapped=$(waiting dport = :8002)
	seen="$(field 10.9.7.2 8001 time_wait) $(field fd09:7::2 8001 time_wait)"
	seen+=" $(field 10.9.7.2 8002 time_wait established)"
	t_eq "$seen" "$four $six $mapped 25" "as counted"
	((four > 60 && six > 35 && mapped > 15)) || t_fail "too few stayed to tell anything: $seen"
	t_match "$(client build/netlane ports)" "10.9.7.2:8002 .*python3 .pid"
}
waiting() { client ss -Htan state time-wait "$@" | wc -l; }
none_is_closing() { [[ -z $(client ss -Htan state fin-wait-1 state fin-wait-2 state closing) ]]; }
held() { [[ $(client ss -Htn state established dst 10.9.7.2:8002 | wc -l) == "$1" ]]; }

# The same link-local address on two links is two destinations, each with all the ports.
link_local()
{
	local link said
	fresh 1000
	ip -n "$a" link add there2 type veth peer name here2 netns "$b"
	t_at_end "ip -n $a link del there2"
	for link in "" 2; do
		ip -n "$a" link set "there$link" up
		ip -n "$b" link set "here$link" up
		client ip addr add "fe80::$((1 + link))/64" dev "there$link" nodad
		server ip addr add fe80::9/64 dev "here$link" nodad
	done
	opens_until_end hold fe80::9%there 8001 12
	opens_until_end hold fe80::9%there2 8001 34
	opens open fe80::9%there2 8001 5
	t_wait_for 20 both_links
	said=$(client build/netlane ports)
	t_match "$said" '\[fe80::9%there\]:8001 +fe80::1 .* 12 '
	t_match "$said" '\[fe80::9%there2\]:8001 +fe80::3 .* 3[4-9] '
}
both_links() { [[ "$(field fe80::9%there 8001 established) $(field fe80::9%there2 8001 established)" == "12 34" ]]; }

# A forecast after not half of the ports, judged by the connect() that fails: which one
# that is tells when it was due, however late a busy machine was with it.
per_s=60
runs_out_as_said()	# PORT [WORDS of closer.py's rate...]
{
	local port=$1 early late made failed due
	shift
	fresh 900
	opens_until_end rate 10.9.7.2 "$port" "$per_s" 40 "$@" >"$T_TMP/closer"
	t_wait_for 30 waits_at_least 400 "$port"
	read -r early late made < <(field 10.9.7.2 "$port" outlook.full_s_early outlook.full_s_late outlook.in_use)
	wait "$started" && t_fail "ports did not run out: $(<"$T_TMP/closer")"
	t_match "$(<"$T_TMP/closer")" "^EADDRNOTAVAIL after [0-9]+$"
	failed=$(awk '{ print $3 }' "$T_TMP/closer")
	due=$(((failed - made) * 1000 / per_s))
	echo "said $early to $late s, the one that failed was due after $due ms"
	((early >= 0 && late >= 0)) || t_fail "said $early to $late"
	# a tenth, and the second that a number of seconds is rounded to
	((due >= early * 900 - 1000)) || t_fail "$due ms: earlier than $early s"
	((due <= late * 1100 + 1000)) || t_fail "$due ms: later than $late s"
}

# Each address of ours has all the ports toward one destination: the one that uses many runs
# out, and it alone, though both share destination and port range.
two_sources()
{
	local busy calm early calm_early
	fresh 400
	client ip addr add 10.9.7.3/24 dev there
	t_at_end "client ip addr del 10.9.7.3/24 dev there"
	opens_until_end rate 10.9.7.2 8007 "$per_s" 60 from=10.9.7.1 >"$T_TMP/busy"
	busy=$started
	opens_until_end rate 10.9.7.2 8007 3 60 from=10.9.7.3 >"$T_TMP/calm"
	calm=$started
	t_wait_for 30 busy_has 200
	read -r early < <(field 10.9.7.2@10.9.7.1 8007 outlook.full_s_early)
	read -r calm_early < <(field 10.9.7.2@10.9.7.3 8007 outlook.full_s_early)
	echo "the busy one $early s, the calm one $calm_early s"
	((early >= 0 && early < 10)) || t_fail "the busy one: $early s"
	((calm_early == -1 || calm_early > 30)) || t_fail "the calm one: $calm_early s"
	wait "$busy" && t_fail "ports did not run out: $(<"$T_TMP/busy")"
	t_match "$(<"$T_TMP/busy")" "^EADDRNOTAVAIL"
	kill -0 "$calm" || t_fail "the calm one has none either: $(<"$T_TMP/calm")"
	t_eq "$(field 10.9.7.2@10.9.7.1 8007 outlook.tight) $(field 10.9.7.2@10.9.7.3 8007 outlook.tight)" "True False" "tight"
}
busy_has() { (($(field 10.9.7.2@10.9.7.1 8007 outlook.in_use) >= $1)); }

# What bind() took before connect() is nobody else's port, to whatever destination: one that
# goes from the same address to another destination has so many fewer.
mixed_binds()
{
	local early late made failed due said
	fresh 900
	# no earlier case has its ports, nor what tells by whom those were chosen
	client sysctl -qw net.ipv4.ip_local_port_range="50000 50899"
	client ip addr add 10.9.7.4/24 dev there
	t_at_end "client ip addr del 10.9.7.4/24 dev there"
	opens_until_end rate 10.9.7.2 8009 20 60 bound=10.9.7.4 >"$T_TMP/bound"
	opens_until_end rate 10.9.7.2 8008 40 60 from=10.9.7.4 >"$T_TMP/late"
	t_wait_for 30 waits_at_least 270 8008
	read -r early late made < <(field 10.9.7.2@10.9.7.4 8008 outlook.full_s_early outlook.full_s_late time_wait)
	said=$(client build/netlane ports | tr -s ' \n' ' ')
	wait "$started" && t_fail "ports did not run out: $(<"$T_TMP/late")"
	t_match "$(<"$T_TMP/late")" "^EADDRNOTAVAIL after [0-9]+$"
	failed=$(awk '{ print $3 }' "$T_TMP/late")
	due=$(((failed - made) * 1000 / 40))
	echo "said $early to $late s, the one that failed was due after $due ms"
	t_match "$said" "10.9.7.2:8008.*ports.*IP_BIND_ADDRESS_NO_PORT where a program binds an address"
	((failed < 700)) || t_fail "it had $failed: the bound ones took nothing from it"
	# the opener keeps its rate as far as a busy machine lets it
	((early >= 0 && late >= 0 && due >= early * 900 - 2000 && due <= late * 1100 + 2000)) ||
		t_fail "said $early to $late s, due after $due ms"
}

bound_is_full() { [[ $(field 10.9.7.2@10.9.7.5 8009 bound outlook.in_use with_reuse.in_use) == "True 300 300" ]]; }

# bind() is what fails, it takes no port in TIME_WAIT, and connect() from elsewhere has none either.
bound_alone()
{
	local said
	fresh 300
	client sysctl -qw net.ipv4.tcp_tw_reuse=1
	client ip addr add 10.9.7.5/24 dev there
	t_at_end "client ip addr del 10.9.7.5/24 dev there"
	if opens rate 10.9.7.2 8009 60 12 bound=10.9.7.5 >"$T_TMP/bound"; then t_fail "ports did not run out: the case shows nothing"; fi
	t_match "$(<"$T_TMP/bound")" "^EADDRINUSE"
	t_wait_for 10 bound_is_full
	said=$(client build/netlane ports | tr -s ' \n' ' ')
	t_match "$said" "10.9.7.2:8009 10.9.7.5 300 100% 300 [0-9]+ now"
	t_match "$said" "10.9.7.5: a program binds it before it connects.*fails with EADDRINUSE"
	if opens rate 10.9.7.2 8008 10 1 from=10.9.7.1 >"$T_TMP/late"; then t_fail "connect() had a port"; fi
	t_match "$(<"$T_TMP/late")" "^EADDRNOTAVAIL"
}

# The advice is there with its number, and following it ends the failures.
remedy_works()	# PORT PATTERN COMMAND...
{
	local port=$1 pattern=$2
	fresh 300
	shift 2
	if opens rate 10.9.7.2 "$port" "$per_s" 8 >/dev/null; then t_fail "ports did not run out: the case shows nothing"; fi
	client build/netlane ports >"$T_TMP/said"
	t_match "$(<"$T_TMP/said")" "$pattern"
	if client build/netlane ports --check >/dev/null; then t_fail "--check finds nothing"; fi
	client "$@"
	opens rate 10.9.7.2 "$port" "$per_s" 8
	client build/netlane ports --check >/dev/null
}

reserved_are_not_counted()
{
	fresh 100
	client sysctl -qw net.ipv4.ip_local_reserved_ports=40000-40019
	t_eq "$(json | python3 -c 'import json, sys; print(json.load(sys.stdin)["usable"])')" 80 "usable ports"
	opens_until_end hold 10.9.7.2 8000 80
	t_wait_for 20 uses_all 80
	if opens open 10.9.7.2 8000 1; then t_fail "81 ports of 80"; fi
	t_match "$(client build/netlane ports)" "10.9.7.2:8000 .* 100%.* now "
}
uses_all() { [[ $(field 10.9.7.2 8000 established outlook.in_use) == "$1 $1" ]]; }

# The destination answers, then a NAT on the way would drop what it has no port for.
unanswered_is_no_lack_of_ports()
{
	local said
	fresh 1000
	opens_until_end hold 10.9.7.2 8007 3
	t_wait_for 20 holds 3
	t_at_end "hear $a there 10.9.7.2"
	deafen "$a" there 10.9.7.2
	for _ in 1 2 3 4 5 6; do
		opens_until_end open 10.9.7.2 8007 1 >/dev/null
	done
	t_wait_for 30 nobody_answers
	said=$(client build/netlane ports)
	t_match "$said" "10.9.7.2:8007: 6 SYNs were sent again and have no answer, while 9 of 1000 ports"
	t_match "$said" "source NAT"
	client build/netlane ports --check >/dev/null || t_fail "--check: not the ports of this node"
}
holds() { [[ $(field 10.9.7.2 8007 established) == "$1" ]]; }
nobody_answers() { [[ $(field 10.9.7.2 8007 unanswered nat_suspected) == "6 True" ]]; }

t_setup prepare
# first, for what the others leave in TIME_WAIT is a finding of --check
t_case ports.unanswered.is_no_lack_of_ports	unanswered_is_no_lack_of_ports
t_case ports.counts.are_those_of_ss	counts_are_those_of_ss
t_case ports.link_local.is_of_its_link	link_local
t_case ports.steady_rate.runs_out_as_said	runs_out_as_said 8003
t_case ports.bursts.run_out_as_said	runs_out_as_said 8004 bursts
t_case ports.two_sources.run_out_each_by_itself	two_sources
t_case ports.reserved.are_not_counted	reserved_are_not_counted
t_case ports.advice.tw_reuse_works	remedy_works 8005 'tcp_tw_reuse = 1' sysctl -qw net.ipv4.tcp_tw_reuse=1
t_case ports.advice.wider_range_works	remedy_works 8006 'ip_local_port_range = 1024 65535' \
	sysctl -qw net.ipv4.ip_local_port_range="1024 65535"
# last: for a minute nobody has the ports that bind() took
t_case ports.mixed_binds.run_out_as_said	mixed_binds
t_case ports.bound.alone_is_seen_and_not_reused	bound_alone
t_done
