#!/bin/bash
# Connections that a program opens and does not close: the service says so, and
# netlane ports after it; what stays as it is, or comes and goes, is none.
# Rule: real connections and a real service, with the ten minutes made ten seconds
# (build/netlane-fault).
#
# host: timeout=180

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/own.sh"
}
top=$(cd "$here/../.." && pwd)
# a look may cost more, too: in ten seconds there are enough of them for a verdict
export NETLANE_GROWTH_AFTER_S=10 NETLANE_GROWTH_SHARE=10

closer() { begins python3 "$top/tests/net/closer.py" "$@"; }
prepare()
{
	[[ $(id -u) == 0 ]] || return 0
	own_prepare "$top/build/netlane-fault" "counters = no"
	closer serve 8001 8002 8003
	t_wait_for 20 answers
}
answers() { inside python3 "$top/tests/net/closer.py" open 127.0.0.1 8001 1; }
needs() { [[ $(id -u) == 0 ]] || t_skip "needs root"; }
ports() { inside "$top/build/netlane" ports "$@"; }
growing() { ports --json | python3 -c 'import json, sys; print(*sorted(r["remote_port"] for r in json.load(sys.stdin)["growing"]))'; }

# First, for the served side of a leak is a finding as well. Longer than the ten seconds.
steady_is_none()
{
	needs
	closer hold 127.0.0.1 8001 200
	inside python3 "$top/tests/net/closer.py" rate 127.0.0.1 8002 40 15
	t_eq "$(grep -c "only grow" "$T_TMP/log" || :)" 0 "lines of it"
	t_eq "$(growing)" "" "what ports knows"
}

leak_is_told()
{
	local pid status=0
	needs
	closer leak 127.0.0.1 8003 30
	pid=$!
	t_wait_for 60 grep -Eq "^connections to 127.0.0.1:8003 only grow: .*[0-9]+ a minute; no local port is left in [0-9]+ min; python3 .pid $pid. opens them" "$T_TMP/log"
	t_match "$(ports)" "connections to 127.0.0.1:8003 only grow"
	t_match "$(growing)" "8003"
	ports --check >/dev/null || status=$?
	t_eq "$status" 3 "--check"
	t_wait_for 20 grep -q "^connections that others opened to this node only grow" "$T_TMP/log"
	t_eq "$(grep -c "8003 only grow" "$T_TMP/log")" 1 "lines of it"
	kill "$pid"
	t_wait_for 30 nothing_grows
	ports --check >/dev/null
	# as a restart: it is another rise, however soon
	closer leak 127.0.0.1 8003 30
	t_wait_for 60 told_twice
	t_match "$(tail -n 3 "$T_TMP/log")" "8003 only grow.*python3 .pid $!. opens them"
}
told_twice() { [[ $(grep -c "8003 only grow" "$T_TMP/log") == 2 ]]; }
nothing_grows() { [[ ! $(growing) ]]; }

t_setup prepare
t_case growth.steady.is_none		steady_is_none
t_case growth.leak.is_told_with_its_program leak_is_told
t_done
