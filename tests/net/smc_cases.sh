# shellcheck shell=bash
# The cases of netlane smc that need no device.
# Rule: /proc and /lib/modules are the witness; strace that no socket of SMC was opened.

netlane=${netlane:-build/netlane}

# smc_exit WORDS... - of netlane smc, whose words are left in $T_TMP/said
smc_exit()
{
	local status=0
	"$netlane" smc "$@" >"$T_TMP/said" 2>&1 || status=$?
	echo $status
}
# has_smc - loaded, or there to be loaded
has_smc()
{
	grep -q "^SMC " /proc/net/protocols ||
		grep -qE "/smc\.ko(\.[a-z]+)?(:|$)" "/lib/modules/$(uname -r)"/modules.{dep,builtin} 2>/dev/null
}
# What a look might change: modules, who uses them, SMC's own settings, links.
node_now()
{
	cut -d' ' -f1-4 /proc/modules 2>/dev/null || :
	grep -c . /proc/net/protocols
	find /proc/sys/net/smc -type f -exec grep -H . {} + 2>/dev/null || :
	ip -o link | sed 's/qlen.*//'
}

# watched FILE WORDS... - netlane smc, with what it opened and ran in FILE
watched() { strace -f -e trace=socket,execve,init_module,finit_module -o "$1" "$netlane" smc "${@:2}" >"$T_TMP/said" 2>&1 || :; }

check_changes_nothing()
{
	local before
	before=$(node_now)
	watched "$T_TMP/check" check
	watched "$T_TMP/status" status
	t_eq "$(node_now)" "$before" "the node"
	! grep -hE "AF_SMC|socket\((0x2b|43)|IPPROTO_SMC|0x100|init_module" "$T_TMP/check" "$T_TMP/status" ||
		t_fail "that would load a module"
	t_eq "$(cat "$T_TMP/check" "$T_TMP/status" | grep -c execve)" 2 "programs that were run"
}

without_smc_is_said()
{
	! has_smc || t_skip "this kernel has SMC"
	t_eq "$(smc_exit check)" 4
	t_match "$(tr -s ' \n' ' ' <"$T_TMP/said")" "^smc not on this kernel"
	t_match "$(tr -s ' \n' ' ' <"$T_TMP/said")" "this kernel \($(uname -r | sed 's/[+.]/\\&/g')\) was built without SMC: "
	t_eq "$(smc_exit check --json)" 4
	t_eq "$(python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
print(d["worst"], [v["why"] for v in d["verdict"]], d["facts"]["smc"]["there"])' "$T_TMP/said")" "never ['built-without'] no"
}

status_without_smc()
{
	! has_smc || t_skip "this kernel has SMC"
	t_eq "$(smc_exit status)" 4
	t_match "$(<"$T_TMP/said")" "this kernel has no SMC"
	t_eq "$(smc_exit status --json)" 4
}

words_are_refused()
{
	t_eq "$(smc_exit)" 2
	t_eq "$(smc_exit on)" 2
	t_eq "$(smc_exit check --all)" 2
	t_eq "$(smc_exit check status)" 2
}
