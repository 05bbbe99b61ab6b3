#!/bin/bash
# The service is the only writer: what it is asked, what it takes in, what it
# leaves; it may be killed, frozen, asked nonsense.
# Rule: lanes on permuted CPUs, so that the driver's own default is wrong; who
# writes to a knob is seen by blame, not by the service's word.
#
# vm: kernels=6.1,newest cpus=4 nics=2 queues=4 outside=yes mem=1024
# vm: timeout=1500
# shellcheck disable=SC2119	# keep_end takes a signal where it matters

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/traffic.sh"
	. "$here/lanes.sh"
	. "$here/scenes.sh"
	. "$here/keep.sh"
}
t_setup without_counters

t_setup keep_prepare
t_at_end keep_finish

# Whoever touches a knob meanwhile, it is not the service.
restart_and_crash_write_nothing()
{
	local watcher
	held
	build/tests/blamed >"$T_TMP/touches" 2>&1 < <(exec sleep 600) &
	watcher=$!
	t_wait_for 30 grep -q '^ready' "$T_TMP/touches"
	keep_end TERM
	keep_start
	keep_end KILL
	keep_start
	rude_rps	# the last line that is waited for
	t_wait_for 30 grep -q 'rps_cpus' "$T_TMP/touches"
	kill "$watcher"; wait "$watcher" || true
	grep -v "rps_cpus" "$T_TMP/touches" | grep -i 'netlane' | tee "$T_TMP/own" >/dev/null || true
	[[ ! -s $T_TMP/own ]] || t_fail "the service wrote: $(<"$T_TMP/own")"
	lanes_come_back eth1 "${LANES[@]}"
}

drift_while_it_was_away_is_found()
{
	held
	keep_end KILL
	rude_xps
	keep_start
	lanes_come_back eth1 "${LANES[@]}"
}

down_by_the_service_gives_back()
{
	unheld
	reach bare crooked
	rm -f "$T_TMP/at"
	configure
	keep_start
	netlane down >"$T_TMP/down"
	t_match "$(<"$T_TMP/down")" "given back"
	node_is_as_found || t_fail "the node is not as it was: $(<"$T_TMP/diff")"
	rude_xps
	: >"$T_TMP/service"
	rude_irq
	netlane up >"$T_TMP/up"
	knobs_are eth1 "${LANES[@]}"
	rude_rps
	lanes_come_back eth1 "${LANES[@]}"
}

reload_is_all_or_nothing()
{
	held
	configure "nonsense = 1"
	kill -HUP "$(keep_pid)"
	t_wait_for 20 service_said 'nonsense'
	rude_xps
	lanes_come_back eth1 "${LANES[@]}"
	keep_configure "[nic *]" "cpus = 3,1,2,0" "allow_risk = blip"
	kill -HUP "$(keep_pid)"
	t_wait_for 40 lanes_stand eth1 3 1 2 0
	configure
	kill -HUP "$(keep_pid)"
	lanes_come_back eth1 "${LANES[@]}"
}

# By an edited configuration, and by another file: the service keeps what up made.
up_is_kept_by_its_configuration()
{
	held
	configure
	sed -i 's/^cpus =.*/cpus = 3,1,2,0/' "$keep_conf"
	netlane up
	knobs_are eth1 3 1 2 0
	rude_xps
	lanes_come_back eth1 3 1 2 0
	printf '%s\n' "[nic *]" "cpus = 1,2,0,3" "allow_risk = blip" >"$T_TMP/other.conf"
	netlane up --config "$T_TMP/other.conf"
	rude_xps
	lanes_come_back eth1 1 2 0 3
	# refused: nothing of it is kept either
	printf '%s\n' "[nic *]" "nonsense = 1" >"$T_TMP/other.conf"
	if netlane up --config "$T_TMP/other.conf"; then t_fail "nonsense was taken"; fi
	rude_xps
	lanes_come_back eth1 1 2 0 3
	configure
	netlane up
	knobs_are eth1 "${LANES[@]}"
}

# What was left to somebody, and how often he set it, outlive a reload.
reload_leaves_what_was_left()
{
	local file=/sys/class/net/eth1/queues/tx-1/xps_cpus
	held
	at_terminal "echo f >$file"
	lanes_come_back eth1 "${LANES[@]}"
	reload
	at_terminal "echo e >$file"
	t_wait_for 20 service_said '^yield .*eth1 xps tx-1' || { says_all; false; }
	reload
	rude_irq
	t_wait_for 20 service_said '^repair eth1 irq-in'
	t_eq "$(cpus_of "$(<"$file")")" "1 2 3" "what he set, after a reload"
	netlane up
	knobs_are eth1 "${LANES[@]}"
}
reload()
{
	: >"$T_TMP/service"
	kill -HUP "$(keep_pid)"
	t_wait_for 20 keep_answers
}

