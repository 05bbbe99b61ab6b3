#!/bin/bash
# Does the debug kernel see what it is there to see? Each wrong of broken.ko
# must be told, one a boot: after the first report the rest may be silent.
# Rule: run by tests/vm/check-debug alone; NETLANE_WRONG names the wrong, and
# without it this boot's kernel must have had nothing to say, and still be
# watching.

here=$(dirname "$0")
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"

ko=build/kmod/$(uname -r)/broken.ko
[[ ${NETLANE_LIST-} || -f $ko ]] || t_skip "not the debug kernel"

declare -A words=(
	[use-after-free]='KASAN: .*use-after-free'
	[hotplug-lock]='possible .* detected'
	[work-pending]='ODEBUG: free active'
	[sleep]='sleeping function called from invalid context|suspicious RCU|Voluntary context switch within RCU'
)

mount_debugfs() { mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug; }

kernel_said() { dmesg | grep -Eq "$1"; }

leak_is_seen()
{
	mount_debugfs
	echo scan >/sys/kernel/debug/kmemleak
	grep -q 'unreferenced object' /sys/kernel/debug/kmemleak
}

wrong_is_told()
{
	insmod "$ko" wrong="$NETLANE_WRONG" || true
	if [[ $NETLANE_WRONG == leak ]]; then
		t_wait_for 60 leak_is_seen
	else
		t_wait_for 20 kernel_said "${words[$NETLANE_WRONG]}"
	fi
}

nothing_was_told()
{
	local said
	said=$(dmesg | grep -E 'BUG:|WARNING:|KASAN|ODEBUG|possible .* detected|suspicious RCU|UBSAN' || true)
	[[ -z $said ]] || t_fail "$said"
	grep -q '^ *debug_locks: *1' /proc/lockdep_stats
}

nothing_leaks()
{
	local i said
	mount_debugfs
	# An object is reported when two scans have found it the same and unreferenced.
	for i in 1 2 3; do echo scan >/sys/kernel/debug/kmemleak; done
	said=$(grep -B 2 -A 20 netlane /sys/kernel/debug/kmemleak || true)
	[[ -z $said ]] || t_fail "$said"
}

if [[ ${NETLANE_WRONG-} ]]; then
	t_case "debug.${NETLANE_WRONG//-/_}.is_caught" wrong_is_told
else
	t_case debug.kernel.watched_to_the_end_and_is_silent nothing_was_told
	t_case debug.memory.is_not_leaked nothing_leaks
fi
t_done
