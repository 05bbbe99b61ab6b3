#!/bin/bash
# netlane as a service on a node with its own systemd: off after installation,
# observing unless told to hold, the keeper then; systemctl stop gives back, a
# restart, a crash and a reboot do not, and the sandbox is in nobody's way.
# Rule: what happened is read from node-state and systemctl; the suite runs
# again after its own reboot and goes on where that left it.
#
# vm: kernels=6.1 cpus=4 nics=1 queues=4 systemd=yes mem=1024
# vm: timeout=1200

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/traffic.sh"
	. "$here/lanes.sh"
	. "$here/scenes.sh"
	. "$here/unit.sh"
	. "$here/systemd-drain.sh"
}
t_setup without_counters
t_at_end traffic_stop
kept=/var/tmp/netlane-suite	# stays over the reboot

scene incumbent	incumbent "eth0=0,1,2,3"
LANES="2 0 3 1"	# nowhere where the driver or a boot would put them

configure_hold() { configure "[netlane]" "mode = hold" "sweep = off" "$@" "[nic *]" "cpus = 2,0,3,1"; }

# shellcheck disable=SC2086	# CPUs are words
straight() { knobs_are eth0 $LANES; }
# In a condition set -e does nothing.
is_straight()
{
	(
		t_fail() { echo "$*"; exit 1; }
		straight
	)
}
comes_back() { t_wait_for 60 is_straight; }

main_pid() { systemctl show --property MainPID --value netlane; }

# held [LINE...] - the unit holds eth0, from a node that somebody else set up
held()
{
	fresh
	configure_hold "$@"
	journal_from
	systemctl start netlane
	straight
}

fresh()
{
	[[ -e /usr/local/bin/netlane ]] || netlane_install
	systemctl stop netlane
	systemctl reset-failed netlane 2>/dev/null || true	# it starts more often than a unit may
	configure ""
	reach incumbent crooked
	rm -f "$T_TMP/at"
}

is_off_after_installation()
{
	state_take before --quick
	mkdir -p "$kept"
	cp "$T_TMP/state.before" "$kept/before"
	netlane_install
	t_eq "$(systemctl is-enabled netlane || true)" disabled "the unit"
	t_eq "$(systemctl is-active netlane || true)" inactive "the unit"
}

observe_changes_nothing()
{
	fresh
	systemctl start netlane
	t_eq "$(systemctl is-active netlane)" active "the unit after its start"
	state_is_but_running
	systemctl stop netlane
	state_is_but_running
}

# The service itself may be seen: its process, /run/netlane, which stays, and
# the counters, which stay until down.
but_running() { grep -v '^process netlane\|^file .*/run/netlane\|^file .*/sys/fs/bpf/netlane'; }
state_is_but_running()
{
	"$vm/node-state" --quick | but_running >"$T_TMP/running"
	but_running <"$T_TMP/state.found" | diff - "$T_TMP/running"
}

# All of it: masks, channels, RSS, counters, modules. /run/netlane may stay.
but_folder() { grep -v '^file .*/run/netlane'; }
state_is_found()
{
	"$vm/node-state" --quick | but_folder >"$T_TMP/stopped"
	but_folder <"$T_TMP/state.found" | diff - "$T_TMP/stopped"
	[[ ! -e /sys/fs/bpf/netlane ]] || t_fail "the counters are left"
}

# Also with what counts.
stop_gives_back()
{
	t_at_end without_counters
	with_counters
	held
	systemctl stop netlane
	state_is_found
	journal_says '^stopped: giving the node back'
	# not the last word, as netlane down is: the next start holds again
	systemctl start netlane
	straight
	systemctl stop netlane
	state_is_found
}

rude_xps() { echo f >/sys/class/net/eth0/queues/tx-1/xps_cpus; }

stop_after_a_repair_gives_back()
{
	held
	bash -c 'echo f >/sys/class/net/eth0/queues/tx-1/xps_cpus'
	comes_back
	# BPF works in the sandbox: the author is known
	t_wait_for 20 journal_says '^repair eth0 xps tx-1.*set by bash'
	journal_says_not 'nobody can be named|not seen here'
	systemctl stop netlane
	state_is_found
}

