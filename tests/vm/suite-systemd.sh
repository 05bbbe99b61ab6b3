#!/bin/bash
# netlane as a service on a node with its own systemd: off after installation,
# observing unless told to hold, and void after a reboot.
# Rule: what happened is read from node-state and systemctl; the suite runs
# again after its own reboot and goes on where that left it.
#
# vm: kernels=6.1 cpus=4 nics=1 queues=4 systemd=yes mem=1024
# vm: timeout=600

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/traffic.sh"
	. "$here/lanes.sh"
	. "$here/scenes.sh"
}
t_at_end traffic_stop
top=$here/../..
kept=/var/tmp/netlane-suite	# stays over the reboot
conf=/etc/netlane/netlane.conf

scene incumbent	incumbent "eth0=0,1,2,3"

# What `make install` does; this guest has no make.
netlane_install()
{
	local root=$top/user/init
	install -D "$top/build/netlane" /usr/local/bin/netlane
	sed 's|@BINDIR@|/usr/local/bin|' "$root/netlane.service" |
		install -D -m 644 /dev/stdin /usr/local/lib/systemd/system/netlane.service
	install -D -m 644 "$root/netlane.conf" "$conf"
	systemctl daemon-reload
}

configure() { printf '%s\n' "$@" >"$conf"; }

fresh()
{
	[[ -e /usr/local/bin/netlane ]] || netlane_install
	systemctl stop netlane
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

hold_makes_straight_and_stop_leaves_it()
{
	fresh
	configure "[netlane]" "mode = hold"
	systemctl start netlane
	knobs_are eth0 0 1 2 3
	systemctl restart netlane
	knobs_are eth0 0 1 2 3
	systemctl stop netlane
	knobs_are eth0 0 1 2 3
	down_run
	state_is_but_running
}

# A down is the last word until the next up.
hold_after_down_keeps_off()
{
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
	systemd-run --quiet --wait --pipe -- /usr/local/bin/netlane up --confirm 6
	knobs_are eth0 0 1 2 3
	t_match "$(systemctl list-timers --all)" "netlane" "a timer of systemd's"
	t_wait_for 40 state_is_but_running
}

reboot_with_lanes()
{
	fresh
	up_run
	knobs_are eth0 0 1 2 3
	echo 2 >"$kept/part"
}

# The RSS key is drawn anew at each boot.
but_boot() { grep -v 'ethtool-x\|rss_key\|/netlane'; }

reboot_made_it_void()
{
	t_match "$(netlane down)" "void|nothing|another boot" "down after a reboot"
	"$vm/node-state" --quick | but_boot >"$T_TMP/now"
	but_boot <"$kept/before" | diff - "$T_TMP/now"
}

part=$(cat $kept/part 2>/dev/null || echo 1)
if [[ ${NETLANE_LIST-} || $part == 1 ]]; then
	t_case init.installed.is_off is_off_after_installation
	t_case init.observe.changes_nothing observe_changes_nothing
	t_case init.hold.makes_straight_and_stop_leaves_it hold_makes_straight_and_stop_leaves_it
	t_case init.hold_after_down.keeps_off hold_after_down_keeps_off
	t_case init.broken_configuration.changes_nothing broken_configuration_changes_nothing
	t_case init.off_on_command_line.wins off_on_the_command_line_wins
	t_case init.confirm.outlives_its_session confirm_outlives_its_session
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
