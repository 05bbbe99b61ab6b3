# shellcheck shell=bash
# The service on a node under test, without systemd: begun, ended, waited for.
# Sourced by the suites of the keeper after scenes.sh.
# Rule: lanes are judged by the kernel's files (knobs_are); what the service
# says is only read to see whom it names.

keep_conf=/etc/netlane/netlane.conf

# keep_configure LINE... - hold, no sweep: only events may mend
keep_configure()
{
	mkdir -p "${keep_conf%/*}"
	printf '%s\n' "[netlane]" "mode = hold" "sweep = off" "$@" >"$keep_conf"
}

keep_answers() { grep -q '^mode ' "$T_TMP/service"; }
keep_pid() { cat /run/netlane/run.pid 2>/dev/null || true; }
keep_lives() { [[ $(keep_pid) && -d /proc/$(keep_pid) ]]; }
keep_is_gone() { [[ ! -d /proc/$1 || $(awk '{ print $3 }' "/proc/$1/stat") == Z ]]; }

# keep_start - returns when it has done as configured
keep_start()
{
	: >"$T_TMP/service"
	netlane run >>"$T_TMP/service" 2>&1 &
	t_wait_for 60 keep_answers || t_fail "the service did not get ready: $(<"$T_TMP/service")"
}

# keep_end [SIGNAL] - another case may have begun it
keep_end()
{
	local pid
	keep_lives || return 0
	pid=$(keep_pid)
	kill "-${1:-TERM}" "$pid"
	t_wait_for 60 keep_is_gone "$pid"
}

# lanes_stand NIC CPU... - is every knob as wanted? In a condition set -e does nothing.
lanes_stand()
{
	(
		t_fail() { echo "$*"; exit 1; }
		knobs_are "$@"
	) >"$T_TMP/stand" 2>&1
}

# lanes_come_back NIC CPU... - by the service, and how long that took
lanes_come_back()
{
	local began=${EPOCHREALTIME/./}
	t_wait_for 60 lanes_stand "$@" ||
		t_fail "the lanes did not come back: $(tail -n 3 "$T_TMP/stand"); the service: $(tail -n 5 "$T_TMP/service")"
	echo "back after $(((${EPOCHREALTIME/./} - began) / 1000)) ms as seen from here"
}

# service_said PATTERN
service_said() { grep -Eq -- "$1" "$T_TMP/service"; }

# But for the service itself, its configuration and its folder.
but_service() { grep -v '^process netlane\|^file .*/run/netlane\|^file .*/etc/netlane\|^file .*/sys/fs/bpf/netlane'; }
