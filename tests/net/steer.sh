# shellcheck shell=bash disable=SC2154	# $a, $b and $here are the suite's
# nginx with a listening socket a worker, between two namespaces joined by a veth pair,
# where the CPU that sends is the CPU that receives; and netlane beside it.
# Rule: who accepted is what the worker itself answers, what a socket is meant for is
# asked of the socket, and netlane's own words are compared with both.

net=$(dirname "${BASH_SOURCE[0]}")
address=10.9.5.2 port=8080
prepare()
{
	[[ $(id -u) == 0 ]] || return 0
	pair_make 10.9.5 fd09:5 2
	inside_make
}
two_cpus() { (($(nproc) >= 2)) || t_skip "needs two CPUs"; needs_root; }

# ---- the server
# nginx_conf AFFINITY... - one worker each, a mask of CPUs in binary
nginx_conf()
{
	cat >"$T_TMP/nginx.conf" <<-END
		daemon off;
		pid $T_TMP/nginx.pid;
		error_log $T_TMP/error.log;
		worker_processes $#;
		worker_cpu_affinity $*;
		events { worker_connections 512; }
		http {
			access_log off;
			client_body_temp_path $T_TMP; proxy_temp_path $T_TMP; fastcgi_temp_path $T_TMP;
			uwsgi_temp_path $T_TMP; scgi_temp_path $T_TMP;
			server { listen $address:$port reuseport${backlog:+ backlog=$backlog}; return 200 "\$pid\n"; }
		}
	END
}
nginx_begin()
{
	nginx_conf "$@"
	ip netns exec "$b" nginx -e "$T_TMP/error.log" -c "$T_TMP/nginx.conf" &
	nginx=$!
	t_at_end nginx_end
	t_wait_for 20 workers_wait $#
	t_wait_for 20 answers
}
# Has each of so many workers given its listening socket to its epoll? What joins it to the
# master comes last.
workers_wait()
{
	local worker number=0
	for worker in $(workers); do
		(($(cat "/proc/$worker"/fdinfo/* 2>/dev/null | grep -c ^tfd) >= 2)) || return
		number=$((number + 1))
	done
	((number == $1))
}
nginx_end()
{
	[[ -n $nginx ]] || return 0
	kill "$nginx"
	wait "$nginx" || :
	nginx=
}
answers() { client python3 "$net/asker.py" tally "$address" "$port" 1 0 >/dev/null; }
workers() { pgrep -P "$nginx" | sort -n; }
cpu_of() { taskset -pc "$1" | sed 's/.*: //'; }
meant() { python3 "$net/asker.py" meant "$nginx" | sort -n | tr '\n' ' '; }

# Connections from each CPU, how many of a hundred came to the worker of that CPU.
locality()
{
	local cpu who count good=0 all=0
	while read -r cpu who count; do
		all=$((all + count))
		[[ $(cpu_of "$who") != "$cpu" ]] || good=$((good + count))
	done < <(client python3 "$net/asker.py" tally "$address" "$port" 40 0 1)
	((all == 80)) || t_fail "$all connections of 80"
	echo $((good * 100 / all))
}
is_local() { [[ $(locality) == 100 ]]; }

# Does this kernel heed SO_INCOMING_CPU in a group? Tried on a server, without netlane.
kernel_heeds()
{
	local share
	nginx_begin 01 10
	python3 "$net/asker.py" mean "$nginx" 0 1
	share=$(locality)
	nginx_end
	[[ $share == 100 ]]
}

# watcher_end PID - bpftrace heeds a signal only if it comes while it waits for events, so
# that it is told until it has gone.
watcher_end()
{
	t_wait_for 20 watcher_is_gone "$1"
	wait "$1" || :
}
watcher_is_gone()
{
	[[ -d /proc/$1 && $(awk '{ print $3 }' "/proc/$1/stat") != Z ]] || return 0
	kill "$1"
	return 1
}

# ---- netlane
# steer LINE... - the configuration: a section with these lines
steer() { printf '%s\n' "[netlane]" "mode = hold" "sweep = 1" "counters = no" "[steer web]" "listen = $port" "$@" >"$T_TMP/conf"; }
programs() { bpftool prog show name steer_select 2>/dev/null | grep -c steer_select || :; }
no_program() { [[ $(programs) == 0 ]]; }
