#!/bin/bash
# What counting packets costs: instructions a packet, a connection, a request
# and a megabyte over a veth pair, one end counted, in a VM whose clock counts
# instructions; then nanoseconds natively: a packet on one CPU, and a run of
# the programs by the kernel's own clock.
# Then the service, as it always counts, beside other tools that watch TCP.
# Rule: each row beside none (A/A shows the noise) and beside empty programs on
# the same hooks; two boots, since an attachment can be off by itself.
#
#   tests/bench/observe.sh [KERNEL...|native]     default: 6.1 6.12, and native

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 2
set -u

# ---- in the VM: one line "WHAT PACKET CONNECTION REQUEST MB"
inside()	# ROW...
{
	local what
	server=server
	# of which bpftrace has its tracepoints
	mount -t tracefs none /sys/kernel/tracing 2>/dev/null
	mount -t debugfs none /sys/kernel/debug 2>/dev/null
	pair_make ""
	ip link add elsewhere type veth peer name otherend
	sysctl -qw net.ipv4.tcp_max_tw_buckets=1000000 # or the later rows' connections leave no TIME_WAIT
	row none >/dev/null # the first one finds cold caches
	row none
	for what; do
		row "$what"
		row none
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

links() { find "/proc/$1/fd" -lname 'anon_inode:bpf*link' 2>/dev/null | wc -l; }

# attached NAME - netlane says nothing before its first interval, but has its
# programs' links open; the others say that they are ready
attached()
{
	local dir=$work/$1
	case $1 in
	lean|elsewhere)	(($(links "$(<"$dir/pid")") >= 4)) ;;
	full)	(($(links "$(<"$dir/pid")") >= 7)) ;;
	kept)	build/netlane ports --live >/dev/null 2>&1 ;;
	tcp*)	(($(links "$(<"$dir/pid")") >= 1)) ;;
	*)	[[ -s $dir/out ]] ;;
	esac
}

# begin NAME COMMAND... - it runs and is attached
begin()
{
	local dir=$work/$1
	shift
	mkdir "$dir"
	mkfifo "$dir/in"
	"$@" <"$dir/in" >"$dir/out" 2>"$dir/err" &
	echo $! >"$dir/pid"
	sleep infinity >"$dir/in" &
	echo $! >"$dir/feeder"
	until attached "${dir##*/}"; do
		kill -0 "$(<"$dir/pid")" || { cat "$dir/err" >&2; exit 1; }
		sleep 0.1
	done
}

# end NAME - its input ends; a stat is told, too
end()
{
	local dir=$work/$1
	kill "$(<"$dir/feeder")"
	[[ $1 == fired ]] || kill "$(<"$dir/pid")" 2>/dev/null
	wait "$(<"$dir/pid")" 2>/dev/null
	[[ $1 != fired ]] || sed 1d "$dir/out"
	[[ $1 != kept ]] || build/netlane down >/dev/null 2>&1 # what is pinned goes on otherwise
	rm -rf "$dir"
}

programs()	# WHAT [NIC] - what the row stands for, attached
{
	case $1 in
	empty)	begin "$1" build/bench/empty ;;
	lean)	begin "$1" build/netlane stat 1h --nic "${2:-client}" --lean ;;
	elsewhere) begin "$1" build/netlane stat 1h --nic elsewhere --lean ;;
	kept)	printf '[netlane]\nmode = observe\n' >"$work/conf"
		begin "$1" build/netlane run --config "$work/conf" ;;
	full)	begin "$1" build/netlane stat 1h --nic client ;;
	tcp*)	begin "$1" "$1" ;;
	bpftrace) begin "$1" bpftrace -B none tests/bench/like.bt ;;
	esac
}

row()
{
	local what=$1
	[[ $what == none ]] || programs "$what"
	if [[ ${rounds:-} ]]; then
		echo "$what $(load pkt 300000)"
	else
		echo "$what $(load pkt 4000) $(load crr 1000) $(load rr 4000) $(load mb 40)"
	fi
	[[ $what == none ]] || end "$what"
}

