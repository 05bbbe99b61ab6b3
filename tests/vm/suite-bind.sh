#!/bin/bash
# Bindings on each kernel: the cases of tests/net/bind_cases.sh, and a listener that is
# seen to come.
# Rule: where there is no sweep, the event of a listen() is what finds it.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=4 nics=1 queues=4 outside=yes mem=1024 boot=steering
# vm: timeout=900

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/../notified.sh"
	. "$here/../net/pair.sh"
	. "$here/../net/inside.sh"
	. "$here/../net/bind_cases.sh"
}
a=nlbind-a b=nlbind-b

# A listener that comes is seen by the event: there is no sweep.
comes()
{
	local service server
	serves first@tcp:0.0.0.0:8080
	bind web "prefix=$vip.11.0/24" ports=80 to=8080
	sed -i 's/^sweep = 1/sweep = off/' "$T_TMP/conf"
	service_begin
	t_eq "$(asked tcp "$vip.11.1" 80)" "first 1 " "at the start"
	serves_no_more
	serves second@tcp:0.0.0.0:8080
	t_wait_for 30 answers "second 1" tcp "$vip.11.1" 80
	t_match "$(<"$T_TMP/log")" "put back after: a server listens"
}

t_host_does_all
t_setup prepare
bind_cases 10
t_case bind.listener.is_seen_to_come comes
t_done
