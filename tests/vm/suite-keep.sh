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
t_setup without_counters

t_setup keep_prepare
t_at_end keep_finish

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
	local balancer socket repaired
	held
	repaired=$(repaired_in_all)
	mkdir -p /run/irqbalance
	irqbalance --foreground --interval 600 >"$T_TMP/balancer" 2>&1 &
	balancer=$!
	t_at_end "kill $balancer 2>/dev/null || :"
	socket=/run/irqbalance/irqbalance$balancer.sock
	t_wait_for 20 test -S "$socket"
	rude_rps	# a look, and one at everything after it, which finds it
	t_wait_for 60 service_said '^repair irqbalance-ban'
	t_wait_for 60 settled_after $((repaired + 2))
	: >"$T_TMP/service"
	timeout 5 socat - "UNIX-CONNECT:$socket" <<<"settings ban irqs NONE" || true
	t_eq "$(grep -c '^repair irqbalance' "$T_TMP/service" || true)" 0 "repairs before the clock was set"
	date -s "@$(($(date +%s) + 30))"
	t_wait_for 60 service_said '^repair irqbalance-ban'
	t_match "$(<"$T_TMP/service")" "the clock was set"
}

# Hotplug and channels, again and again: nothing drifts, grows or warns. The
# first thorough look takes 2 MiB of heap once, so the halves are compared.
rounds=${NETLANE_ROUNDS:-30}
heap_kib()
{
	awk '$1 == "RssAnon:" { print $2 }' "/proc/$(keep_pid)/status"
}

rounds_leave_nothing()
{
	local i fds heap
	held
	for ((i = 0; i < rounds; i++)); do
		if ((i == rounds / 2)); then
			fds=$(find "/proc/$(keep_pid)/fd" -mindepth 1 | wc -l)
			heap=$(heap_kib)
		fi
		if ((i % 2)); then channels; else hotplug; fi
		: >"$T_TMP/service"
		lanes_come_back eth1 "${LANES[@]}" >/dev/null
	done
	knobs_are eth0 "${LANES[@]}"
	t_eq "$(find "/proc/$(keep_pid)/fd" -mindepth 1 | wc -l)" "$fds" "open files after $rounds rounds"
	heap=$(($(heap_kib) - heap))
	((heap < 1024)) || t_fail "it grew by $heap KiB over the later half of $rounds rounds"
	kernel_is_silent
}

# ---- what a person means
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

# Also with what counts.
nothing_is_left()
{
	t_at_end without_counters
	with_counters
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

for what in hotplug channels; do
	t_case "keep.$what.control_stays_crooked"	control "$what"
done
for what in hotplug channels rude_xps incumbent_script; do
	t_case "keep.$what.lanes_are_not_lost"	comes_back "$what"
done
t_case keep.rude_xps.is_named		names_the_author rude_xps 'set by suite-keep'
t_case keep.channels.are_named		names_the_author channels 'ethtool'
t_case keep.hotplug.is_named		names_the_author hotplug 'because of suite-keep'
t_case keep.person.means_it_the_second_time	person_means_it_the_second_time
for what in incumbent_script rude_xps rude_irq rude_rps; do
	t_once "keep.$what.control_stays_crooked"	control "$what"
done
for what in fewer_channels rings link rebind rude_irq rude_rps; do
	t_once "keep.$what.lanes_are_not_lost"	comes_back "$what"
done
t_once keep.irqbalance.restarted_loses_no_ban	balancer_is_answered
t_once keep.pause.is_noticed	pause_is_noticed
t_once keep.rounds.leave_no_drift_and_no_leak	rounds_leave_nothing
t_case keep.nothing.is_left		nothing_is_left
t_done
