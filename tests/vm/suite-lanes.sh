#!/bin/bash
# Lanes on a node with as many queues as CPUs: from each crooked node, up makes
# the traffic keep to its lane and down gives the node back.
# Rule: what went where is told by the witness, and a control run without
# netlane fails the same test first.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=4 nics=2 queues=4 outside=yes mem=1024
# vm: timeout=1200

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/traffic.sh"
	. "$here/lanes.sh"
	. "$here/scenes.sh"
}
t_setup without_counters

t_setup traffic_prepare eth0
t_at_end traffic_stop

policy=$T_TMP/permuted.conf
printf '%s[nic eth0]\ncpus = 2,0,3,1\n' "$no_counters" >"$policy"

scene default	""		"eth0=0,1,2,3" "eth0"
scene incumbent	incumbent	"eth0=0,1,2,3" "eth0"
scene crossed	crossed		"eth0=0,1,2,3" "eth0"
scene channel	one-channel	"eth0=0,1,2,3" "eth0"
scene skewed	rss-skewed	"eth0=0,1,2,3" "eth0"
scene permuted	""		"eth0=2,0,3,1" "--config $policy eth0"
scene two-nics	incumbent	"eth0=0,1,2,3 eth1=0,1,2,3"

# The oracle itself: a sound node passes the test that crooked ones must fail.
sound_node_passes()
{
	reach default crooked
	lanes_map eth0 0 1 2 3 >"$T_TMP/map"
	counts_take default 0
	went_straight default "$T_TMP/map"
	knobs_are eth0 0 1 2 3
}

sound_node_needs_nothing()
{
	local said
	reach default crooked
	said=$(netlane plan --check)
	t_match "$said" "already straight"
	driver_watch
	up_run eth0
	driver_was_left_alone
	state_is found --quick
	down_run
	state_is found --quick
}

t_case oracle.sound_node.passes sound_node_passes
t_case lanes.sound_node.is_already_straight sound_node_needs_nothing
scene_claims t_case incumbent tx rps
scene_claims t_case permuted rx tx
scene_claims t_once crossed rx tx
scene_claims t_once channel rx tx
scene_claims t_once skewed rx
t_done
