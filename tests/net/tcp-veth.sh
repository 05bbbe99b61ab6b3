#!/bin/bash
# netlane tcp on this machine's own kernel, over a veth pair between two
# namespaces of its own: what it says of connections and listeners is what ss and
# nstat say of a load of known size.
# Rule: the cases are those of tcp_cases.sh, which run in VMs as well
# (tests/vm/suite-tcp.sh, with netem).
#
# host: timeout=300

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/tcp.sh"
	. "$here/tcp_cases.sh"
}
a=nltcp-a-$$ b=nltcp-b-$$

prepare()
{
	[[ $(id -u) == 0 ]] || return 0
	pair_make 10.9.8 fd09:8
	forgetting_begins
}

t_setup prepare
tcp_cases
t_done
