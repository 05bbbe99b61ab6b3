#!/bin/bash
# TIME_WAIT as it happens: births, deaths, reuse, overflow and connect() that
# finds no port, by destination and network namespace.
# Rule: the load is of known size, and the kernel's own counters (sockstat, ss,
# TcpExt) are the judge; each case has a namespace of its own.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=4 nics=1 queues=4 outside=yes mem=1024 boot=counting
# vm: timeout=900

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
. "$here/../lib.sh"
top=$(cd "$here/../.." && pwd)
waits=$top/build/tests/waits

prepare()
{
	[[ -e /sys/kernel/btf/vmlinux ]] || return 0
	early_begin
	netlane up
	t_match "$(netlane ports --live --json)" '"estimate": *false' "how it is counted"
	dying_begin
}
nets_drop() { ip netns list | awk '/^nltw/ { print $1 }' | xargs -rn1 ip netns del; }

# A namespace, and what is done in it; each has a port of its own, since an inode may
# come again. (ip netns exec would hide the pinned maps.)
there() { nsenter --net="/run/netns/$NS" "$@"; }
fresh()	# [SYSCTL...] - nothing in it but lo
{
	in_net "nltw-$T_NR" $((8000 + T_NR)) "$@"
}
in_net()	# NAME PORT [SYSCTL...] - made, where it is not there yet
{
	NS=$1 PORT=$2
	shift 2
	if [[ ! -e /run/netns/$NS ]]; then
		ip netns add "$NS"
		ip -n "$NS" link set lo up
	fi
	inode=$(stat -Lc %i "/run/netns/$NS")
	there sysctl -qw net.ipv4.tcp_tw_reuse=0
	[[ $# == 0 ]] || there sysctl -qw "$@"
}

# live FIELD... - of the namespace; row KIND REMOTE PORT FIELD... - of one row
live() { select_live net "$inode" "$@"; }
row() { select_live row "$inode" "$@"; }
select_live()	# net|row INODE [KIND REMOTE PORT, of a row] FIELD...
{
	local what=$1 of=$2 row=("" "" 0)
	shift 2
	[[ $what == net ]] || { row=("${@:1:3}"); shift 3; }
	there netlane ports --live --json | jq -r --arg what "$what" --argjson inode "$of" \
		--arg kind "${row[0]}" --arg remote "${row[1]}" --argjson port "${row[2]}" \
		'[.[$what][] | select(.netns == $inode) |
			select($what == "net" or (.kind == $kind and .remote == $remote and .port == $port))] |
		(.[0] // {}) as $r | [$ARGS.positional[] | $r.counts[.] // $r[.] // 0 | tostring] | join(" ")' --args "$@"
}
rows()	# KIND [REMOTE PORT] - how many
{
	there netlane ports --live --json | jq --argjson inode "$inode" --arg kind "$1" --arg remote "${2-}" --argjson port "${3:-0}" \
		'[.row[] | select(.netns == $inode and .kind == $kind and .remote == $remote and .port == $port)] | length'
}
nr_rows()	# KIND - of the namespace, that have some alive
{
	there netlane ports --live --json | jq --argjson inode "$inode" --arg kind "$1" \
		'[.row[] | select(.netns == $inode and .kind == $kind and .alive > 0)] | length'
}

# shellcheck disable=SC2016	# it is awk's
sockstat() { there awk '$1 == "TCP:" { for (i = 2; i < NF; i++) if ($i == "tw") print $(i + 1) }' /proc/net/sockstat; }
ss_waiting() { there ss -Htan state time-wait "$@" | wc -l; }
ext()	# NAME - of TcpExt
{
	# shellcheck disable=SC2016	# it is awk's
	there awk -v name="$1" '$1 == "TcpExt:" { if (n++) print $at; else for (i = 2; i <= NF; i++) if ($i == name) at = i }' /proc/net/netstat
}

# What is alive by counting is what is alive, both read in the same moment.
agrees()
{
	local alive is
	read -r alive is < <(live alive sockstat)
	t_eq "$alive" "$is" "alive in the namespace, and sockstat"
}

births()	# ADDRESS [REMOTE] - 100 closed by the client, 70 by the server
{
	local remote=${2:-$1}
	fresh
	there "$waits" client 100 "$1" "$PORT"
	there "$waits" server 70 "$1" "$PORT"
	t_eq "$(ss_waiting dport = ":$PORT") $(ss_waiting sport = ":$PORT")" "100 70" "by ss"
	t_eq "$(row opened "$remote" "$PORT" alive births deaths)" "100 100 0" "opened here"
	t_eq "$(row served "" "$PORT" alive births deaths)" "70 70 0" "served"
	t_eq "$(live births deaths overflows sockstat)" "170 0 0 170" "in all"
	agrees
}

# The kernel ends them by their time, a minute, and none is shorter: these are begun with
# the suite, and looked at when other cases have taken it.
early_begin()	# before counting begins
{
	in_net nltw-early 7998
	there "$waits" client 55 127.0.0.1 "$PORT"
	there "$waits" server 25 127.0.0.1 "$PORT"
	there "$waits" client 15 ::1 "$PORT"
}
dying_begin()
{
	in_net nltw-dying 7999
	there "$waits" client 60 127.0.0.1 "$PORT"
}

# What is there before counting begins is known.
early()
{
	in_net nltw-early 7998
	t_eq "$(row opened 127.0.0.1 "$PORT" births alive)" "0 55"
	t_eq "$(row served "" "$PORT" births alive)" "0 25"
	t_eq "$(row opened ::1 "$PORT" births alive)" "0 15"
	agrees
	there "$waits" client 5 127.0.0.1 "$PORT"
	t_eq "$(row opened 127.0.0.1 "$PORT" births alive)" "5 60"
	agrees
}

deaths()
{
	in_net nltw-dying 7999
	t_wait_for 100 none_alive
	t_eq "$(live births deaths early alive)" "60 60 0 0" "in the end"
}
deaths_of_early()
{
	in_net nltw-early 7998
	t_wait_for 100 none_alive
	t_match "$(live alive deaths)" "^0 (95|100)$" # alone, without the five of the other case
}
none_alive() { [[ $(sockstat) == 0 ]]; }

# The other end does not close: the kernel keeps the FIN_WAIT2 as a small socket.
fin_wait2()
{
	local pid
	fresh net.ipv4.tcp_fin_timeout=20
	mkfifo "$T_TMP/hold"
	there "$waits" half 40 127.0.0.1 "$PORT" <"$T_TMP/hold" >"$T_TMP/half" &
	pid=$!
	exec 7>"$T_TMP/hold"
	t_wait_for 30 test -s "$T_TMP/half"
	t_wait_for 30 all_small 40
	t_eq "$(row opened 127.0.0.1 "$PORT" births fin_wait2 alive)" "40 40 40" "small FIN_WAIT2s"
	agrees
	t_wait_for 60 none_alive
	t_eq "$(row opened 127.0.0.1 "$PORT" births deaths early alive)" "40 40 0 0" "after tcp_fin_timeout"
	exec 7>&-
	wait "$pid"
	agrees
}
all_small() { [[ $(sockstat) == "$1" ]]; }

simultaneous()
{
	fresh
	there tc qdisc add dev lo root netem delay 60ms || t_skip "no netem here"
	there "$waits" both 10 127.0.0.1 "$PORT"
	t_wait_for 30 all_small 20
	t_eq "$(row opened 127.0.0.1 "$PORT" births alive) $(row served "" "$PORT" births alive)" "10 10 10 10"
	agrees
}

overflow()
{
	fresh net.ipv4.tcp_max_tw_buckets=30
	there "$waits" client 100 127.0.0.1 "$PORT"
	t_eq "$(row opened 127.0.0.1 "$PORT" births alive overflows)" \
		"$(sockstat) $(sockstat) $(ext TCPTimeWaitOverflow)" "births, alive, overflows"
	t_eq "$(row opened 127.0.0.1 "$PORT" births overflows | awk '{ print $1 + $2 }')" 100 "in all"
	(($(ext TCPTimeWaitOverflow) >= 69)) || t_fail "no overflow: the case shows nothing"
}

# Where the kernel lets somebody end a TIME_WAIT.
killed()
{
	fresh
	there "$waits" client 50 127.0.0.1 "$PORT"
	there ss -HKtan state time-wait dport = ":$PORT" >"$T_TMP/killed" 2>&1 || :
	[[ $(sockstat) != 50 ]] || t_skip "this kernel ends no TIME_WAIT by ss -K"
	t_eq "$(live births deaths early reused alive)" "50 $((50 - $(sockstat))) $((50 - $(sockstat))) 0 $(sockstat)"
}

# A namespace that gets the inode of one that is gone gets none of its events.
inode_again()
{
	local was=x n
	fresh net.ipv4.ip_local_port_range="40000 40009"
	there "$waits" fail 3 127.0.0.1 8800 >/dev/null
	t_eq "$(row opened 127.0.0.1 8800 refused)" 3
	was=$inode
	ip netns del "$NS"
	for ((n = 0; n < 200; n++)); do
		ip netns add "$NS-$n"
		[[ $(stat -Lc %i "/run/netns/$NS-$n") != "$was" ]] || break
	done
	NS=$NS-$n inode=$was
	[[ $(stat -Lc %i "/run/netns/$NS") == "$was" ]] || t_skip "the inode did not come again"
	ip -n "$NS" link set lo up
	there "$waits" client 10 127.0.0.1 8800
	t_eq "$(row opened 127.0.0.1 8800 alive refused)" "10 0" "alive and refused in the new one"
	agrees
}

# Few ports, so that connect() must take those in TIME_WAIT again.
reuse()
{
	local before n
	fresh net.ipv4.tcp_tw_reuse=1 net.ipv4.ip_local_port_range="40000 40019"
	before=$(ext TWRecycled) # a slow guest takes the first of them again already
	there "$waits" client 20 127.0.0.1 "$PORT"
	sleep 1.3 # a TIME_WAIT is taken again after a second by the kernel's rule
	there "$waits" client 20 127.0.0.1 "$PORT"
	n=$(($(ext TWRecycled) - before))
	((n > 0)) || t_fail "none was taken again: the case shows nothing"
	t_eq "$(row opened 127.0.0.1 "$PORT" births deaths reused early)" "40 $n $n $n" "births deaths reused early"
	agrees
}

namespace_dies()
{
	fresh
	there "$waits" client 80 127.0.0.1 "$PORT"
	there "$waits" server 20 127.0.0.1 "$PORT"
	agrees
	ip netns del "$NS"
	t_wait_for 60 gone "$inode"
}
# Its rows fall to zero.
gone()
{
	netlane ports --live --json >"$T_TMP/live"
	[[ $(python3 -c 'import json, sys
print(sum(r["alive"] for r in json.load(open(sys.argv[1]))["row"] if r["netns"] == int(sys.argv[2])))' \
		"$T_TMP/live" "$1") == 0 ]]
}

no_port()	# ADDRESS
{
	fresh net.ipv4.ip_local_port_range="40000 40009"
	read -r made failed < <(there "$waits" fail 3 "$1" "$PORT")
	t_eq "$made $failed" "10 3" "connect()"
	t_eq "$(row opened "$1" "$PORT" refused)" 3 "refused"
	t_match "$(there netlane ports --live)" "connect\(\) found no port 3 times"
}

no_port_to_bind()
{
	fresh net.ipv4.ip_local_port_range="40000 40009"
	read -r made failed < <(there "$waits" bind 2 127.0.0.1)
	((made > 0 && failed == 2)) || t_fail "bind() made $made, failed $failed"
	t_eq "$(row bound "" 0 refused)" 2 "refused"
}

# A listener within the range of connect()'s ports; who comes costs no row each.
flood()	# PORT
{
	fresh net.ipv4.ip_local_port_range="30000 60999"
	there "$waits" server 3000 127.0.0.1 "$1" 3000
	t_eq "$(nr_rows served) $(nr_rows opened)" "1 0" "rows"
	t_eq "$(row served "" "$1" births alive)" "3000 3000"
	agrees
}

# Bound before they connect: opened here all the same.
bound_first()
{
	fresh net.ipv4.ip_local_port_range="40000 40999"
	there "$waits" bound 50 127.0.0.1 "$PORT"
	t_eq "$(row opened 127.0.0.1 "$PORT" births alive)" "50 50"
	t_eq "$(nr_rows served)" 0 "rows of what is served"
	agrees
}

# More destinations than there are rows: the rest is counted together.
full_map()
{
	local seen
	fresh net.ipv4.tcp_max_tw_buckets=100000
	there "$waits" spread 1 9000 "$PORT"
	read -r -a seen < <(row other "" 0 births alive)
	((seen[0] > 0)) || t_fail "nothing in the row of the rest"
	((seen[0] + $(nr_rows opened) == 9000)) || t_fail "${seen[0]} and $(nr_rows opened) rows"
	agrees
	t_eq "$(live births alive)" "9000 9000"
	ip netns del "$NS"
	t_wait_for 60 gone "$inode"
	t_at_end "netlane down; netlane up" # empty rows are kept for a minute
}

# The loader ends and another one begins: numbers go on.
adopted()
{
	fresh
	there "$waits" client 30 127.0.0.1 "$PORT"
	netlane up
	t_eq "$(row opened 127.0.0.1 "$PORT" births)" 30 "after another up"
	there "$waits" client 12 127.0.0.1 "$PORT"
	t_eq "$(row opened 127.0.0.1 "$PORT" births alive)" "42 42"
	agrees
}

# A service that is killed leaves the counting as it is, and its successor goes on with it.
killed_service()
{
	fresh
	there "$waits" client 30 127.0.0.1 "$PORT"
	service_begin
	kill -9 "$service"
	wait "$service" || true # its hooks take their time to go, and its lock with them
	there "$waits" client 12 127.0.0.1 "$PORT"
	t_eq "$(row opened 127.0.0.1 "$PORT" births alive)" "42 42" "without a service"
	service_begin
	there "$waits" client 3 127.0.0.1 "$PORT"
	t_eq "$(row opened 127.0.0.1 "$PORT" births alive)" "45 45" "with the next one"
	agrees
	kill "$service"
	wait "$service"
}
service_begin()
{
	netlane run >"$T_TMP/service" 2>&1 &
	service=$!
	t_at_end "kill $service 2>/dev/null || :"
	t_wait_for 60 grep -q "^mode observe" "$T_TMP/service" || t_fail "the service: $(<"$T_TMP/service")"
}

# Somebody sets the clock: what is alive, and until when, does not hang on it.
clock_set()
{
	local at
	fresh
	there "$waits" client 30 127.0.0.1 "$PORT"
	at=$(date +%s)
	t_at_end "date -s @$at"
	date -s "@$((at + 86400))"
	agrees
	there "$waits" client 10 127.0.0.1 "$PORT"
	date -s "@$((at - 86400))"
	t_eq "$(live births alive)" "40 40"
	agrees
	date -s "@$at"
	t_wait_for 100 none_alive
	t_eq "$(live alive deaths)" "0 40"
}

# The control: a program less, and the numbers part.
detached()
{
	fresh
	there "$waits" client 10 127.0.0.1 "$PORT"
	rm /sys/fs/bpf/netlane/abi-*/{link_lane_tw_born,lane_tw_born}
	t_at_end "netlane down; netlane up"
	there "$waits" client 10 127.0.0.1 "$PORT"
	t_eq "$(sockstat)" 20
	t_eq "$(row opened 127.0.0.1 "$PORT" births)" 10
	if (agrees); then t_fail "they agree without the program"; fi
}

t_setup prepare
t_at_end netlane down
t_at_end nets_drop
t_case timewait.earlier_ones.are_known			early
t_case timewait.births.are_those_of_ss			births 127.0.0.1
t_case timewait.births6.are_those_of_ss			births ::1
t_case timewait.mapped.are_ipv4s			births ::ffff:127.0.0.1 127.0.0.1
t_case timewait.fin_wait2.is_counted_apart		fin_wait2
t_case timewait.simultaneous_close.is_seen_on_both_sides simultaneous
t_case timewait.overflow.is_no_birth			overflow
t_case timewait.ss_kill.is_an_early_death		killed
t_case timewait.reuse.is_what_the_kernel_counts		reuse
t_case timewait.namespace_that_dies.has_none		namespace_dies
t_once timewait.inode_again.has_no_old_events		inode_again
t_case timewait.connect_without_port.is_an_event	no_port 127.0.0.1
t_once timewait.connect6_without_port.is_an_event	no_port ::1
t_once timewait.bind_without_port.is_an_event		no_port_to_bind
t_once timewait.flood_of_sources.costs_one_row		flood 8000
t_once timewait.flood_in_range.costs_one_row		flood 50051
t_case timewait.bound_first.is_opened_here		bound_first
t_case timewait.deaths.are_seen				deaths
t_case timewait.earlier_ones.are_seen_to_die		deaths_of_early
t_once timewait.full_map.counts_the_rest		full_map
t_once timewait.service_killed.goes_on			killed_service
t_once timewait.clock_set.changes_nothing		clock_set
t_once timewait.loader_again.goes_on			adopted
t_once timewait.program_less.is_noticed			detached
t_done
