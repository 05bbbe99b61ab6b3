#!/bin/bash
# Who touched a knob, on this machine's own kernel: what it lets netlane see is
# seen rightly, and what it does not is said.
# Rule: nothing outside a namespace of its own is touched.
#
# host: timeout=120

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/../vm/blamed.sh"
}

ns=nltest-blame-$$
file=/sys/class/net/here/queues/rx-0/rps_cpus
drop() { ip netns del "$ns"; }
inside() { ip netns exec "$ns" "$@"; }

prepare()
{
	[[ $(id -u) == 0 ]] || return 0
	ip netns add "$ns"
	t_at_end drop
	ip -n "$ns" link add here type veth peer name there
}
t_setup prepare

# instead of the one of blamed.sh
blamed_run() { inside build/tests/blamed "$@"; }

need_root() { [[ $(id -u) == 0 ]] || t_skip "needs root"; }

# start_or_skip - also where the kernel takes no BPF from us at all
start_or_skip()
{
	need_root
	blamed_run syscalls </dev/null >"$T_TMP/try" || t_skip "$(cat "$T_TMP/try")"
	blamed_start syscalls
	t_at_end blamed_stop
}

all_facts_are_answered_for()
{
	need_root
	blamed_run syscalls </dev/null >"$T_TMP/try" || t_skip "$(cat "$T_TMP/try")"
	t_eq "$(grep -c $'^way\t[a-z ]*\t.' "$T_TMP/try")" 11 "facts with a way or a reason"
	grep -q $'^way\tsysfs\t\(fexit\|kprobe\|syscalls\)$' "$T_TMP/try"
	tail -n 1 "$T_TMP/try" | t_finds -x closed
}

writers()
{
	start_or_skip
	culprit_begin
	inside bash -c "/bin/echo 1 >$file; :"
	told comm=echo parent=bash "what=here rps_cpus rx-0 = 1" if=here text=1 ret=0 netns=1 ours=0
	culprit_begin
	inside bash -c "echo 0 | tee $file; :"
	told comm=tee "what=here rps_cpus rx-0 = 0" ret=0
	culprit_begin
	inside bash -c "echo nonsense >$file; :" 2>/dev/null
	told comm=bash text=nonsense ret=-22
	culprit_begin
	blamed_tell "own $file 1"
	told ours=1 comm=blamed "what=here rps_cpus rx-0 = 1"
}

t_case blame.natively.all_facts_are_answered_for	all_facts_are_answered_for
t_case blame.natively.writers_are_named			writers
t_done
