#!/bin/bash
# NICs that come and go while the service keeps the lanes: a new NIC gets its
# lanes by the event, the others keep theirs.
# Rule: as in suite-keep.sh; NICs are plugged by the VM's monitor.
#
# vm: kernels=6.1,newest cpus=4 nics=2 queues=4 spare-nics=1 qmp=yes outside=yes
# vm: mem=1024
# vm: timeout=900
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

scene bare	"" "eth0=0,1,2,3 eth1=0,1,2,3"

finish()
{
	keep_end
	unplug
	rm -f "$keep_conf"
}
t_at_end finish

plugged() { [[ -e /sys/class/net/eth2 ]]; }
unplugged() { ! plugged; }
plug() { outside nic-add 2; t_wait_for 30 plugged; ip link set eth2 up; }
unplug()
{
	plugged || return 0
	outside nic-del 2
	t_wait_for 30 unplugged
}

held()
{
	keep_end
	unplug
	reach bare crooked
	rm -f "$T_TMP/at"
	keep_configure "[nic *]" "cpus = 2,0,3,1" "allow_risk = blip"
	keep_start
	knobs_are eth1 2 0 3 1
}

new_nic_gets_its_lanes()
{
	held
	plug
	lanes_come_back eth2 2 0 3 1
	knobs_are eth0 2 0 3 1
	knobs_are eth1 2 0 3 1
	t_wait_for 20 counted eth2
}
counted() { netlane stat --json --by nic 2>/dev/null | t_finds "\"$1\""; }

nic_goes_and_comes_again()
{
	held
	plug
	lanes_come_back eth2 2 0 3 1
	unplug
	echo f >/sys/class/net/eth1/queues/tx-1/xps_cpus	# the others are still kept
	lanes_come_back eth1 2 0 3 1
	plug
	lanes_come_back eth2 2 0 3 1
}

down_gives_back_the_late_nic_too()
{
	local at
	held
	keep_end
	netlane down
	plug
	state_take with --quick
	keep_start	# hands off: nothing
	netlane up
	lanes_come_back eth2 2 0 3 1
	netlane down
	keep_end
	at=$("$vm/node-state" --quick | but_service)
	but_service <"$T_TMP/state.with" | diff - <(echo "$at") || t_fail "not as it was with eth2"
}

# Nobody saw it come: the service stood still, then there was none. There is no
# udevd in this VM that could have told of it.
nic_that_came_unseen_is_found()
{
	held
	kill -STOP "$(keep_pid)"
	plug
	kill -CONT "$(keep_pid)"
	lanes_come_back eth2 2 0 3 1
	unplug
	keep_end KILL
	plug
	keep_start
	lanes_come_back eth2 2 0 3 1
}

fds_of() { find "/proc/$1/fd" -mindepth 1 | wc -l; }
has_fds() { t_eq "$(fds_of "$1")" "$2" "open files of the service"; }
# Its last repair may well have been of eth2.
keeps_no_eth2() { netlane status >"$T_TMP/status"; ! grep -v '^repair' "$T_TMP/status" | grep -w eth2; }

# Gone before its lanes are done, again and again.
fast_attach_and_detach()
{
	local i pid fds
	held
	pid=$(keep_pid)
	plug
	lanes_come_back eth2 2 0 3 1
	unplug
	t_wait_for 20 keeps_no_eth2
	rude_xps
	lanes_come_back eth1 2 0 3 1
	fds=$(fds_of "$pid")
	for ((i = 0; i < 4; i++)); do
		plug
		unplug
	done
	rude_xps
	lanes_come_back eth1 2 0 3 1
	t_wait_for 20 has_fds "$pid" "$fds"
	t_wait_for 20 keeps_no_eth2
	[[ $(keep_pid) == "$pid" ]] || t_fail "it is another service"
	[[ -z $(cat "/proc/$pid/task/$pid/children") ]] || t_fail "it has left children"
}

t_case plug.new_nic.gets_its_lanes	new_nic_gets_its_lanes
t_case plug.nic.goes_and_comes_again	nic_goes_and_comes_again
t_case plug.down.gives_back_the_late_nic_too	down_gives_back_the_late_nic_too
t_once plug.new_nic.is_not_missed_unseen	nic_that_came_unseen_is_found
t_once plug.fast_attach_and_detach.leaks_nothing	fast_attach_and_detach
t_done
