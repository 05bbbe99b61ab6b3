#!/bin/bash
# Steering on this machine's own kernel: the cases of steer_cases.sh and its neighbours.
# Rule: what it takes to see a server come is in no kernel's power here, so the
# service's sweep is what finds it.
#
# host: timeout=360

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/../notified.sh"
	. "$here/pair.sh"
	. "$here/inside.sh"
	. "$here/steer.sh"
	. "$here/steer_cases.sh"
	. "$here/steer_life_cases.sh"
	. "$here/steer_path_cases.sh"
	. "$here/steer_taker_cases.sh"
	. "$here/steer_command_cases.sh"
	. "$here/steer_netns_cases.sh"
	. "$here/steer_udp_cases.sh"
	. "$here/steer_skew_cases.sh"
}
a=nlsteer-a-$$ b=nlsteer-b-$$ c=nlsteer-c-$$

t_setup prepare
steer_cases
steer_life_cases
path_cases
taker_cases
steer_command_cases
steer_netns_cases
steer_udp_cases
skew_cases
t_done
