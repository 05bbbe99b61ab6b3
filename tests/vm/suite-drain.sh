#!/bin/bash
# Draining on each kernel: the cases of tests/net/drain_cases.sh.
# Rule: see there.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=4 nics=1 queues=4 outside=yes mem=1024 boot=steering
# vm: timeout=900

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/../net/pair.sh"
	. "$here/../net/inside.sh"
	. "$here/../net/drain.sh"
	. "$here/../net/drain_cases.sh"
	. "$here/../net/drain_service_cases.sh"
}
a=nldrain-a b=nldrain-b

t_host_does_all
t_setup prepare
drain_cases
drain_service_cases
t_done