# ---- the report: differences to the mean of all rows without any program
report()
{
	awk '
	$1 == "none" { for (i = 2; i <= 5; i++) { base[i] += $i; low[i] = (!n || $i < low[i]) ? $i : low[i]; high[i] = $i > high[i] ? $i : high[i] } n++; next }
	{ if (!($1 in rows)) order[++nr] = $1; rows[$1]++; for (i = 2; i <= 5; i++) sum[$1, i] += $i }
	function added(w, i) { return sum[w, i] / rows[w] - base[i] / n }
	END {
		printf "%-31s %10s %12s %10s %10s\n", "instructions", "a packet", "a connection", "a request", "a MB"
		printf "%-31s %10.0f %12.0f %10.0f %10.0f\n", "none", base[2] / n, base[3] / n, base[4] / n, base[5] / n
		printf "%-31s %10.0f %12.0f %10.0f %10.0f\n", "  spread of none (A/A)", high[2] - low[2], high[3] - low[3], high[4] - low[4], high[5] - low[5]
		label["empty"] = "+ empty programs, same hooks"
		label["elsewhere"] = "+ netlane, on another NIC"
		label["kept"] = "+ the service, observing"
		label["lean"] = "+ netlane, what always counts"
		label["full"] = "+ netlane, while stat looks"
		label["tcplife"] = "+ tcplife"
		label["tcpstates"] = "+ tcpstates"
		label["tcprtt"] = "+ tcprtt"
		label["bpftrace"] = "+ bpftrace, tests/bench/like.bt"
		for (k = 1; k <= nr; k++) {
			w = order[k]
			printf "%-31s", label[w]
			for (i = 2; i <= 5; i++) printf i == 3 ? " %12.0f" : " %10.0f", added(w, i)
			print ""
			if (w != "lean")
				continue
			printf "%-31s", "  of it at the counted end"
			for (i = 2; i <= 5; i++) printf i == 3 ? " %12.0f" : " %10.0f", added(w, i) - added("elsewhere", i) / 2
			print ""
		}
	}'
}

