#!/bin/bash
# Bindings on this machine's own kernel: the cases of bind_cases.sh.
# Rule: what it takes to see a server come is in no kernel's power here, so the
# service's sweep is what finds it.
#
# host: timeout=600

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/../notified.sh"
	. "$here/pair.sh"
	. "$here/inside.sh"
	. "$here/bind_cases.sh"
}
a=nlbind-a-$$ b=nlbind-b-$$

t_setup prepare
bind_cases 50
t_done
