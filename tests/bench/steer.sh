#!/bin/bash
# What steering gains: requests a second of nginx (a worker and a listening
# socket a CPU) over a veth pair, one wrk on each CPU; a connection a request,
# and kept connections. By the kernel's hash, by SO_INCOMING_CPU and by
# netlane's program, by turns.
# Then what a skew does: ten of eleven connections on one lane, 40 open at a time, 5 ms
# of work each: the busiest worker's share and the p99 from SYN to answer.
# Rule: two rows of the hash show the noise; medians, and the range beside them.
#
#   tests/bench/steer.sh [ROUNDS [SECONDS]]      default: 7 rounds, 3 seconds each

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 2
set -u -o pipefail
rounds=${1:-7} seconds=${2:-3}
a=nlbench-a-$$ b=nlbench-b-$$ address=10.9.6.2 port=8080
work=$(mktemp -d)
nginx='' holder='' taker=''

ended()
{
	[[ -z $nginx ]] || kill "$nginx"
	[[ -z $taker ]] || kill "$taker"
	[[ -z $holder ]] || kill "$holder"
	wait 2>/dev/null
	ip netns del "$a"
	ip netns del "$b"
	rm -rf "$work"
}

begin()
{
	local tries
	ip netns add "$a" && ip netns add "$b" || exit 1
	trap ended EXIT
	ip -n "$a" link add there type veth peer name here netns "$b"
	ip -n "$a" addr add 10.9.6.1/24 dev there
	ip -n "$b" addr add $address/24 dev here
	ip -n "$a" link set there up
	ip -n "$b" link set here up
	# many connections a second to one port: none may be short of ports
	ip netns exec "$a" sysctl -qw net.ipv4.tcp_tw_reuse=1 net.ipv4.ip_local_port_range="1024 65535"
	cat >"$work/nginx.conf" <<-END
		daemon off;
		pid $work/nginx.pid;
		error_log $work/error.log;
		worker_processes $(nproc);
		worker_cpu_affinity auto;
		events { worker_connections 1024; }
		http {
			access_log off;
			keepalive_requests 1000000;
			client_body_temp_path $work; proxy_temp_path $work; fastcgi_temp_path $work;
			uwsgi_temp_path $work; scgi_temp_path $work;
			server { listen $address:$port reuseport; return 200 "a lane\n"; }
		}
	END
	ip netns exec "$b" nginx -e "$work/error.log" -c "$work/nginx.conf" &
	nginx=$!
	ip netns exec "$b" unshare -m sh -c 'mount -t tmpfs none /run && mount -t tmpfs none /var/lib &&
		mkdir /var/lib/netlane && touch /run/ready && exec sleep infinity' &
	holder=$!
	for ((tries = 0; tries < 200; tries++)); do
		if inside test -e /run/ready && ip netns exec "$a" curl -fs "http://$address:$port/" >/dev/null; then return; fi
		sleep 0.1
	done
	echo "bench: nginx does not answer: $(<"$work/error.log")" >&2
	exit 1
}
inside() { nsenter --mount --net -t "$holder" "$@" 2>/dev/null; }

# steer WAY [LINE] - hash, incoming-cpu or program
steer()
{
	inside "$PWD/build/netlane" down >/dev/null
	[[ $1 == hash* ]] && return
	printf '%s\n' "[netlane]" "counters = no" "[steer bench]" "listen = $port" "by = $1" "${@:2}" >"$work/conf"
	[[ $(inside "$PWD/build/netlane" up --config "$work/conf") == *"hash -> "* ]] || { echo "bench: not steered" >&2; exit 1; }
}

# load [HEADER] - requests a second of all CPUs together
load()
{
	local cpu pids=()
	for ((cpu = 0; cpu < $(nproc); cpu++)); do
		ip netns exec "$a" taskset -c "$cpu" wrk -t1 -c16 -d"$seconds" "$@" "http://$address:$port/" >"$work/wrk.$cpu" &
		pids+=($!)
	done
	wait "${pids[@]}"
	awk '/^Requests\/sec/ { sum += $2 } /^ *Non-2xx|^ *Socket errors/ { bad = 1 } END { print bad ? "failed" : sum }' "$work"/wrk.*
}

begin
for ((round = 1; round <= rounds; round++)); do
	for way in hash incoming-cpu program hash2; do
		steer "$way"
		echo "close $way $(load -H 'Connection: close')"
		echo "kept $way $(load)"
	done
	echo "  round $round of $rounds" >&2
done | awk '
	$3 == "failed" { print "bench: a request failed" >"/dev/stderr"; exit 1 }
	{ value[$1, $2, ++n[$1, $2]] = $3 }
	function median(key,  i, j, t, nr) {
		nr = n[key]
		for (i = 1; i <= nr; i++) for (j = i + 1; j <= nr; j++)
			if (value[key, j] < value[key, i]) { t = value[key, i]; value[key, i] = value[key, j]; value[key, j] = t }
		return value[key, int((nr + 1) / 2)]
	}
	function show(label, load, way,  key, m) {
		key = load SUBSEP way
		m = median(key)
		printf "%-34s %10.0f %8.3f %10.0f to %.0f\n", label, m, m / median(load SUBSEP "hash"), value[key, 1], value[key, n[key]]
	}
	function part(title, load) {
		printf "%-34s %10s %8s %10s\n", title, "median", "ratio", "range"
		show("by the hash", load, "hash"); show("by the hash again (A/A)", load, "hash2")
		show("by SO_INCOMING_CPU", load, "incoming-cpu"); show("by netlane'"'"'s program", load, "program")
	}
	END { if (!n["kept", "hash2"]) exit 1; part("requests/s, one a connection", "close"); print ""; part("requests/s, kept connections", "kept") }'

# ---- skew
kill "$nginx"
wait "$nginx"
ip netns exec "$b" python3 tests/net/taker.py "$work/takes" busy $address $port 0 1 &
nginx='' taker=$!
until [[ -e $work/takes0 && -e $work/takes1 ]]; do sleep 0.1; done
echo
for ((round = 1; round <= rounds; round++)); do
	for way in hash incoming-cpu half program hash2; do
		case $way in
		half) steer program "spill = 50" ;;
		program) steer program "spill = 2" ;;
		*) steer $way ;;
		esac
		echo "$way $(ip netns exec "$a" python3 tests/net/skew.py $address $port 40 440 0 1 | awk 'NR == 1 { share = $2 / 4.4 } END { print share, $NF }')"
	done
	echo "  round $round of $rounds" >&2
done | awk '
	{ share[$1, ++n[$1]] = $2; wait[$1, n[$1]] = $3 }
	function median(of, way,  i, j, t, nr, v) {
		nr = n[way]
		for (i = 1; i <= nr; i++) v[i] = of == "share" ? share[way, i] : of == "wait" ? wait[way, i] : wait[way, i] / wait["hash", i]
		for (i = 1; i <= nr; i++) for (j = i + 1; j <= nr; j++) if (v[j] < v[i]) { t = v[i]; v[i] = v[j]; v[j] = t }
		return v[int((nr + 1) / 2)]
	}
	function show(label, way) { printf "%-34s %9.0f %% %8.0f %8.2f\n", label, median("share", way), median("wait", way), median("ratio", way) }
	END {
		if (!n["hash2"]) exit 1
		printf "%-34s %11s %8s %8s\n", "ten of eleven on one lane", "worst share", "p99 ms", "to hash"
		show("by the hash", "hash"); show("by the hash again (A/A)", "hash2"); show("by SO_INCOMING_CPU", "incoming-cpu")
		show("by the program, spill = 50", "half"); show("by the program, spill = 2", "program")
	}'
