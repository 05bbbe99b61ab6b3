#!/bin/bash
# What a connection costs more when a thousand ports of a VIP lead to one listener: by a
# binding, by nft's redirect, by iptables' DNAT, beside connections to the listener's own
# port. By turns, over a veth pair, of one thread that is both ends.
# Rule: instructions in a VM first, whose clock counts them: what is added there is added
# by the way and by nothing else. Then CPU time natively, so that what else runs here matters
# little; the added cost is what a way takes more than none in the same round, and none
# against itself shows the noise.
#
#   tests/bench/vip.sh [KERNEL...|native]          default: 6.1 6.12, and native

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 2
set -u -o pipefail
rounds=40 number=2000
a=nlbench-a-$$ b=nlbench-b-$$ listen=8080 vip=10.20.1.1 net=10.20.0.0/16
work=$(mktemp -d)
holder=''

ended()
{
	[[ -z ${VIP_PID-} ]] || kill "$VIP_PID"
	[[ -z $holder ]] || kill "$holder"
	wait
	ip netns del "$a"
	ip netns del "$b"
	rm -rf "$work"
}
inside() { nsenter --mount --net -t "$holder" "$@"; }
server() { ip netns exec "$b" "$@"; }

begin()
{
	local tries
	[[ $(id -u) == 0 ]] || { echo "needs root" >&2; exit 2; }
	ip netns add "$a" && ip netns add "$b" || exit 1
	trap ended EXIT
	ip -n "$a" link add there type veth peer name here netns "$b"
	ip -n "$a" addr add 10.9.6.1/24 dev there
	ip -n "$b" addr add 10.9.6.2/24 dev here
	ip -n "$a" link set there up
	ip -n "$b" link set here up
	ip -n "$b" link set lo up
	ip -n "$b" route add local $net dev lo
	ip -n "$a" route add $net via 10.9.6.2
	ip netns exec "$a" sysctl -qw net.ipv4.ip_local_port_range="1024 65535"
	# shellcheck disable=SC2016	# it is the other shell's
	ip netns exec "$b" unshare -m sh -c 'mount -t tmpfs none /run && mount -t tmpfs none /var/lib && mkdir /var/lib/netlane &&
		mount -t bpf none /sys/fs/bpf && touch /run/ready && exec sleep infinity' &
	holder=$!
	for ((tries = 0; tries < 200; tries++)); do
		! inside test -e /run/ready 2>/dev/null || break
		sleep 0.1
	done
	# or it would be this machine's own namespace that is bound
	[[ $(inside stat -Lc %i /proc/self/ns/net) == $(server stat -Lc %i /proc/self/ns/net) ]] || exit 1
	coproc VIP { exec taskset -c 0 build/bench/vip "$a" "$b" $listen; }
	exec {asks}>&"${VIP[1]}" {hears}<&"${VIP[0]}" # a subshell has not the coproc's own
	read -r -t 10 -u "$hears" _ || exit 1
	printf '%s\n' "[netlane]" "counters = no" "[bind bench]" "prefix = $net" "ports = 10000-10999" "to = $listen" >"$work/conf"
}

# way NAME - none, bind, nft or iptables, and nothing of the others; sets port
way()
{
	port=10500
	case $1 in
	none*) port=$listen ;;
	bind) inside "$PWD/build/netlane" up --config "$work/conf" >/dev/null ;;
	nft) server nft "add table ip bench; add chain ip bench in { type nat hook prerouting priority dstnat; };
		add rule ip bench in ip daddr $net tcp dport 10000-10999 redirect to :$listen" ;;
	iptables) server iptables -t nat -A PREROUTING -d $net -p tcp --dport 10000:10999 -j DNAT --to-destination 10.9.6.2:$listen ;;
	esac || { echo "bench: $1 cannot be set up" >&2; exit 1; }
}
no_way()
{
	case $1 in
	bind) inside "$PWD/build/netlane" down >/dev/null ;;
	nft) server nft delete table ip bench ;;
	iptables) server nft delete table ip nat ;; # with the chain, so that its hook is gone as well
	esac
}
# cost EXCHANGES - ns of CPU for a connection
cost()
{
	local ns
	echo "$vip $port $number $1" >&"$asks"
	read -r -t 300 -u "$hears" ns || { echo "bench: a connection failed" >&2; exit 1; }
	echo "$ns"
}

