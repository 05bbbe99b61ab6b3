#!/bin/bash
# The service warns of ports that run out though no destination has many: those that
# bind() chose serve one destination each, and several use up an address together.
# Rule: few ports (a narrow ip_local_port_range), a real service, bind() as the judge.
#
# host: timeout=180

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/own.sh"
}
top=$(cd "$here/../.." && pwd)

closer() { inside python3 "$top/tests/net/closer.py" "$@"; }
counts() { inside "$top/build/netlane" ports --live >/dev/null; }
answers() { closer open 127.0.0.1 8000 1; }
prepare()
{
	[[ $(id -u) == 0 ]] || return 0
	own_prepare "$top/build/netlane"
	begins python3 "$top/tests/net/closer.py" serve {8000..8005}
	t_wait_for 60 counts
	t_wait_for 20 answers
	inside sysctl -qw net.ipv4.ip_local_port_range="40000 40399"
}
needs() { [[ $(id -u) == 0 ]] || t_skip "needs root"; }

# each_opens from|bound ADDRESS - 70 connections to each of five destinations
each_opens()
{
	local port
	for port in {8001..8005}; do
		closer rate 127.0.0.1 "$port" 70 1.02 "$1=$2"
	done
}
# A look is 20 s after the one before, so this is past the next one.
looked_again() { sleep 25; }

# The same number of connections, but each port serves all five.
connect_shares()
{
	needs
	each_opens from 127.0.0.8
	looked_again
	t_eq "$(grep -c "^ports " "$T_TMP/log" || :)" 0 "lines of it"
}

bind_does_not()
{
	local status=0
	needs
	each_opens bound 127.0.0.9
	t_wait_for 60 grep -Eq "^ports of 127.0.0.9.* of 400 in use, .* bound before they connect; netlane ports says" "$T_TMP/log"
	t_eq "$(grep -c "^ports of 127.0.0.9" "$T_TMP/log")" 1 "lines of it"
	closer rate 127.0.0.1 8000 100 1 bound=127.0.0.9 >"$T_TMP/late" || status=$?
	t_match "$(<"$T_TMP/late")" "^EADDRINUSE"
	t_eq "$status" 1 "bind() of one more hundred"
}

t_setup prepare
t_case ports-service.connect.shares_its_ports	connect_shares
t_case ports-service.bind.uses_up_the_address	bind_does_not
t_done
