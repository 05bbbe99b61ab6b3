# shellcheck shell=bash disable=SC2034,SC2154
# The reader of blame at work beside a suite, and questions to what it said.
# Sourced by the suites after lib.sh.
# Rule: nothing is waited for but lines of the reader.

said=$T_TMP/blamed
pipe=$T_TMP/blamed.in
mark=0

# A suite may run it elsewhere.
blamed_run() { build/tests/blamed "$@"; }

blamed_start()	# [syscalls]
{
	rm -f "$pipe"
	mkfifo "$pipe"
	: >"$said"
	# shellcheck disable=SC2086	# no argument at all, or one
	blamed_run ${1-} <>"$pipe" >"$said" 2>&1 &
	t_wait_for 60 grep -q '^ready' "$said"
}

blamed_stop()
{
	echo end 1<>"$pipe"
	t_wait_for 60 grep -q '^closed' "$said"
}

nr_did() { grep -c '^did' "$said" || :; }
did_more() { (($(nr_did) > $1)); }

# blamed_tell WORDS - and wait until it has done so
blamed_tell()
{
	local before
	before=$(nr_did)
	echo "$*" 1<>"$pipe"
	t_wait_for 120 did_more "$before"
}

# in_unit UNIT COMMAND... - as systemd would start it; replaces a subshell
in_unit()
(
	unit=$1
	shift
	mkdir -p "/sys/fs/cgroup/$unit"
	echo "$BASHPID" >"/sys/fs/cgroup/$unit/cgroup.procs"
	exec "$@"
)

culprit_begin() { mark=$(wc -l <"$said"); }
culprit() { culprit_begin; in_unit "$@" </dev/null; }

said_since_mark() { tail -n +$((mark + 1)) "$said"; }

# A touch of ours behind all others: when it has been told, they have been.
culprit_ends()
{
	(in_unit fence.service bash -c 'echo 0 >/sys/class/net/lo/queues/rx-0/rps_cpus; :')
	t_wait_for 20 fence_told
}
fence_told() { said_since_mark | t_finds 'unit=fence.service'; }

# told KEY=VALUE... - waits for a touch since the mark with all of these; keeps it
told() { t_wait_for 20 told_now "$@" || { said_since_mark; return 1; }; }
told_now()
{
	said_since_mark | awk -F '\t' -v wanted="$(printf '%s\t' "$@")" '
		BEGIN { n = split(wanted, want, "\t") - 1 }
		$1 != "touch" { next }
		{
			hits = 0
			for (i = 1; i <= n; i++)
				for (f = 2; f <= NF; f++)
					hits += $f == want[i]
		}
		hits == n && !found { print > line; found = 1 }
		END { exit !found }' line="$T_TMP/touch"
}
told_times() { (($(said_since_mark | grep -c "unit=$2" || :) == $1)); }

# field KEY - of the touch that was told last
field() { tr '\t' '\n' <"$T_TMP/touch" | sed -n "s/^$1=//p"; }

# nobody_else COMM UNIT - all that were named since the mark, and all is told
nobody_else()
{
	culprit_ends
	said_since_mark | awk -F '\t' -v comm="comm=$1" -v unit="unit=$2" '
		$1 == "touch" && /\tknown=1\t/ && $3 != "unit=fence.service" {
			n++
			if ($2 !~ "^" comm "$" || $3 != unit) { print "a wrong name: " $0; bad = 1 }
		}
		END { if (!n) print "nobody was named"; exit bad || !n }'
}