# The program alone by the kernel's own clock, which itself takes part of it.
program_alone()
{
	local was
	was=$(</proc/sys/kernel/bpf_stats_enabled)
	way bind
	echo 1 >/proc/sys/kernel/bpf_stats_enabled
	cost 0 >/dev/null
	echo "$was" >/proc/sys/kernel/bpf_stats_enabled
	bpftool -j prog show name lane_bind | jq -r 'if type == "array" then .[0] else . end | "\nthe program of the binding alone: \(.run_time_ns / .run_cnt | floor) ns a connection, \(.run_cnt) runs"'
	no_way bind
}

# "EXCHANGES WAY COST" of each way, round by round
rounds_run()
{
	local ways=(none bind nft iptables none2) round i name exchanges ns
	for ((round = 0; round < rounds; round++)); do
		for ((i = 0; i < ${#ways[@]}; i++)); do
			# each begins a round as often as the others
			name=${ways[(i + round) % ${#ways[@]}]}
			way "$name"
			for exchanges in 0 10; do
				ns=$(cost $exchanges) || { echo "bench: by $name" >&2; exit 1; }
				echo "$exchanges $name $ns"
			done
			no_way "$name"
		done
		echo "  round $((round + 1)) of $rounds" >&2
	done
}

report()	# UNIT
{
	awk -v unit="$1" '
	NF != 3 { exit 1 }
	{ value[$1, $2, ++n[$1, $2]] = $3 }
	# list[1..nr], ascending
	function order(list, nr,  i, j, t) {
		for (i = 1; i <= nr; i++) for (j = i + 1; j <= nr; j++)
			if (list[j] < list[i]) { t = list[i]; list[i] = list[j]; list[j] = t }
	}
	# a way beside none of the same round
	function show(label, load, way,  i, nr, all, more) {
		nr = n[load, way]
		for (i = 1; i <= nr; i++) { all[i] = value[load, way, i]; more[i] = all[i] - value[load, "none", i] }
		order(all, nr); order(more, nr)
		i = int((nr + 1) / 2)
		printf "%-34s %8.0f %8.0f %10.0f to %.0f\n", label, all[i], way == "none" ? 0 : more[i],
			way == "none" ? 0 : more[int((nr + 3) / 4)], way == "none" ? 0 : more[int((3 * nr + 1) / 4)]
	}
	function part(title, load) {
		printf "%-34s %8s %8s %16s\n", title, "median", "added", "middle half"
		show("to its own port", load, "none"); show("the same again (A/A)", load, "none2")
		show("by a binding", load, "bind"); show("by nft redirect", load, "nft"); show("by iptables DNAT", load, "iptables")
	}
	END { if (!n[10, "none2"]) exit 1; part(unit ", a connection alone", 0); print ""; part("with 10 requests and answers", 10) }'
}

if [[ ${1-} == --inside ]]; then
	rounds=4 number=500
	begin
	rounds_run 2>/dev/null
	exit
fi
[[ $# -gt 0 ]] || set -- 6.1 6.12
for kernel; do
	[[ $kernel != native ]] || continue # that part comes in any case
	echo "Linux $kernel in a VM that counts instructions, 4 rounds of 500 connections"
	tests/vm/run --kernel "$kernel" --icount --timeout 900 -- tests/bench/vip.sh --inside | report instructions ||
		{ echo "bench: the VM failed" >&2; exit 1; }
	echo
done
begin
echo "$(uname -r), $(iptables --version), load $(cut -d' ' -f1 /proc/loadavg), $rounds rounds of $number connections"
rounds_run | report "ns of CPU"
program_alone