# ---- what touches a knob meanwhile is not the service
touches_begin()
{
	build/tests/blamed >"$T_TMP/touches" 2>&1 < <(exec sleep 600) &
	watcher=$!
	t_wait_for 30 grep -q '^ready' "$T_TMP/touches"
}
touches_have_none_of_netlane()
{
	echo f >/sys/class/net/eth0/queues/rx-0/rps_cpus	# the last one
	t_wait_for 30 grep -q 'rps_cpus' "$T_TMP/touches"
	kill "$watcher"
	wait "$watcher" || true
	grep -v 'rps_cpus' "$T_TMP/touches" | grep -i 'netlane' >"$T_TMP/own" || true
	[[ ! -s $T_TMP/own ]] || t_fail "the service wrote: $(<"$T_TMP/own")"
	comes_back
}

restart_and_reload_write_nothing()
{
	held
	touches_begin
	systemctl restart netlane
	straight
	journal_says '^going on with what was held'
	journal_says_not 'giving the node back'
	systemctl reload netlane
	straight
	systemctl try-restart netlane
	straight
	touches_have_none_of_netlane
	journal_says_not 'giving the node back'
}

another_runs() { [[ $(main_pid) != 0 && $(main_pid) != "$1" && $(systemctl is-active netlane) == active ]]; }
crash_is_adopted()
{
	local pid
	held
	pid=$(main_pid)
	touches_begin
	kill -KILL "$pid"
	t_wait_for 60 another_runs "$pid"
	straight
	journal_says '^going on with what was held'
	touches_have_none_of_netlane
	systemctl stop netlane
	state_is_found
}

# A signal that is not systemd's stop leaves the lanes, and so does a node without D-Bus.
signal_leaves_them()
{
	held
	kill "$(main_pid)"
	t_wait_for 60 is_inactive
	straight
	journal_says 'the lanes stay, netlane down gives the node back'
	down_run
	state_is_found
}
is_inactive() { [[ $(systemctl is-active netlane) == inactive ]]; }

without_dbus_stop_leaves_and_says_so()
{
	held
	mv /run/dbus/system_bus_socket /run/dbus/away
	t_at_end mv /run/dbus/away /run/dbus/system_bus_socket
	systemctl stop netlane
	straight
	journal_says 'could not be asked over D-Bus.*the lanes stay, netlane down gives'
	journal_says_not 'timed out'
	down_run
	state_is_found
}

# ---- the module, loaded and unloaded from within the sandbox
module_under_the_service()
{
	local ko
	ko=$top/build/kmod/$(uname -r)/netlane.ko
	[[ -f $ko ]] || t_skip "no netlane.ko for this kernel: run scripts/kmod-build"
	modules_writable
	install -D -m 644 "$ko" "/lib/modules/$(uname -r)/extra/netlane.ko"
	depmod
	held "module = yes"
	[[ -d /sys/module/netlane ]] || t_fail "it is not loaded: $(journal_now)"
	t_wait_for 20 module_keeps_eth0
	systemctl restart netlane
	[[ -d /sys/module/netlane ]] || t_fail "a restart unloaded it"
	t_wait_for 20 module_keeps_eth0
	systemctl stop netlane
	[[ ! -d /sys/module/netlane ]] || t_fail "stop left it: $(journal_now)"
	state_is_found
}
# They come from the runner, read-only.
modules_writable()
{
	local dir
	dir=/lib/modules/$(uname -r)
	mkdir "$T_TMP/modules"
	mount -t tmpfs modules "$T_TMP/modules"
	mkdir "$T_TMP/modules/"{upper,work}
	mount -t overlay -o "lowerdir=$dir,upperdir=$T_TMP/modules/upper,workdir=$T_TMP/modules/work" modules "$dir"
}
module_keeps_eth0() { "$top/build/tests/keeper" list | t_finds '^[0-9]* queues 4 masks 12'; }

# A down is the last word until the next up.
hold_after_down_keeps_off()
{
	t_at_end without_counters
	with_counters
	fresh
	configure "[netlane]" "mode = hold"
	systemctl start netlane
	down_run
	systemctl restart netlane
	state_is_but_running
	[[ ! -e /sys/fs/bpf/netlane ]] || t_fail "it counts although hands are off"
	systemctl stop netlane
}

broken_configuration_changes_nothing()
{
	fresh
	configure "[netlane]" "mode = perhaps"
	systemctl start netlane || true
	t_match "$(systemctl status netlane 2>&1 || true)" "netlane.conf:2" "what systemctl status shows"
	state_is_but_running
	systemctl stop netlane
}

