#!/bin/bash
# What a node's owner does to netlane without meaning it: another up that fails,
# a new address, another namespace, a new machine-id, a caller with many open
# files, limits, a full stdout.
# Rule: each case was a defect once, found from outside; the node is compared
# with what it was by node-state.
#
# vm: kernels=6.1,newest cpus=4 nics=2 queues=4 outside=yes mem=1024
# vm: timeout=900

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/traffic.sh"
	. "$here/lanes.sh"
	. "$here/scenes.sh"
}
t_setup without_counters
t_at_end traffic_stop

scene incumbent	incumbent "eth0=0,1,2,3 eth1=0,1,2,3" "eth0 eth1"

fresh()
{
	reach incumbent crooked
	rm -f "$T_TMP/at"
}

is_as_found() { state_is found --quick >/dev/null 2>&1; }

# The first up's time runs out although a second up came and failed.
timer_survives_a_failed_up()
{
	local status=0
	fresh
	up_run --confirm 15 eth0
	NETLANE_FAULT=fail@15 build/netlane-fault up --confirm 300 eth1 || status=$?
	t_eq "$status" 1 "exit code of the up that fails"
	t_wait_for 60 is_as_found
	t_match "$(netlane log)" "not confirmed in time" "the log"
}

address_changed()
{
	local mac
	fresh
	mac=$(</sys/class/net/eth1/address)
	up_run --for 600 eth1	# consent to a blip: a suite before this may have left a route
	ip link set eth1 address 02:11:22:33:44:55
	down_run
	ip link set eth1 address "$mac"
	state_is found --quick
}

namespace_left()
{
	local status=0
	fresh
	up_run --for 600 eth1
	ip netns add away
	ip link set eth1 netns away
	t_at_end "ip -n away link set eth1 netns 1 2>/dev/null || :; ip netns del away"
	netlane down 2>"$T_TMP/stderr" || status=$?
	t_eq "$status" 1 "exit code of down without the NIC"
	t_match "$(<"$T_TMP/stderr")" "another network namespace" "the sentence"
	ip -n away link set eth1 netns 1
	ip link set eth1 up
	down_run
	"$vm/node-state" --quick | grep 0000:00:11 | grep -E 'rps|xps|affinity|ethtool-l' >"$T_TMP/now"
	grep 0000:00:11 "$T_TMP/state.found" | grep -E 'rps|xps|affinity|ethtool-l' | diff - "$T_TMP/now"
}

machine_id_changed()
{
	fresh
	cp /etc/machine-id "$T_TMP/machine-id"
	up_run eth0
	echo 0123456789abcdef0123456789abcdef >/etc/machine-id
	down_run
	cp "$T_TMP/machine-id" /etc/machine-id
	state_is found --quick
}

# The timer's process must not hold the lock of the journal.
many_open_files()
{
	fresh
	(
		for ((i = 0; i < 300; i++)); do exec {_}</dev/null; done
		exec netlane up --for 60 eth0
	)
	down_run
	state_is found --quick
}

file_size_limit()
{
	local status=0
	fresh
	up_run eth0
	(ulimit -f 0; exec netlane down) >"$T_TMP/limited" 2>&1 || status=$?
	((status < 128)) || t_fail "down died of signal $((status - 128))"
	down_run
	state_is found --quick
}

full_stdout()
{
	local status=0
	fresh
	netlane up eth0 >/dev/full 2>"$T_TMP/stderr" || status=$?
	t_eq "$status" 1 "exit code of up with a full stdout"
	t_match "$(<"$T_TMP/stderr")" "output cannot be written" "the sentence"
	down_run
	state_is found --quick
}

t_case hostile.new_address.nic_is_given_back		address_changed
t_case hostile.other_namespace.stays_in_the_journal	namespace_left
t_once hostile.failed_second_up.leaves_the_first_timer timer_survives_a_failed_up
t_once hostile.new_machine_id.is_this_machine		machine_id_changed
t_once hostile.many_open_files.timer_holds_no_lock	many_open_files
t_once hostile.file_size_limit.kills_nothing		file_size_limit
t_once hostile.full_stdout.is_a_failure			full_stdout
t_done
