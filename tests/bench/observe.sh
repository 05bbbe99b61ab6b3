#!/bin/bash
# What counting packets costs: instructions a connection, a request and a
# megabyte over a veth pair, one end counted, in a VM whose clock counts
# instructions.
# Rule: each row beside none (A/A shows the noise) and beside empty programs on
# the same hooks; two boots, since an attachment can be off by itself.
#
#   tests/bench/observe.sh [KERNEL...]     default: 6.1

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 2
set -u

# ---- in the VM: one line "WHAT CRR RR MB"
inside()
{
	local what
	ip netns add server
	ip link add client type veth peer name server netns server
	ip addr add 10.7.0.1/24 dev client
	ip -n server addr add 10.7.0.2/24 dev server
	ip link set client up
	ip -n server link set server up
	row none >/dev/null # the first one finds cold caches
	for what in none empty none lean none full none; do
		row "$what"
	done
}

load() { build/bench/load "$@" /run/netns/server 10.7.0.2; }

row()
{
	local what=$1 pid='' dir
	dir=$(mktemp -d)
	mkfifo "$dir/in"
	case $what in
	empty)	build/bench/empty <"$dir/in" >"$dir/out" 2>/dev/null & pid=$! ;;
	lean)	build/netlane stat 1h --nic client --lean >"$dir/out" 2>&1 <"$dir/in" & pid=$! ;;
	full)	build/netlane stat 1h --nic client >"$dir/out" 2>&1 <"$dir/in" & pid=$! ;;
	esac
	if [[ $pid ]]; then
		exec 7>"$dir/in"
		# attached when the programs run: their number is known beforehand
		until bpftool -j prog show | grep -qE '"name":"(lane_tx_start|empty_net_dev_st)'; do sleep 0.1; done
		sleep 1
	fi
	echo "$what $(load crr 1000) $(load rr 4000) $(load mb 40)"
	if [[ $pid ]]; then
		exec 7>&-
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	fi
	rm -rf "$dir"
}

# ---- the report: differences to the mean of all rows without any program
report()
{
	awk '
	$1 == "none" { for (i = 2; i <= 4; i++) { base[i] += $i; low[i] = (!n || $i < low[i]) ? $i : low[i]; high[i] = $i > high[i] ? $i : high[i] } n++; next }
	{ if (!($1 in rows)) order[++nr] = $1; rows[$1]++; for (i = 2; i <= 4; i++) sum[$1, i] += $i }
	END {
		printf "%-34s %12s %12s %12s\n", "instructions", "a connection", "a request", "a MB"
		printf "%-34s %12.0f %12.0f %12.0f\n", "none", base[2] / n, base[3] / n, base[4] / n
		printf "%-34s %12.0f %12.0f %12.0f\n", "  spread of none (A/A)", high[2] - low[2], high[3] - low[3], high[4] - low[4]
		label["empty"] = "+ empty programs, same hooks"
		label["lean"] = "+ netlane, what always counts"
		label["full"] = "+ netlane, while stat looks"
		for (k = 1; k <= nr; k++) {
			w = order[k]
			printf "%-34s", label[w]
			for (i = 2; i <= 4; i++) printf " %12.0f", sum[w, i] / rows[w] - base[i] / n
			print ""
		}
	}'
}

if [[ ${1:-} == --inside ]]; then
	inside
	exit
fi
[[ $# -gt 0 ]] || set -- 6.1
for kernel; do
	echo "Linux $kernel, two boots, veth, one end counted (packets sent and received there)"
	for boot in 1 2; do
		echo "  boot $boot ..." >&2
		tests/vm/run --kernel "$kernel" --icount --timeout 500 -- tests/bench/observe.sh --inside ||
			{ echo "bench: the VM failed" >&2; exit 1; }
	done | report
done
