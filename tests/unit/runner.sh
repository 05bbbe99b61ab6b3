#!/usr/bin/env bash
# Tests of the test runner: red is shown red.
#
# The rule: each case lays out a small tree of suites, runs tests/run over it,
# and claims the last line, the exit status and the name of what failed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
tests=$(cd "$(dirname "$0")/.." && pwd)

# suite NAME: a suite of the tree, from standard input
suite() {
	mkdir -p "$(dirname "$T_TMP/tree/$1")"
	{ printf '#!/usr/bin/env bash\n'; cat; } >"$T_TMP/tree/$1"
	chmod +x "$T_TMP/tree/$1"
}

# cases NAME: one that uses the library
cases() {
	{ printf '. %s/lib.sh\n' "$tests"; cat; echo t_done; } | suite "$1"
}

# runs [ARG...]: sets out, last and status
runs() {
	status=0
	out=$(cd / && env -u CI TMPDIR="$T_TMP" NETLANE_TESTS_ROOT="$T_TMP/tree" NETLANE_VM_RUN="$T_TMP/tree/vm" \
		"$tests/run" "$@" 2>&1) || status=$?
	last=${out##*$'\n'}
	echo "$out"
}

# claim STATUS LAST-LINE
claim() {
	t_eq "$last" "$2" "last line"
	t_eq "$status" "$1" "exit status"
}

fresh() { rm -rf "$T_TMP/tree"; mkdir -p "$T_TMP/tree/tests/unit"; }

all_passed() {
	fresh
	cases tests/unit/a.sh <<<'t_case a.x.y true; t_case a.x.z true'
	cases tests/golden/b.sh <<<'t_case b.x.y true'
	runs
	claim 0 "3 passed, 0 failed, 0 skipped"
}

failing_test() {
	fresh
	cases tests/unit/a.sh <<<'f() { echo before; false; echo after; }; t_case a.good true; t_case a.bad f'
	runs
	claim 1 "1 passed, 1 failed, 0 skipped"
	t_match "$out" "not ok a.bad"
	t_match "$out" "# before"
	t_match "$out" "status 1: false"
	[[ $out != *"# after"* ]]
}

dying_suite() {
	fresh
	cases tests/unit/a.sh <<<'t_case a.good true; kill -9 $$'
	runs
	claim 1 "1 passed, 1 failed, 0 skipped"
	t_match "$out" "not ok tests/unit/a.sh"
}

leaving_early() {
	fresh
	cases tests/unit/a.sh <<<'t_case a.good true; trap - EXIT; exit 0'
	runs
	claim 1 "1 passed, 1 failed, 0 skipped"
	t_match "$out" "without a plan"
}

too_few() {
	fresh
	suite tests/unit/a.sh <<<'echo 1..3; echo ok 1 a; echo ok 2 b'
	runs
	claim 1 "2 passed, 1 failed, 0 skipped"
	t_match "$out" "planned 3 tests, 2 results"
}

status_alone() {
	fresh
	suite tests/unit/a.sh <<<'echo 1..1; echo ok 1 a; exit 3'
	runs
	claim 1 "1 passed, 1 failed, 0 skipped"
	t_match "$out" "its status is 3"
}

silence() {
	fresh
	suite tests/unit/a.sh <<<'exit 0'
	runs
	claim 1 "0 passed, 1 failed, 0 skipped"
}

endless() {
	fresh
	suite tests/unit/a.sh <<<$'# host: timeout=1\necho 1..1\nsleep 60'
	runs
	claim 1 "0 passed, 1 failed, 0 skipped"
	t_match "$out" "ran out of time"
	cases tests/unit/a.sh <<<$'# host: timeout=1\nt_case a.hangs sleep 60'
	runs
	claim 1 "0 passed, 1 failed, 0 skipped"
	t_match "$out" "ran out of time, in a.hangs"
}

skips() {
	fresh
	cases tests/unit/a.sh <<<'f() { t_skip no device; }; t_case a.skipped f; t_case a.good true'
	suite tests/unit/b.sh <<<'echo "1..0 # SKIP no root"'
	suite tests/unit/c.sh <<<'echo no compiler; exit 77'
	runs
	claim 0 "1 passed, 0 failed, 3 skipped"
	t_match "$out" "skipped 1: no device"
	t_match "$out" "skipped 1: no root"
	t_match "$out" "skipped 1: no compiler"
}

selection() {
	fresh
	cases tests/unit/a.sh <<<'t_case a.one.x true; t_case a.one.y true; t_case a.ones false'
	cases tests/unit/b.sh <<<'t_case b.one.x false'
	runs a.one.y
	claim 0 "1 passed, 0 failed, 0 skipped"
	runs a.one
	claim 0 "2 passed, 0 failed, 0 skipped"
	runs 'a.*.x a.one.y'
	claim 0 "2 passed, 0 failed, 0 skipped"
	runs tests/unit/b.sh
	claim 1 "0 passed, 1 failed, 0 skipped"
	runs --list a.one
	t_eq "$out" $'pure tests/unit/a.sh a.one.x\npure tests/unit/a.sh a.one.y'
}

listing() {
	fresh
	cases tests/unit/a.sh <<<"t() { touch '$T_TMP/ran'; }; t_setup t; t_at_end t; t_case a.one t"
	runs --list
	t_eq "$out" "pure tests/unit/a.sh a.one"
	[ ! -e "$T_TMP/ran" ]
}

nothing_selected() {
	fresh
	cases tests/unit/a.sh <<<'t_case a.one true'
	runs a.two
	claim 1 "0 passed, 0 failed, 0 skipped"
}

cleanup_fails() {
	fresh
	cases tests/unit/a.sh <<<'f() { t_at_end false; }; t_case a.left_behind f'
	runs
	claim 1 "0 passed, 1 failed, 0 skipped"
	t_match "$out" "at end: failed: false"
}

setup_fails() {
	fresh
	cases tests/unit/a.sh <<<'s() { echo cannot; false; }; t_setup s; t_case a.one true'
	runs
	claim 1 "0 passed, 1 failed, 0 skipped"
	t_match "$out" "# cannot"
}

in_condition() {
	fresh
	cases tests/unit/a.sh <<<'f() { false; true; }; if t_case a.one f; then :; fi'
	runs
	claim 1 "0 passed, 1 failed, 0 skipped"
}

not_built() {
	fresh
	touch "$T_TMP/tree/tests/unit/test_a.c"
	runs
	t_eq "$status" 1
	t_match "$out" "test_a"
}

cmocka_skip() {
	fresh
	suite tests/unit/a.sh <<<'echo 1..2; echo because; echo "not ok 1 # SKIP a.b"; echo "ok 2 - a.c"'
	runs
	claim 0 "1 passed, 0 failed, 1 skipped"
	t_match "$out" "skipped 1: because"
}

# Two runs in one checkout would mix their logs and counts.
second_waits() {
	local lock run_pid
	fresh
	cases tests/unit/a.sh <<<'t_case a.x true'
	mkdir -p "$T_TMP/tree/build/tests"
	exec {lock}>"$T_TMP/tree/build/tests/lock"
	flock "$lock"
	(exec {lock}>&-; runs) >"$T_TMP/second" 2>&1 &
	run_pid=$!
	(exec {lock}>&-; NETLANE_TESTS_ROOT="$T_TMP/tree" exec "$tests/run") >"$T_TMP/third" 2>&1 &
	t_wait_for 10 grep -q "another run is at work" "$T_TMP/third"
	exec {lock}>&-
	wait "$run_pid" $!
	t_eq "$(tail -n 1 "$T_TMP/second")" "1 passed, 0 failed, 0 skipped"
	t_eq "$(tail -n 1 "$T_TMP/third")" "1 passed, 0 failed, 0 skipped"
}

# A stand-in for tests/vm/run: says its options, runs what follows "--" here.
fake_vm() {
	ln -sfn "$tests/each" "$T_TMP/tree/tests/each"
	suite vm <<-'END'
	case $* in *--fetch*) exit "${FETCH:-0}" ;; esac
	echo "vm $*" >>vm.log
	while [ "$1" != -- ]; do case $1 in --env) export "$2" ;; esac; shift; done
	shift
	"$@"
	exit "${VM_STATUS:-0}"
	END
}

