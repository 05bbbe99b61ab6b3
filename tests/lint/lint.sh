#!/usr/bin/env bash
# The tree keeps the rules of the house, and the checks see when it does not.
#
# The rule: every check of our own has a case here in which it must complain.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)

clean() {
	local tool
	for tool in shellcheck clang-format cppcheck; do
		command -v "$tool" >/dev/null || t_skip "no $tool here"
	done
	"$top/scripts/lint"
}

# complains CHECK WHAT: the check is red over the small tree and says WHAT
complains() {
	local out status=0
	out=$("$top/scripts/$1" "$T_TMP/tree") || status=$?
	echo "$out"
	t_eq "$status" 1 "exit status"
	t_match "$out" "$2"
}

# file NAME: in a small tree of its own, from standard input
file() {
	rm -rf "$T_TMP/tree"
	mkdir -p "$(dirname "$T_TMP/tree/$1")"
	cat >"$T_TMP/tree/$1"
}

stages() {
	file user/plan/a.c <<<'#include "facts/facts.h"'
	complains check-stages "user/plan/a.c:1: stage plan may not include facts/facts.h"
	file user/plan/a.c <<<'#include "skel/traffic.skel.h"'
	complains check-stages "may not include skel"
	file bpf/abi.h <<<'#include <linux/types.h>'
	complains check-stages "includes nothing"
}

stages_allowed() {
	file user/apply/a.c <<-'END'
	#include "types.h"
	#include "base/err.h"
	#include "journal/journal.h"
	#include "apply/knob.h"
	#include "bpf/abi.h"
	/* printf( in words */
	END
	"$top/scripts/check-stages" "$T_TMP/tree"
	file user/cmd/a.c <<<$'#include "plan/plan.h"\nprintf("x");'
	"$top/scripts/check-stages" "$T_TMP/tree"
}

printing() {
	file user/plan/a.c <<<$'\n\tprintf("x");'
	complains check-stages "user/plan/a.c:2: only cmd/, view/ and main.c print"
	file user/apply/a.c <<<$'\tfprintf(stderr, "x");'
	complains check-stages "print"
	file user/apply/a.c <<<$'\tsnprintf(to, 5, "x");\n\tfprintf(file, "x");'
	"$top/scripts/check-stages" "$T_TMP/tree"
}

long_function() {
	{ echo "int f(void)"; echo "{"; seq 81; echo "}"; } | file user/a.c
	complains check-sizes "user/a.c:2: a function of 81 lines"
}

long_file() {
	seq 451 | file user/a.c
	complains check-sizes "a file of 451 lines"
}

blanks() {
	file scripts/x <<<'echo '
	complains check-sizes "scripts/x:1: blanks"
}

# What the two kernel tools say of a module with a fault for each of them.
module() {
	local out status=0
	file kmod/main.c <<-'END'
		// SPDX-License-Identifier: GPL-2.0
		#include <linux/module.h>
		static __be32 kept;
		int swap_it(u32 a);
		int swap_it(u32 a)
		{
			if(a)
				kept = a;
			return 0;
		}
		MODULE_LICENSE("GPL");
	END
	echo 'obj-m := main.o' >"$T_TMP/tree/kmod/Kbuild"
	: >"$T_TMP/tree/kmod/uapi.h"
	out=$("$top/scripts/check-kmod" "$T_TMP/tree" 2>&1) || status=$?
	case $out in *"not judged by"*"not judged by"*) t_skip "neither checkpatch nor kernel headers here" ;; esac
	echo "$out"
	t_eq "$status" 1 "exit status"
	[[ $out == *"not judged by checkpatch"* ]] || t_match "$out" "kmod/main.c:7: ERROR: space required"
	[[ $out == *"not judged by sparse"* ]] || t_match "$out" "kmod/main.c:8:.*incorrect type in assignment"
}

t_case lint.tree.is_clean		clean
t_case lint.module.is_judged_by_kernel_tools	module
t_case lint.stage_rule.is_enforced	stages
t_case lint.stage_rule.allows_its_own	stages_allowed
t_case lint.printing.only_in_cmd	printing
t_case lint.long_function.is_red	long_function
t_case lint.long_file.is_red		long_file
t_case lint.trailing_blanks.are_red	blanks
t_done
