#!/bin/bash
# What counting packets costs: instructions a packet, a connection, a request
# and a megabyte over a veth pair, one end counted, in a VM whose clock counts
# instructions; then nanoseconds a packet natively, on one CPU.
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
	server=server
	pair_make ""
	row none >/dev/null # the first one finds cold caches
	for what in none empty none lean none full none; do
		row "$what"
	done
}

# pair_make [CLIENT-NAMESPACE] - the server's end is in $server
pair_make()
{
	ip netns add "$server"
	ip ${1:+-n "$1"} link add client type veth peer name server netns "$server"
	ip ${1:+-n "$1"} addr add 10.7.0.1/24 dev client
	ip -n "$server" addr add 10.7.0.2/24 dev server
	ip ${1:+-n "$1"} link set client up
	ip -n "$server" link set server up
}

load() { build/bench/load "$@" "/run/netns/$server" 10.7.0.2; }

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
	if [[ ${rounds:-} ]]; then
		echo "$what $(load pkt 300000)"
	else
		echo "$what $(load pkt 4000) $(load crr 1000) $(load rr 4000) $(load mb 40)"
	fi
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
	$1 == "none" { for (i = 2; i <= 5; i++) { base[i] += $i; low[i] = (!n || $i < low[i]) ? $i : low[i]; high[i] = $i > high[i] ? $i : high[i] } n++; next }
	{ if (!($1 in rows)) order[++nr] = $1; rows[$1]++; for (i = 2; i <= 5; i++) sum[$1, i] += $i }
	END {
		printf "%-30s %10s %12s %10s %10s\n", "instructions", "a packet", "a connection", "a request", "a MB"
		printf "%-30s %10.0f %12.0f %10.0f %10.0f\n", "none", base[2] / n, base[3] / n, base[4] / n, base[5] / n
		printf "%-30s %10.0f %12.0f %10.0f %10.0f\n", "  spread of none (A/A)", high[2] - low[2], high[3] - low[3], high[4] - low[4], high[5] - low[5]
		label["empty"] = "+ empty programs, same hooks"
		label["lean"] = "+ netlane, what always counts"
		label["full"] = "+ netlane, while stat looks"
		for (k = 1; k <= nr; k++) {
			w = order[k]
			printf "%-30s", label[w]
			for (i = 2; i <= 5; i++) printf i == 3 ? " %12.0f" : " %10.0f", sum[w, i] / rows[w] - base[i] / n
			print ""
		}
	}'
}

# ---- natively: both ends on one CPU, rows by turns, medians
native()
{
	local round
	client=nlbench-c-$$ server=nlbench-s-$$
	ip netns add "$client"
	trap 'ip netns del "$client"; ip netns del "$server"' EXIT
	pair_make "$client"
	for ((round = 1; round <= rounds; round++)); do
		for what in none empty lean none2; do
			ip netns exec "$client" taskset -c 0 "$here/observe.sh" --row "${what%2}" "$server" |
				sed "s/^none/$what/"
		done
	done | awk '
		{ value[$1, ++n[$1]] = $2 }
		function median(w,  i, j, t, nr) {
			nr = n[w]
			for (i = 1; i <= nr; i++) for (j = i + 1; j <= nr; j++)
				if (value[w, j] < value[w, i]) { t = value[w, i]; value[w, i] = value[w, j]; value[w, j] = t }
			return value[w, int((nr + 1) / 2)]
		}
		function show(label, w,  m) {
			m = median(w)
			printf "%-30s %10.0f %8.3f %10.0f to %.0f\n", label, m, m / median("none"), value[w, 1], value[w, n[w]]
		}
		END {
			printf "%-30s %10s %8s %10s\n", "ns a packet sent", "median", "ratio", "range"
			show("none", "none"); show("none again (A/A)", "none2")
			show("empty programs, same hooks", "empty"); show("netlane, what always counts", "lean")
		}'
}

case ${1:-} in
--inside) inside; exit ;;
--row)	server=$3 rounds=1; row "$2"; exit ;;
esac
[[ $# -gt 0 ]] || set -- 6.1
for kernel; do
	echo "Linux $kernel, two boots, veth, one end counted (packets sent and received there)"
	for boot in 1 2; do
		echo "  boot $boot ..." >&2
		tests/vm/run --kernel "$kernel" --icount --timeout 500 -- tests/bench/observe.sh --inside ||
			{ echo "bench: the VM failed" >&2; exit 1; }
	done | report
done
echo
rounds=7
echo "This machine's own kernel, $(uname -r), $rounds rounds by turns, one CPU"
native
