#!/bin/bash
# netlane smc on this machine's own kernel: it only looks.
# Rule: what there is is asked of the kernel's own lists; where it has SMC, the VM suite
# says more.
#
# host: timeout=60

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/smc_cases.sh"
}

t_case smc.check.changes_nothing	check_changes_nothing
t_case smc.check.says_what_the_kernel_is_without	without_smc_is_said
t_case smc.status.without_smc_is_exit_4	status_without_smc
t_case smc.words.others_are_refused	words_are_refused
t_done