# ---- natively: both ends on one CPU, rows by turns, medians
native_stack()
{
	local round what
	for ((round = 1; round <= rounds; round++)); do
		for what in none empty lean none2; do
			at_client --row "${what%2}" | sed "s/^none/$what/"
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

# A connection with everything that looks at it, both ends and the tool on one CPU: what
# is more is CPU time. A /run/netlane and a BPF file system of the row's own, for the
# service; a tool that this kernel does not let look has no row.
native_connections()
{
	local round what tools=() tool
	mkdir -p /run/netlane
	# or the later rows find their ports in TIME_WAIT, and look for one longer than all else
	ip netns exec "$client" sysctl -qw net.ipv4.tcp_tw_reuse=1 net.ipv4.ip_local_port_range="1024 65535"
	for tool in kept tcplife tcpstates tcprtt bpftrace; do # those that this kernel lets look
		if [[ $(connections "$tool" 100) ]]; then tools+=("$tool"); else echo "$tool does not run here" >&2; fi
	done
	for ((round = 1; round <= rounds; round++)); do
		for what in none "${tools[@]}" none2; do
			echo "$what $(connections "${what%2}" 20000)"
		done
	done | awk '
		{ value[$1, ++n[$1]] = $2; if (!($1 in seen)) { seen[$1] = 1; order[++nr] = $1 } }
		function median(w,  i, j, t, m) {
			m = n[w]
			for (i = 1; i <= m; i++) for (j = i + 1; j <= m; j++)
				if (value[w, j] < value[w, i]) { t = value[w, i]; value[w, i] = value[w, j]; value[w, j] = t }
			return value[w, int((m + 1) / 2)]
		}
		END {
			label["none2"] = "none again (A/A)"; label["kept"] = "the service, observing"
			label["bpftrace"] = "bpftrace, tests/bench/like.bt"
			printf "%-30s %10s %8s %10s\n", "ns a connection, both ends", "median", "ratio", "range"
			for (k = 1; k <= nr; k++) {
				m = median(order[k])
				printf "%-30s %10.0f %8.3f %10.0f to %.0f\n", order[k] in label ? label[order[k]] : order[k], m,
					m / median("none"), value[order[k], 1], value[order[k], n[order[k]]]
			}
		}'
	rmdir /run/netlane 2>/dev/null # not if netlane is at work here
}

# connections WHAT COUNT - ns each, nothing where it does not run or hangs
connections()
{
	ip netns exec "$client" timeout -k 5 60 unshare -m sh -c 'mount -t tmpfs none /run/netlane &&
		mount -t bpf none /sys/fs/bpf && mount -t tracefs none /sys/kernel/tracing 2>/dev/null
		exec taskset -c 0 "$@"' - "$here/observe.sh" --connections "$1" "$2" "$server" 2>/dev/null
}

# Both on the same hooks at the same time, each run timed by the kernel.
native_runs()
{
	local round way
	for ((round = 1; round <= rounds; round++)); do
		for way in sent received; do
			at_client --runs "$way"
		done
	done | awk '
		{ ns[$1, $2, ++n[$1, $2]] = $3 }
		function show(label, key,  i, j, t, nr) {
			nr = n[key]
			for (i = 1; i <= nr; i++) for (j = i + 1; j <= nr; j++)
				if (ns[key, j] < ns[key, i]) { t = ns[key, i]; ns[key, i] = ns[key, j]; ns[key, j] = t }
			printf "%-30s %10.1f %10.1f to %.1f\n", label, ns[key, int((nr + 1) / 2)], ns[key, 1], ns[key, nr]
		}
		END {
			printf "%-30s %10s %10s\n", "ns a run above an empty one", "median", "range"
			show("a packet sent, counted", "sent" SUBSEP "tx")
			show("a packet received, counted", "received" SUBSEP "rx")
			show("a packet of another NIC", "sent" SUBSEP "rx")
		}'
}

# runs WAY - "WAY tx|rx NS" of a run above the empty one on the same hook
runs()
{
	local nic=client
	programs empty
	# the receiving end is counted from its own namespace
	if [[ $1 == received ]]; then
		nic=server
		begin lean ip netns exec "$server" build/netlane stat 1h --nic "$nic" --lean
	else
		programs lean "$nic"
	fi
	begin fired build/bench/fired lane_ empty_
	load pkt 200000 >/dev/null
	end fired >"$work/ran" # in no pipe: only this shell can wait for it
	awk -v way="$1" '
		{ ns[$1] = $3 }
		END {
			print way, "tx", ns["lane_tx_start"] - ns["empty_net_dev_s"]
			print way, "rx", ns["lane_rx_backlog"] - ns["empty_netif_rx_"]
		}' "$work/ran"
	end lean
	end empty
}

at_client() { ip netns exec "$client" taskset -c 0 "$here/observe.sh" "$@" "$server"; }

native()
{
	client=nlbench-c-$$ server=nlbench-s-$$
	ip netns add "$client"
	trap 'ip netns del "$client"; ip netns del "$server"; rm -rf "$work"' EXIT
	pair_make "$client"
	native_stack
	echo
	native_runs
	echo
	native_connections
}

# two_boots KERNEL ROW... - both reported as one
two_boots()
{
	local boot kernel=$1
	shift
	for boot in 1 2; do
		echo "  boot $boot ..." >&2
		tests/vm/run --kernel "$kernel" --icount --timeout 900 -- tests/bench/observe.sh --inside "$@" ||
			{ echo "bench: the VM failed" >&2; exit 1; }
	done | report || exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case ${1:-} in
--inside) shift; inside "$@"; exit ;;
--row)	server=$3 rounds=1; row "$2"; exit ;;
--runs)	server=$3; runs "$2"; exit ;;
--connections)
	server=$4
	[[ $2 == none ]] || programs "$2"
	load crr "$3"
	[[ $2 == none ]] || end "$2"
	exit ;;
esac
[[ -x build/bench/load && -x build/bench/empty && -x build/bench/fired ]] ||
	{ echo "bench: not built; make bench NAME=observe, or make bench-programs before this" >&2; exit 1; }
[[ $# -gt 0 ]] || set -- 6.1 6.12
set -o pipefail
for kernel; do
	[[ $kernel != native ]] || continue # that part comes in any case
	echo "Linux $kernel, two boots, veth, one end counted (packets sent and received there)"
	two_boots "$kernel" empty elsewhere lean full
	echo
	echo "Linux $kernel, two boots, beside other tools (both ends of the pair are watched)"
	two_boots "$kernel" kept tcplife tcpstates tcprtt bpftrace
	echo
done
rounds=7
echo "This machine's own kernel, $(uname -r), $rounds rounds by turns, one CPU"
native
