#!/bin/bash
# Lanes where there are more CPUs than queues, and where there are two NICs:
# the CPUs without a queue help a lane and transmit by it, RPS is on for them
# and for nobody else, and two NICs share no CPU while others are idle.
# Rule: as in suite-lanes.sh.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=6 nics=2 queues=4,2 outside=yes mem=1024
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

t_setup traffic_prepare eth0 eth1
t_at_end traffic_stop

scene six-cpus	all-masks	"eth0=0,1,2,3" "eth0"
scene two-nics	incumbent	"eth0=0,1,2,3 eth1=4,5"

other_nic_is_untouched()
{
	reach six-cpus up
	"$vm/node-state" --quick | grep ' 0000:00:11.0' >"$T_TMP/other"
	grep ' 0000:00:11.0' "$T_TMP/state.found" | diff - "$T_TMP/other"
}

scene_claims t_case six-cpus tx
t_case lanes.six-cpus.unnamed_nic_is_untouched other_nic_is_untouched
scene_claims t_case two-nics tx
t_done
