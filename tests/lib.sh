# shellcheck shell=bash disable=SC2030,SC2031	# a case is a subshell on purpose
# TAP for shell suites: sourced by everything executable below tests/*/.
#
#   . "$(dirname "$0")/../lib.sh"
#   t_setup prepare                      # optional; not run to list names
#   t_case stage.condition.expectation a_function its arguments
#   t_once stage.condition.expectation a_function    # no kernel makes it different
#   t_done
#
# The rule: a case is red unless its function ran to the end with every command
# in it succeeding. NETLANE_TESTS holds patterns, any of which selects a case;
# NETLANE_LIST=1 names the cases that would run, and runs none; for that a
# suite is started on any machine, so its top level changes nothing.

T_CALLS=0 T_NR=0 T_PLAN='' T_IN_CASE='' T_SETUP='' T_END=()
T_TMP=$(mktemp -d)	# for the suite's own files; gone at its end

# "plan.x" selects plan.x and plan.x.*; shell patterns select what they match.
t__selected() {
	local pattern rest
	[ -n "${NETLANE_TESTS-}" ] || return 0
	rest=$NETLANE_TESTS' '
	while [ -n "$rest" ]; do
		pattern=${rest%%[ $'\n']*} rest=${rest#*[ $'\n']}
		# shellcheck disable=SC2254	# they are patterns
		case $1 in $pattern | $pattern.*) [ -z "$pattern" ] || return 0 ;; esac
	done
	return 1
}

# COMMAND | t_finds [grep's arguments] - as grep -q, but reads to the end: a writer that
# finds nobody reading any more is killed, and with pipefail that is a failure.
t_finds() { grep -c "$@" >/dev/null; }

# Commands for the end of the case (or of the suite), last one first.
t_at_end() { [ -n "${NETLANE_LIST-}" ] || T_END+=("$*"); }

t__end() {
	local ret=$? i
	set +e
	trap - ERR
	for ((i = ${#T_END[@]} - 1; i >= 0; i--)); do
		eval "${T_END[i]}" || { echo "at end: failed: ${T_END[i]}"; [ $ret != 0 ] || ret=1; }
	done
	[ -z "$T_SETUP" ] || {
		sed 's/^/# /' "$T_TMP/setup"
		echo "Bail out! setup failed"
	}
	[ -n "$T_IN_CASE" ] || rm -rf "$T_TMP"
	exit $ret
}
trap t__end EXIT
trap 'exit 143' TERM INT HUP

t__loud() { set -eE -o pipefail; trap 'echo "${BASH_SOURCE[0]##*/}:$LINENO: status $?: $BASH_COMMAND" >&2' ERR; }

# How many cases the suite has; for a suite that computes its cases.
t_plan() { T_PLAN=$1; }

# Prepare for all cases, in the suite's own shell; a failure ends the suite.
t_setup() {
	[ -z "${NETLANE_LIST-}" ] || return 0
	local flags=$-
	T_SETUP=running
	t__loud
	"$@" >"$T_TMP/setup" 2>&1
	T_SETUP=
	trap - ERR
	set +E
	[[ $flags == *e* ]] || set +e
}

# t_case NAME FUNCTION [ARG...] - never as part of a condition.
t_case() {
	local name=$1 ret flags=$- start=$SECONDS
	shift
	T_CALLS=$((T_CALLS + 1))
	t__selected "$name" || return 0
	if [ -n "${NETLANE_LIST-}" ]; then
		printf '%s\n' "$name"
		return 0
	fi
	T_NR=$((T_NR + 1))
	rm -f "$T_TMP/skip"
	printf '#run %s\n' "$name"
	set +e
	(
		T_IN_CASE=1 T_END=()
		trap t__end EXIT
		# Under "if", "||" and the like the shell ignores set -e: all would be green.
		name=$(set -e; false; echo ignored)
		if [ -n "$name" ]; then
			echo "t_case is called in a condition, where set -e does nothing"
			exit 1
		fi
		t__loud
		"$@"
	) >"$T_TMP/out" 2>&1 </dev/null
	ret=$?
	if [ $ret != 0 ]; then
		printf 'not ok %d %s\n' "$T_NR" "$name"
		sed 's/^/# /' "$T_TMP/out"
		[ $ret = 1 ] || echo "# status $ret"
	elif [ -e "$T_TMP/skip" ]; then
		printf 'ok %d %s # SKIP %s\n' "$T_NR" "$name" "$(cat "$T_TMP/skip")"
	else
		printf 'ok %d %s\n' "$T_NR" "$name"
	fi
	printf '#took %s %d\n' "$name" $((SECONDS - start))
	[[ $flags != *e* ]] || set -e
}

# t_once NAME FUNCTION [ARG...] - a case that need not be seen on each kernel: tests/run
# sets NETLANE_PART where another one goes through everything.
t_once() { [ -n "${NETLANE_PART-}" ] || t_case "$@"; }

# t_host_does_all - for a VM suite whose cases a host suite goes through as well: no
# kernel's guest need see those of t_once, unless everything or one by name is asked for.
t_host_does_all() { [ -n "${NETLANE_THOROUGH-}${NETLANE_TESTS-}" ] || NETLANE_PART=1; }

# t_skip REASON... - this case, or outside of one the whole suite, cannot run here.
t_skip() {
	if [ -n "$T_IN_CASE" ]; then
		printf '%s' "$*" >"$T_TMP/skip"
	elif [ -z "${NETLANE_LIST-}" ]; then
		printf '1..0 # SKIP %s\n' "$*"
	fi
	exit 0
}

t_done() {
	[ -z "${NETLANE_LIST-}" ] || exit 0
	if [ -n "$T_PLAN" ] && [ "$T_PLAN" != $T_CALLS ]; then
		echo "Bail out! $T_PLAN cases were planned, $T_CALLS called"
		exit 1
	fi
	echo "1..$T_NR"
	exit 0
}

t_fail() {
	printf '%s\n' "$*"
	return 1
}

# t_eq GOT WANTED [WHAT]
t_eq() { [ "$1" = "$2" ] || t_fail "${3:-value}: got '$1', wanted '$2'"; }

# t_match TEXT EXTENDED-REGEX [WHAT]
t_match() { [[ $1 =~ $2 ]] || t_fail "${3:-text}: '$1' does not match '$2'"; }

# t_wait_for SECONDS COMMAND... - until it succeeds; the only waiting there is.
t_wait_for() {
	local seconds=$1 end
	shift
	end=$((SECONDS + seconds))
	until "$@" >"$T_TMP/wait" 2>&1; do
		if [ $SECONDS -gt $end ]; then
			cat "$T_TMP/wait"
			t_fail "waited $seconds s in vain for: $*"
			return 1
		fi
		sleep 0.05
	done
}
