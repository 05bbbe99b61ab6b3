#!/bin/bash
# The service keeps the lanes: whatever rewrites them, they come back, by the
# event and not by a sweep, and who did it is named.
# Rule: lanes on permuted CPUs, so that the driver's own default is wrong; the
# control shows that each rewrite stands without the service.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=4 nics=2 queues=4 outside=yes mem=1024
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

LANES=(2 0 3 1)
scene bare	"" "eth0=0,1,2,3 eth1=0,1,2,3"
load_pid=

finish()
{
	keep_end
	load_stop
	cpu_set 2 1
	nic_again eth1
	traffic_stop
	rm -f "$keep_conf"
}
prepare()
{
	nginx_start
	t_wait_for 20 nginx_answers
}
t_setup prepare
t_at_end finish

cpu_set() { echo "$2" >"/sys/devices/system/cpu/cpu$1/online" 2>/dev/null || true; }

# Requests go on while the case does what it does.
load_start()
{
	(while :; do requests 1 1 >/dev/null 2>&1 || :; done) &
	load_pid=$!
}
load_stop()
{
	[[ $load_pid ]] || return 0
	kill "$load_pid" 2>/dev/null
	wait "$load_pid" 2>/dev/null || true
	load_pid=
}

configure()
{
	keep_configure "[nic *]" "cpus = 2,0,3,1" "allow_risk = blip" "$@"
}

# The service holds eth0 and eth1, from the driver's defaults.
held()
{
	if keep_lives && [[ -e $T_TMP/held ]]; then
		: >"$T_TMP/service"
		return 0
	fi
	keep_end
	reach bare crooked
	rm -f "$T_TMP/at"
	configure
	keep_start
	knobs_are eth1 "${LANES[@]}"
	: >"$T_TMP/held"
}
unheld() { keep_end; rm -f "$T_TMP/held"; scene_leave; }

