# shellcheck shell=bash
# Real traffic for a node under test: nginx here, its clients outside, and a
# sender pinned to each CPU in turn. Sourced by the suites and by the demo.
# Rule: everything started here is ended by its pid in traffic_stop.

traffic_dir=$(mktemp -d)
nginx_pid=

cpus_online()	# one a line, ascending
{
	local word cpu
	for word in $(tr ',' ' ' </sys/devices/system/cpu/online); do
		for ((cpu = ${word%-*}; cpu <= ${word#*-}; cpu++)); do
			echo "$cpu"
		done
	done
}

# One worker a CPU, each with a listener of its own.
nginx_start()
{
	local cpus
	cpus=$(nproc)
	cat >"$traffic_dir/nginx.conf" <<-END
		worker_processes $cpus;
		worker_cpu_affinity auto;
		daemon off;
		pid $traffic_dir/nginx.pid;
		error_log $traffic_dir/error.log;
		events { worker_connections 256; }
		http {
			access_log off;
			client_body_temp_path $traffic_dir;
			proxy_temp_path $traffic_dir;
			fastcgi_temp_path $traffic_dir;
			uwsgi_temp_path $traffic_dir;
			scgi_temp_path $traffic_dir;
			server {
				listen 80 reuseport;
				location / { return 200 "a lane\n"; }
			}
		}
	END
	nginx -e "$traffic_dir/error.log" -c "$traffic_dir/nginx.conf" &
	nginx_pid=$!
}

nginx_answers() { curl -fs --max-time 2 http://127.0.0.1/ >/dev/null; }

# requests NIC-NUMBER SECONDS [wrk's arguments] - from outside, over that NIC
requests()
{
	local nic=$1 seconds=$2
	shift 2
	outside wrk -t1 -c24 -d"$seconds" "$@" "http://10.9.$nic.2/"
}

# A packet every write, from a socket that never leaves its CPU.
# shellcheck disable=SC2016	# for the shell that runs there
sender='exec 3>/dev/udp/$1/9; for ((i = 0; i < $2; i++)); do echo lane >&3; done'

# send_from_each_cpu NIC-NUMBER COUNT - one CPU after the other: where two share
# a queue, the one that has its lock sends what the other has put there.
send_from_each_cpu()
{
	local cpu
	for cpu in $(cpus_online); do
		# What a sender gets told (nobody listens at the other end) is of no interest.
		taskset -c "$cpu" bash -c "$sender" - "10.9.$1.1" "$2" 2>/dev/null || true
	done
}

traffic_stop()
{
	if [[ -n $nginx_pid ]]; then
		kill "$nginx_pid" && wait "$nginx_pid"
		nginx_pid=
	fi
	rm -rf "$traffic_dir"
}
