# shellcheck shell=bash disable=SC2154	# $address and so on are those of steer.sh
# A server's life under steering: another binary takes its sockets over, a listener goes
# with connections that it has not accepted. Sourced, behind steer_cases.sh.
# Rule: the client's own record says what failed.

# One that is told to take its binary anew has to be a daemon: it heeds that only from
# somebody who is not its parent.
daemon_begin()	# AFFINITY...
{
	nginx_conf "$@"
	sed -i 's/daemon off/daemon on/' "$T_TMP/nginx.conf"
	ip netns exec "$b" "$(command -v nginx)" -e "$T_TMP/error.log" -c "$T_TMP/nginx.conf"
	t_wait_for 20 test -s "$T_TMP/nginx.pid"
	daemon_is "$(<"$T_TMP/nginx.pid")"
	t_wait_for 20 workers_wait $#
}
daemon_is()
{
	nginx=$1
	t_at_end "kill $nginx 2>/dev/null || :; t_wait_for 20 all_gone $nginx; nginx="
}

# nginx's own way: the new master inherits the sockets, and the old one is told to go.
binary_upgrade()	# WAY
{
	local service old
	way "$1"
	nginx_end
	daemon_begin 01 10
	service_begin
	is_local || t_fail "not local at the start"
	: >"$T_TMP/load"
	client python3 "$net/asker.py" until "$T_TMP/load" "$address" "$port" 0 1 >"$T_TMP/asked" 2>&1 &
	t_at_end "rm -f $T_TMP/load; wait $! || :"
	old=$nginx
	kill -USR2 "$old"
	t_wait_for 20 test -s "$T_TMP/nginx.pid.oldbin"
	t_wait_for 20 test -s "$T_TMP/nginx.pid"
	daemon_is "$(<"$T_TMP/nginx.pid")"
	t_wait_for 20 workers_wait 2
	kill -QUIT "$old"
	t_wait_for 20 all_gone "$old"
	t_wait_for 30 is_local
	rm "$T_TMP/load"
	t_wait_for 20 grep -q ^ok "$T_TMP/asked"
	t_match "$(tail -1 "$T_TMP/asked")" "^ok [1-9][0-9]+ failed 0$"
	kill "$service"
	wait "$service" || :
	netlane down >/dev/null
	t_eq "$(meant)" "-1 -1 " "what sockets are meant for"
	t_wait_for 10 no_program
}

# leaver_asked - what becomes of a connection that the first worker has not accepted when
# its listener closes: an answer, or nothing
leaver_asked()
{
	local leaver leaving
	rm -f "$T_TMP"/listens*
	until_end "$b" python3 "$net/leaver.py" "$T_TMP/listens" "$address" "$port"
	leaver=$started
	t_wait_for 20 test -e "$T_TMP/listens0"
	t_wait_for 20 test -e "$T_TMP/listens1"
	leaving=$(pgrep -P "$leaver" | sort -n | head -n 1)
	"$@"
	client taskset -c 0 python3 -c '
import os, signal, socket, sys
held = [socket.create_connection((sys.argv[1], int(sys.argv[2])), 5) for _ in range(8)]
os.kill(int(sys.argv[3]), signal.SIGUSR1)
answers = []
for s in held:
    try:
        answers.append(s.recv(64).decode() or "end")
    except OSError as e:
        answers.append(type(e).__name__)
print(" ".join(answers.count(a) and f"{answers.count(a)} {a}" for a in sorted(set(answers))))' "$address" "$port" "$leaving"
	kill "$leaver"
	wait "$leaver" 2>/dev/null || :
}

migrates()
{
	local said
	two_cpus
	grep -qw reuseport_migrate_sock /proc/kallsyms ||
		t_skip "this kernel has no migration of what a listener has not accepted"
	t_match "$(leaver_asked true)" "[1-8] ConnectionResetError" # of the eight, those of the first one
	steer "by = program"
	said=$(leaver_asked up)
	t_match "$said" "steer $address:$port +hash -> program [01],[01] "
	t_match "$said" "8 the other one$"
	t_wait_for 10 no_program
}

# What fails once while a server begins costs it a second, not a minute.
fails_once()
{
	local service
	two_cpus
	steer
	nginx_begin 01 10
	export NETLANE_FAULT="fail:before a kernel write" netlane_run=$PWD/build/netlane-fault
	service_begin
	t_wait_for 20 is_local
	t_match "$(<"$T_TMP/log")" "failed by a test; it is left as it was.*repair steer $address:$port: hash"
}

steer_life_cases()
{
	t_once steer.failed_once.is_tried_soon fails_once
	t_once steer.incoming_cpu.binary_upgrade binary_upgrade incoming-cpu
	t_once steer.program.binary_upgrade binary_upgrade program
	t_case steer.program.pending_connections_migrate migrates
}
