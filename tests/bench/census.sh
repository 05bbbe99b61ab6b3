#!/bin/bash
# How long it takes to know who has how many TIME_WAITs, with 180,000 of them
# over a thousand destinations: the counted table, a walk by inet_diag, and
# ss | awk; natively, and in a VM whose clock counts instructions.
# Rule: the three by turns in one run, medians and ranges; no network but a
# namespace of its own.
#
#   tests/bench/census.sh [KERNEL...|native]     default: 6.1, and native
#   PER=180 ADDRESSES=1000 ROUNDS=7              the size of it

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 2
set -u
PER=${PER:-180} ADDRESSES=${ADDRESSES:-1000} ROUNDS=${ROUNDS:-7}

# In a namespace, a BPF file system and a /run of its own.
inside()
{
	mount -t tmpfs none /run && mount -t bpf none /sys/fs/bpf && ip link set lo up || exit 1
	printf '[netlane]\nmode = observe\n' >/run/conf
	sysctl -qw net.ipv4.tcp_max_tw_buckets=1000000 net.ipv4.ip_local_port_range="1024 65535"
	build/netlane run --config /run/conf >/run/log 2>&1 &
	counts=$!
	trap 'kill $counts; wait $counts' EXIT
	until build/netlane ports --live >/dev/null 2>&1; do
		kill -0 "$counts" || { cat /run/log >&2; exit 1; }
		sleep 0.1
	done
	build/tests/waits spread "$PER" "$ADDRESSES" 8000 >/dev/null || exit 1
	build/bench/census "$ROUNDS"
}

report()	# UNIT NS-A-UNIT
{
	awk -v unit="$1" -v per="$2" '
	{ for (i = 1; i <= 3; i++) v[i, NR] = $i / per; rows = $4; alive = $5; walked = $6; waiting = $7 }
	function sorted(c,  i, j, t) {
		for (i = 1; i <= NR; i++) for (j = i + 1; j <= NR; j++)
			if (v[c, j] < v[c, i]) { t = v[c, i]; v[c, i] = v[c, j]; v[c, j] = t }
	}
	function show(label, c) {
		sorted(c)
		m[c] = v[c, int((NR + 1) / 2)]
		printf "%-24s %10.2f %10.1f %10.2f to %.2f\n", label, m[c], m[c] / m[1], v[c, 1], v[c, NR]
	}
	END {
		if (!NR) exit 1
		printf "%d alive in %d rows as counted, %d in %d by the walk, %d rounds\n", alive, rows, waiting, walked, NR
		printf "%-24s %10s %10s %10s\n", unit, "median", "ratio", "range"
		show("the counted table", 1); show("a walk by inet_diag", 2); show("ss | awk", 3)
	}'
}

case ${1:-} in
--inside) inside; exit ;;
esac
[[ -x build/bench/census && -x build/tests/waits ]] ||
	{ echo "bench: not built; make bench NAME=census, or make bench-programs tests before this" >&2; exit 1; }
[[ $# -gt 0 ]] || set -- 6.1
set -o pipefail
export PER ADDRESSES ROUNDS
for kernel; do
	[[ $kernel != native ]] || continue # that part comes in any case
	echo "Linux $kernel, one CPU, a clock that counts instructions"
	tests/vm/run --kernel "$kernel" --icount --nics 0 --mem 2048 --timeout 1800 \
		--env PER="$PER" --env ADDRESSES="$ADDRESSES" --env ROUNDS="$ROUNDS" \
		-- unshare -mn tests/bench/census.sh --inside | grep '^[0-9]' | report "million instructions" 1e6 || exit 1
	echo
done
echo "This machine's own kernel, $(uname -r)"
unshare -mn tests/bench/census.sh --inside | report "ms" 1e6