# ---- what rewrites them
hotplug() { cpu_set 2 0; t_wait_for 10 offline 2; cpu_set 2 1; }
offline() { [[ $(<"/sys/devices/system/cpu/cpu$1/online") == 0 ]]; }
channels() { ethtool -L eth1 combined 2; ethtool -L eth1 combined 4; }
fewer_channels() { ethtool -L eth1 combined 2; }
link() { ip link set eth1 down; ip link set eth1 up; }
rings() { ethtool -G eth1 rx 128 || ethtool -G eth1 rx 256; }
rebind()
{
	local device
	device=$(virtio_of eth1)
	echo "$device" >/sys/bus/virtio/drivers/virtio_net/unbind
	echo "$device" >/sys/bus/virtio/drivers/virtio_net/bind
	t_wait_for 10 test -e /sys/class/net/eth1
	nic_again eth1
}
rude_xps() { echo f >/sys/class/net/eth1/queues/tx-1/xps_cpus; }
rude_irq()
{
	local dir
	for dir in /proc/irq/*/"$(virtio_of eth1)-input.2"; do echo f >"${dir%/*}/smp_affinity"; done
}
rude_rps() { echo f >/sys/class/net/eth1/queues/rx-0/rps_cpus; }
incumbent_script() { "$vm/perturb" incumbent eth1; }

# What stands after it without the service: not the lanes.
control()	# WHAT
{
	unheld
	reach bare crooked
	rm -f "$T_TMP/at"
	configure
	netlane up --for 1h
	knobs_are eth1 "${LANES[@]}"
	"$1"
	if lanes_stand eth1 "${LANES[@]}"; then t_fail "they stand without the service: the case shows nothing"; fi
	scene_leave
}

comes_back()	# WHAT
{
	held
	load_start
	"$1"
	lanes_come_back eth1 "${LANES[@]}"
	load_stop
	knobs_are eth0 "${LANES[@]}"
}

# A repair names its author, and the log has it with from, to and how long.
says_all() { echo "--- the service:"; cat "$T_TMP/service"; }
names_the_author()	# WHAT PATTERN
{
	held
	"$1"
	lanes_come_back eth1 "${LANES[@]}"
	t_wait_for 10 service_said "^repair eth1 .*$2" || { says_all; false; }
	netlane log >"$T_TMP/log"
	grep -E "eth1 .* -> .*$2.*wrong for [0-9.]+ s" "$T_TMP/log" >/dev/null ||
		t_fail "the log does not say it: $(tail -n 4 "$T_TMP/log")"
}

balancer_is_answered()
{
	local balancer
	held
	mkdir -p /run/irqbalance	# where it is asked
	irqbalance --foreground --interval 1 >"$T_TMP/balancer" 2>&1 &
	balancer=$!
	t_wait_for 60 service_said '^repair irqbalance-ban'
	lanes_come_back eth1 "${LANES[@]}"
	# a new one has forgotten the list
	kill "$balancer"; wait "$balancer" || true
	: >"$T_TMP/service"
	irqbalance --foreground --interval 1 >"$T_TMP/balancer" 2>&1 &
	balancer=$!
	t_wait_for 60 service_said '^repair irqbalance-ban'
	kill "$balancer"; wait "$balancer" || true
	lanes_come_back eth1 "${LANES[@]}"
}

# After a pause of the node its clock is set. What irqbalance leaves alone is
# nothing that an event tells of.
pause_is_noticed()
{
	local balancer socket
	held
	mkdir -p /run/irqbalance
	irqbalance --foreground --interval 600 >"$T_TMP/balancer" 2>&1 &
	balancer=$!
	t_at_end "kill $balancer 2>/dev/null || :"
	socket=/run/irqbalance/irqbalance$balancer.sock
	t_wait_for 20 test -S "$socket"
	rude_rps	# a look, which finds it
	t_wait_for 60 service_said '^repair irqbalance-ban'
	: >"$T_TMP/service"
	timeout 5 socat - "UNIX-CONNECT:$socket" <<<"settings ban irqs NONE" || true
	t_eq "$(grep -c '^repair irqbalance' "$T_TMP/service" || true)" 0 "repairs before the clock was set"
	date -s "@$(($(date +%s) + 30))"
	t_wait_for 60 service_said '^repair irqbalance-ban'
	t_match "$(<"$T_TMP/service")" "the clock was set"
}

# Hotplug and channels, again and again: nothing drifts, grows or warns.
rounds=${NETLANE_ROUNDS:-30}
rounds_leave_nothing()
{
	local i fds rss
	held
	for ((i = 0; i < rounds; i++)); do
		if ((i == 3)); then
			fds=$(find "/proc/$(keep_pid)/fd" -mindepth 1 | wc -l)
			rss=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$(keep_pid)/status")
		fi
		if ((i % 2)); then channels; else hotplug; fi
		: >"$T_TMP/service"
		lanes_come_back eth1 "${LANES[@]}" >/dev/null
	done
	knobs_are eth0 "${LANES[@]}"
	t_eq "$(find "/proc/$(keep_pid)/fd" -mindepth 1 | wc -l)" "$fds" "open files after $rounds rounds"
	rss=$(($(awk '$1 == "VmRSS:" { print $2 }' "/proc/$(keep_pid)/status") - rss))
	((rss < 2048)) || t_fail "it grew by $rss KiB over $rounds rounds"
	if dmesg | grep -E 'BUG:|WARNING:|Oops'; then t_fail "the kernel complains"; fi
}

# ---- what a person means
at_terminal() { script -qec "$1" /dev/null </dev/null >/dev/null; }
person_means_it_the_second_time()
{
	local file=/sys/class/net/eth1/queues/tx-1/xps_cpus
	held
	at_terminal "echo f >$file"
	lanes_come_back eth1 "${LANES[@]}"
	at_terminal "echo e >$file"
	t_wait_for 20 service_said '^yield .*eth1 xps tx-1' || { says_all; false; }
	t_eq "$(cpus_of "$(<"$file")")" "1 2 3" "what he set"
	# the others are still kept
	rude_irq
	t_wait_for 20 service_said '^repair eth1 irq-in'
	t_eq "$(cpus_of "$(<"$file")")" "1 2 3" "what he set, after a repair"
	t_match "$(netlane status)" 'xps tx-1.*left' "what status says"
	# until up takes it back
	netlane up
	knobs_are eth1 "${LANES[@]}"
}

# ---- the one writer
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
	t_eq "$(cpus_of "$(<$file)")" "1 2 3" "what he set, after a reload"
	netlane up
	knobs_are eth1 "${LANES[@]}"
}
reload()
{
	: >"$T_TMP/service"
	kill -HUP "$(keep_pid)"
	t_wait_for 20 keep_answers
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
node_is_as_found()
{
	"$vm/node-state" --quick | but_service >"$T_TMP/now"
	but_service <"$T_TMP/state.found" | diff - "$T_TMP/now" >"$T_TMP/diff"
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

nothing_is_left()
{
	unheld
	reach bare crooked
	rm -f "$T_TMP/at"
	configure
	keep_start
	# what netlane never had to write is not its to give back to a stranger's value
	for what in fewer_channels rude_xps rude_rps; do
		"$what"
		lanes_come_back eth1 "${LANES[@]}"
	done
	keep_end
	down_run
	rm -f "$keep_conf"
	node_is_as_found || t_fail "left: $(<"$T_TMP/diff")"
	[[ ! -e /sys/fs/bpf/netlane && ! -e /run/netlane/held-cpus ]] || t_fail "files are left"
	[[ $(bpftool -j prog show | jq '[.[] | select(.name // "" | test("lane_|blame"))] | length') == 0 ]] ||
		t_fail "BPF programs are left"
}

for what in hotplug channels rude_xps; do
	t_case "keep.$what.control_stays_crooked"	control "$what"
done
for what in hotplug channels link rebind rude_xps rude_irq incumbent_script; do
	t_case "keep.$what.lanes_come_back"	comes_back "$what"
done
t_case keep.rude_xps.is_named		names_the_author rude_xps 'set by suite-keep'
t_case keep.channels.are_named		names_the_author channels 'ethtool'
t_case keep.hotplug.is_named		names_the_author hotplug 'because of suite-keep'
t_case keep.person.means_it_the_second_time	person_means_it_the_second_time
t_case keep.restart_and_crash.write_nothing	restart_and_crash_write_nothing
t_case keep.drift_while_away.is_found	drift_while_it_was_away_is_found
t_case keep.up.is_kept_by_its_configuration	up_is_kept_by_its_configuration
t_case keep.reload.leaves_what_was_left	reload_leaves_what_was_left
t_case keep.crash_in_a_repair.goes_on	crash_in_a_repair
t_case keep.strange_requests.are_refused	strange_requests
t_case keep.hands_off_by_hand.is_heeded	hands_off_by_hand
if thorough; then
	for what in incumbent_script rude_irq rude_rps; do
		t_case "keep.$what.control_stays_crooked"	control "$what"
	done
	for what in fewer_channels rings rude_rps; do
		t_case "keep.$what.lanes_come_back"	comes_back "$what"
	done
	t_case keep.irqbalance.is_answered	balancer_is_answered
	t_case keep.pause.is_noticed	pause_is_noticed
	t_case keep.rounds.leave_no_drift_and_no_leak	rounds_leave_nothing
	t_case keep.down.by_the_service_gives_back	down_by_the_service_gives_back
	t_case keep.reload.is_all_or_nothing	reload_is_all_or_nothing
	t_case keep.time.runs_out_under_the_service	time_runs_out_under_the_service
	t_case keep.frozen_service.is_said	frozen_service_is_said
fi
t_case keep.nothing.is_left		nothing_is_left
t_done
