#!/bin/bash
# Steering on each kernel: the cases of tests/net/steer_cases.sh, then real
# receive queues with nginx and HAProxy behind them, and a server that comes.
# Rule: on real queues the witness is a bpftrace script, which sees for each
# connection the CPU that received it and the CPU that accepts it.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=4 nics=1 queues=4 outside=yes mem=1024 boot=steering
# vm: timeout=900

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/../notified.sh"
	. "$here/traffic.sh"
	. "$here/lanes.sh"
	. "$here/../net/pair.sh"
	. "$here/../net/inside.sh"
	. "$here/../net/steer.sh"
	. "$here/../net/steer_cases.sh"
	. "$here/../net/steer_life_cases.sh"
	. "$here/../net/steer_path_cases.sh"
	. "$here/../net/steer_taker_cases.sh"
	. "$here/../net/steer_command_cases.sh"
	. "$here/../net/steer_netns_cases.sh"
	. "$here/../net/steer_udp_cases.sh"
	. "$here/../net/steer_skew_cases.sh"
}
a=nlsteer-a b=nlsteer-b c=nlsteer-c
reload_nr=5 # 20 where nothing is emulated

# ---- real queues
config=$T_TMP/lanes.conf
printf '%s\n' "[steer web]" "listen = 80" >"$config"
up_lanes() { build/netlane up --config "$config"; }
# Its workers have begun to wait for connections.
server_is_ready() { build/netlane plan --config "$config" | t_finds -E "hash -> (cpu|program) "; }
down_lanes() { build/netlane down; }

witness_begin()
{
	bpftrace -B line -e 'BEGIN { printf("ready\n"); }
		kretfunc:inet_csk_accept /retval != 0/ {
			@[(int64)cpu == (int64)retval->__sk_common.skc_incoming_cpu] = count();
		}' >"$T_TMP/witness" 2>&1 &
	witness=$!
	t_at_end "watcher_end $witness"
	t_wait_for 120 witness_is_there
}
witness_is_there()
{
	if grep -q "BTF data not available" "$T_TMP/witness"; then t_skip "bpftrace finds no types of this kernel"; fi
	kill -0 "$witness" || t_fail "the witness does not run: $(<"$T_TMP/witness")"
	grep -q ready "$T_TMP/witness"
}
# sets counted, "LOCAL OTHER": connections accepted on the CPU that received them, and elsewhere
witness_end()
{
	watcher_end "$witness"
	counted=$(awk '/^@\[1\]/ { here = $NF } /^@\[0\]/ { elsewhere = $NF } END { print here + 0, elsewhere + 0 }' "$T_TMP/witness")
}

# new_connections NUMBER - one after the other is enough, each by a queue of its own hash
new_connections() { outside wrk -t1 -c16 -d"$1" -H "Connection: close" http://10.9.0.2/ >"$T_TMP/wrk"; }

# With what the driver of 6.12 tells it at boot, QEMU 7.2 delivers next to nothing: once
# more, by hand. 5.10 has no such table.
table_set() { ethtool -X eth0 default 2>/dev/null || true; }

nginx_here()
{
	nginx_start
	t_at_end traffic_stop
	t_wait_for 20 nginx_answers
}
haproxy_here()
{
	cat >"$T_TMP/haproxy.cfg" <<-END
		global
			nbthread 4
			cpu-map auto:1/1-4 0-3
		defaults
			mode http
			timeout client 5s
			timeout server 5s
			timeout connect 5s
		frontend web
			bind 0.0.0.0:80 shards by-thread
			http-request return status 200 content-type text/plain string "a lane"
	END
	haproxy -db -f "$T_TMP/haproxy.cfg" >"$T_TMP/haproxy.log" 2>&1 &
	haproxy=$!
	t_at_end "kill $haproxy; wait $haproxy || :"
	t_wait_for 20 nginx_answers
}

# on_queues SERVER - elsewhere by the hash, here with the lanes, elsewhere after down
on_queues()
{
	local counted
	table_set
	"$1"
	witness_begin
	new_connections 2
	witness_end
	((${counted#* } * 4 > ${counted% *})) || t_fail "the hash itself is local: $counted"
	t_wait_for 20 server_is_ready
	t_at_end down_lanes
	up_lanes
	witness_begin
	new_connections 4
	witness_end
	echo "local, elsewhere: $counted"
	((${counted% *} >= 50)) || t_fail "too few connections: $counted"
	t_eq "${counted#* }" 0 "connections accepted elsewhere"
	build/netlane steer --config "$config" | tee "$T_TMP/said"
	t_match "$(<"$T_TMP/said")" "0.0.0.0:80: 4 sockets, .* as \[steer web\] wants it"
	t_match "$(<"$T_TMP/said")" "accepted on the CPU that received: 100.0 % of [1-9]"
	t_match "$(<"$T_TMP/said")" "received, served and sent on one lane: 100.0 % of [1-9]"
	down_lanes
	witness_begin
	new_connections 2
	witness_end
	((${counted#* } * 4 > ${counted% *})) || t_fail "still local after down: $counted"
}

# A server that comes is seen by the event: there is no sweep.
comes()
{
	local service
	two_cpus
	steer
	sed -i 's/^sweep = 1/sweep = off/' "$T_TMP/conf"
	service_begin
	nginx_begin 01 10
	t_wait_for 30 came 1
	is_local || t_fail "not local"
	t_wait_for 30 settled_after 1
	nginx_end
	nginx_begin 01 10
	t_wait_for 30 came 2
	is_local || t_fail "not local after a restart of the server"
}
# And one in another network namespace, of which netlane is not a part.
comes_elsewhere()
{
	local service
	elsewhere
	steer "netns = web"
	sed -i 's/^sweep = 1/sweep = off/' "$T_TMP/conf"
	service_begin
	nginx_begin 01 10
	t_wait_for 30 came 1
	is_local || t_fail "not local"
}
came()	# TIMES
{
	cat "$T_TMP/log"
	(($(grep -c "put back after: a server" "$T_TMP/log") >= $1))
}

# By itself each kernel takes the way that works there.
way_of_kernel()
{
	local way=cpu
	two_cpus
	kernel_heeds || way=program
	nginx_begin 01 10
	steer
	t_match "$(up)" "steer $address:$port +hash -> $way 0,1"
	is_local || t_fail "not local"
}

t_host_does_all
t_setup prepare
steer_cases
steer_life_cases
path_cases
taker_cases
steer_command_cases
steer_netns_cases
steer_udp_cases
skew_cases
t_case steer.way.is_the_kernels way_of_kernel
t_case steer.server.is_seen_to_come comes
t_case steer.netns.server_is_seen_to_come comes_elsewhere
t_case steer.queues.nginx_is_local on_queues nginx_here
t_case steer.queues.haproxy_is_local on_queues haproxy_here
t_done