needs_root() { [ "$(id -u)" = 0 ] || t_skip "a VM with taps needs root"; }

vm_boots() {
	needs_root
	fresh
	fake_vm
	cases tests/vm/suite-a.sh <<<$'# vm: kernels=5.10,6.1 cpus=4 systemd=no outside=yes timeout=20\nt_case a.x true'
	cases tests/vm/suite-b.sh <<<$'# vm: outside=yes cpus=4\n# vm: kernels=6.1\nt_case b.x true'
	runs -j 1
	claim 0 "3 passed, 0 failed, 0 skipped"
	t_eq "$(grep -c . "$T_TMP/tree/vm.log")" 2 "boots"
	t_match "$(cat "$T_TMP/tree/vm.log")" "--kernel 5.10 --cpus 4 --outside .*--timeout 200 .* tests/each tests/vm/suite-a.sh"
	t_match "$(cat "$T_TMP/tree/vm.log")" "tests/vm/suite-a.sh tests/vm/suite-b.sh"
	runs --kernel 5.10
	claim 0 "1 passed, 0 failed, 0 skipped"
}

# One kernel goes through everything, the others through a part: unless asked for by name.
vm_extent() {
	needs_root
	fresh
	fake_vm
	cases tests/vm/suite-a.sh <<<$'# vm: kernels=5.10,6.1\nt_case a.x true\nt_once a.y true'
	runs -j 1
	claim 0 "3 passed, 0 failed, 0 skipped"
	t_eq "$(grep -c "NETLANE_PART=1" "$T_TMP/tree/vm.log")" 1 "kernels with a part"
	t_match "$(cat "$T_TMP/tree/vm.log")" "--kernel 5.10 .*NETLANE_PART=1"
	rm "$T_TMP/tree/vm.log"
	runs -j 1 a.y
	NETLANE_THOROUGH=1 runs -j 1
	if grep NETLANE_PART "$T_TMP/tree/vm.log"; then t_fail "a part of what was asked for"; fi
	t_eq "$(grep -c "NETLANE_THOROUGH=1" "$T_TMP/tree/vm.log")" 2 "thorough kernels"
}