# One NIC by name: the look after it does not take the other.
up_of_one_nic_is_of_one_nic()
{
	unheld
	reach bare crooked
	rm -f "$T_TMP/at"
	configure
	keep_start
	netlane down
	knobs_are eth0 0 1 2 3
	: >"$T_TMP/notified"
	netlane up eth1
	t_wait_for 20 settled_after 0
	knobs_are eth1 "${LANES[@]}"
	rude_xps
	lanes_come_back eth1 "${LANES[@]}"
	knobs_are eth0 0 1 2 3
	netlane up
	knobs_are eth0 "${LANES[@]}"
	: >"$T_TMP/held"
}

# Somebody empties /run: the service is found again, and a restart goes on.
emptied_run_is_made_anew()
{
	local pid
	held
	pid=$(keep_pid)
	rm -rf /run/netlane
	: >"$T_TMP/service"
	kill -HUP "$pid"
	t_wait_for 20 service_said 'made anew'
	t_eq "$(keep_pid)" "$pid" "the service's pid file"
	netlane up
	netlane log | tail -n 40 >"$T_TMP/log"
	grep -q 'through the service' "$T_TMP/log" || t_fail "up acted beside the service: $(<"$T_TMP/log")"
	keep_end KILL
	keep_start
	service_said '^going on with what was held' || { says_all; false; }
	rude_xps
	lanes_come_back eth1 "${LANES[@]}"
}

# The next start goes on with it: nothing is given back, nothing is made anew.
crash_in_a_repair()
{
	held
	rude_xps
	lanes_come_back eth1 "${LANES[@]}"
	t_wait_for 20 service_said '^1 knob put back'
	keep_end KILL
	sed -i '$ d' /var/lib/netlane/journal	# what it would have written next
	rude_xps
	keep_start
	service_said '^going on with what was held' || { says_all; false; }
	lanes_come_back eth1 "${LANES[@]}"
}

strange_requests()
{
	local request pid
	held
	pid=$(keep_pid)
	for request in null '[1]' '{}' '{"command":null}' '{"command":"up","nics":"eth0"}' \
		'{"command":"up","nics":[null]}' '{"command":"up","confirm_s":-1}' \
		'{"command":"up","nics":[],"dry_run":true}' '{"command":"down","salvage":1}' '{{{'; do
		timeout 60 python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect("/run/netlane/control.sock")
s.send(sys.argv[1].encode())
while True:
    answer = s.recv(8192).decode()
    print(answer)
    if not answer or answer[0] == "x":
        break' "$request" >"$T_TMP/answer"
		t_eq "$(tail -n 1 "$T_TMP/answer")" x1 "the answer to $request"
	done
	t_eq "$(keep_pid)" "$pid" "the service"
	# more than may wait, and none says a word
	timeout 60 python3 -c '
import socket, sys
silent = [socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) for i in range(30)]
for s in silent:
    s.connect("/run/netlane/control.sock")
print("silent", flush=True)
sys.stdin.read()' >"$T_TMP/silent" 2>&1 < <(exec sleep 600) &
	t_wait_for 30 grep -q silent "$T_TMP/silent"
	netlane up
	rude_xps
	lanes_come_back eth1 "${LANES[@]}"
	kill $!
}

hands_off_by_hand()
{
	held
	: >/var/lib/netlane/hands-off
	reload
	service_said '^mode hold, but observing' || { says_all; false; }
	rude_xps
	netlane up
	knobs_are eth1 "${LANES[@]}"
	! service_said '^repair' || { says_all; false; }
}

time_runs_out_under_the_service()
{
	unheld
	reach bare crooked
	rm -f "$T_TMP/at"
	printf '%s\n' "[nic *]" "cpus = 2,0,3,1" >"$keep_conf"
	keep_start
	netlane up --for 5
	t_wait_for 60 node_is_as_found
	keep_end
}
frozen_service_is_said()
{
	local status=0
	held
	kill -STOP "$(keep_pid)"
	timeout 60 netlane down >"$T_TMP/said" 2>&1 || status=$?
	kill -CONT "$(keep_pid)"
	t_eq "$status" 1 "exit code"
	t_match "$(<"$T_TMP/said")" "does not answer"
}

t_case writer.restart_and_crash.write_nothing	restart_and_crash_write_nothing
t_case writer.drift_while_away.is_found	drift_while_it_was_away_is_found
t_case writer.up.is_kept_by_its_configuration	up_is_kept_by_its_configuration
t_case writer.reload.leaves_what_was_left	reload_leaves_what_was_left
t_case writer.crash_in_a_repair.goes_on	crash_in_a_repair
t_case writer.strange_requests.are_refused	strange_requests
t_case writer.hands_off_by_hand.is_heeded	hands_off_by_hand
t_case writer.emptied_run.is_made_anew	emptied_run_is_made_anew
t_once writer.up_of_one_nic.is_of_one_nic	up_of_one_nic_is_of_one_nic
t_once writer.down.by_the_service_gives_back	down_by_the_service_gives_back
t_once writer.reload.is_all_or_nothing	reload_is_all_or_nothing
t_once writer.time.runs_out_under_the_service	time_runs_out_under_the_service
t_once writer.frozen_service.is_said	frozen_service_is_said
t_done
