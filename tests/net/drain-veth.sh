#!/bin/bash
# Draining on this machine's own kernel: the cases of drain_cases.sh.
#
# host: timeout=240

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/pair.sh"
	. "$here/inside.sh"
	. "$here/drain.sh"
	. "$here/drain_cases.sh"
	. "$here/drain_service_cases.sh"
}
a=nldrain-a-$$ b=nldrain-b-$$

t_setup prepare
drain_cases
drain_service_cases
t_done