# Boots are kept apart by name, and what a host suite goes through is left to it.
vm_boots() {
	needs_root
	fresh
	fake_vm
	cases tests/vm/suite-a.sh <<<$'# vm: kernels=6.1 cpus=4 boot=one\nt_case a.x true'
	cases tests/vm/suite-b.sh <<<$'# vm: kernels=6.1 cpus=4 boot=other\nt_host_does_all\nt_once b.x true\nt_case b.y true'
	runs -j 1
	claim 0 "2 passed, 0 failed, 0 skipped"
	t_match "$out" "vm 6.1 other .*1 passed"
	t_eq "$(grep -c . "$T_TMP/tree/vm.log")" 2 "boots"
	if grep boot= "$T_TMP/tree/vm.log"; then t_fail "the VM was told of its boot"; fi
	runs -j 1 b.x
	claim 0 "1 passed, 0 failed, 0 skipped"
	NETLANE_THOROUGH=1 runs -j 1
	claim 0 "3 passed, 0 failed, 0 skipped"
}

# A run whose time is over ends with what is said of the rest; one kernel always comes.
vm_late() {
	needs_root
	fresh
	fake_vm
	cases tests/vm/suite-a.sh <<<$'# vm: kernels=5.10,6.1\nt_case a.x true\nt_case a.y true'
	NETLANE_CHECK_UNTIL=1 runs -j 1
	claim 0 "2 passed, 0 failed, 2 skipped"
	t_match "$out" "skipped 2: the time of this run was over .* tests/run --kind vm --kernel 5.10"
	t_eq "$(grep -c . "$T_TMP/tree/vm.log")" 1 "boots"
	NETLANE_CHECK_UNTIL=$(($(date +%s) + 600)) runs -j 1
	claim 0 "4 passed, 0 failed, 0 skipped"
}

vm_dies() {
	needs_root
	fresh
	fake_vm
	cases tests/vm/suite-a.sh <<<$'# vm: kernels=6.1\nt_case a.x true; kill -9 $(ps -o ppid= $PPID) $PPID'
	cases tests/vm/suite-b.sh <<<$'# vm: kernels=6.1\nt_case b.x true'
	runs
	t_eq "$status" 1
	t_match "$out" "tests/vm/suite-a.sh .never came to its end"
	t_match "$out" "tests/vm/suite-b.sh .was not run"
}

vm_complains() {
	needs_root
	fresh
	fake_vm
	cases tests/vm/suite-a.sh <<<$'# vm: kernels=6.1\nt_case a.x true'
	VM_STATUS=125 runs
	claim 1 "1 passed, 1 failed, 0 skipped"
}

vm_not_here() {
	needs_root
	fresh
	fake_vm
	cases tests/vm/suite-a.sh <<<$'# vm: kernels=6.1\nt_case a.x true; t_case a.y true'
	FETCH=1 runs
	claim 0 "0 passed, 0 failed, 2 skipped"
	t_match "$out" "skipped 2: no kernel 6.1 here"
}

t_case runner.all_pass.is_green			all_passed
t_case runner.failing_test.is_red		failing_test
t_case runner.killed_suite.is_red		dying_suite
t_case runner.suite_without_plan.is_red		leaving_early
t_case runner.fewer_results_than_plan.is_red	too_few
t_case runner.bad_status_alone.is_red		status_alone
t_case runner.silent_suite.is_red		silence
t_case runner.endless_suite.is_red		endless
t_case runner.skip.is_counted_with_reason	skips
t_case runner.selection.by_name_and_file	selection
t_case runner.list.runs_nothing			listing
t_case runner.nothing_selected.is_red		nothing_selected
t_case runner.second_run.waits			second_waits
t_case runner.failing_cleanup.is_red		cleanup_fails
t_case runner.failing_setup.is_red		setup_fails
t_case runner.case_in_condition.is_red		in_condition
t_case runner.program_not_built.is_red		not_built
t_case runner.cmocka_skip.is_a_skip		cmocka_skip
t_case runner.vm_suites.share_a_boot		vm_boots
t_case runner.vm_extent.is_by_kernel_or_name	vm_extent
t_case runner.vm_boots.are_kept_apart		vm_boots
t_case runner.time_is_over.other_kernels_are_skipped	vm_late
t_case runner.dead_vm.is_red			vm_dies
t_case runner.complaining_vm.is_red		vm_complains
t_case runner.kernel_not_to_be_had.is_skipped	vm_not_here
t_done