off_on_the_command_line_wins()
{
	fresh
	configure "[netlane]" "mode = hold"
	echo "$(</proc/cmdline) netlane.off" >"$T_TMP/cmdline"
	mount --bind "$T_TMP/cmdline" /proc/cmdline
	t_at_end umount /proc/cmdline
	systemctl start netlane
	t_eq "$(systemctl is-active netlane || true)" inactive "the unit under netlane.off"
	local status=0
	netlane up >"$T_TMP/said" 2>&1 || status=$?
	t_eq "$status" 1 "exit code of up under netlane.off"
	t_match "$(<"$T_TMP/said")" "netlane.off"
	state_is_but_running
}

# The session that started it is gone, with all its processes, before the time is.
confirm_outlives_its_session()
{
	fresh
	systemd-run --quiet --wait --pipe -- /usr/local/bin/netlane up --confirm 20
	knobs_are eth0 0 1 2 3
	t_match "$(systemctl list-timers --all)" "netlane" "a timer of systemd's"
	t_wait_for 60 state_is_but_running
}

# Through the service: the file that up names, and the timer outside of it.
confirm_under_the_service()
{
	fresh
	configure "[netlane]" "mode = $1"
	systemctl start netlane
	printf '%s\n' "[nic *]" "cpus = 2,0,3,1" >/tmp/other.conf
	netlane up --config /tmp/other.conf --confirm 20
	straight
	t_match "$(systemctl list-timers --all)" "netlane-undo" "a timer of systemd's"
	t_wait_for 60 state_is_but_running
	# once more, confirmed
	cp /tmp/other.conf /root/other.conf
	netlane up --config /root/other.conf --confirm 600
	netlane up --config /root/other.conf
	if systemctl list-timers --all | grep netlane-undo; then t_fail "confirmed, but the timer is there"; fi
	straight
	down_run
	state_is_but_running
	systemctl stop netlane
}

reboot_with_lanes()
{
	held
	systemctl enable netlane
	echo 2 >"$kept/part"
}

# The RSS key is drawn anew at each boot.
but_boot() { grep -v 'ethtool-x\|rss_key\|/netlane'; }

reboot_made_it_void()
{
	t_wait_for 120 is_active
	comes_back
	journalctl --sync
	t_match "$(journalctl -b -u netlane -o cat)" "void|another boot|earlier boot" "the journal of this boot"
	if journalctl -b -1 -u netlane -o cat | tail -n 5 | grep 'giving the node back'; then
		t_fail "the shutdown gave the node back"
	fi
	systemctl stop netlane
	"$vm/node-state" --quick | but_boot >"$T_TMP/now"
	but_boot <"$kept/before" | diff - "$T_TMP/now"
}
is_active() { [[ $(systemctl is-active netlane) == active ]]; }

part=$(cat $kept/part 2>/dev/null || echo 1)
if [[ ${NETLANE_LIST-} || $part == 1 ]]; then
	t_case init.installed.is_off is_off_after_installation
	t_case init.observe.changes_nothing observe_changes_nothing
	t_case init.stop.gives_back stop_gives_back
	t_case init.stop.after_a_repair_gives_back stop_after_a_repair_gives_back
	t_case init.stop.without_dbus_leaves_and_says_so without_dbus_stop_leaves_and_says_so
	t_case init.restart.writes_nothing restart_and_reload_write_nothing
	t_case init.crash.is_adopted crash_is_adopted
	t_case init.signal.leaves_them signal_leaves_them
	t_case init.module.under_the_service module_under_the_service
	t_case init.hold_after_down.keeps_off hold_after_down_keeps_off
	t_case init.broken_configuration.changes_nothing broken_configuration_changes_nothing
	t_case init.off_on_command_line.wins off_on_the_command_line_wins
	t_case init.confirm.outlives_its_session confirm_outlives_its_session
	t_case init.drain.outlives_its_session drain_outlives_its_session
	t_case init.confirm.under_the_service.observing confirm_under_the_service observe
	t_case init.confirm.under_the_service.holding confirm_under_the_service hold
	t_case init.reboot.finds_lanes_standing reboot_with_lanes
fi
if [[ ! ${NETLANE_LIST-} && $(cat $kept/part 2>/dev/null) == 2 && $part == 1 ]]; then
	systemctl --no-block reboot
	sleep infinity	# until the reboot ends it
fi
if [[ ${NETLANE_LIST-} || $part == 2 ]]; then
	t_case init.reboot.journal_is_void reboot_made_it_void
fi
t_done
