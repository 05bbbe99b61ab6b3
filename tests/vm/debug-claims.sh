#!/bin/bash
# Does the debug kernel see what it is there to see? Each wrong of broken.ko
# must be told.
# Rule: run by tests/vm/check-debug alone; NETLANE_WRONG names the wrongs, in an
# order in which no report silences the watcher of the next; without it this
# boot's kernel must have had nothing to say, and still be watching.

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

# Since this wrong was begun.
said_now() { dmesg | sed -n "/claims: $wrong\$/,\$p"; }
kernel_said() { said_now | grep -E "${words[$wrong]}" >/dev/null; }

# leaks WORDS - reports with any of them; memory of a module that is gone is an
# address without a name.
leaks()
{
	echo scan >/sys/kernel/debug/kmemleak
	awk -v words="$1" '
		/^unreferenced object/ { if (it ~ words) printf "%s", it; it = "" }
		{ it = it $0 "\n" }
		END { if (it ~ words) printf "%s", it }' /sys/kernel/debug/kmemleak
}
leak_is_seen() { [[ $(leaks wrong_leak) ]]; }

module_is_out() { ! [[ -d /sys/module/broken ]] || rmmod broken; }

wrong_is_told()
{
	t_at_end module_is_out
	echo "claims: $wrong" >/dev/kmsg
	insmod "$ko" wrong="$wrong" || true
	if [[ $wrong == leak ]]; then
		mount_debugfs
		t_wait_for 300 leak_is_seen
	else
		t_wait_for 120 kernel_said || t_fail "the kernel said: $(said_now)"
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
	for i in 1 2 3; do said=$(leaks 'netlane|comm "(insmod|rmmod|keeper)"|[(]ptrval|[[:space:]]0xffff'); done
	[[ -z $said ]] || t_fail "$said"
}

if [[ ${NETLANE_WRONG-} ]]; then
	for wrong in $NETLANE_WRONG; do
		t_case "debug.${wrong//-/_}.is_caught" wrong_is_told
	done
else
	t_case debug.kernel.watched_to_the_end_and_is_silent nothing_was_told
	t_case debug.memory.is_not_leaked nothing_leaks
fi
t_done
