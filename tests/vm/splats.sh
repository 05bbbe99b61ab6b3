# shellcheck shell=bash
# What a kernel says when it has gone wrong: for the console of a VM (run) and
# for the tests in it (lanes.sh).
# shellcheck disable=SC2034	# used by who sources it

splat='BUG:|WARNING:|Oops|Kernel panic|general protection|KASAN|UBSAN|ODEBUG|possible .* detected|suspicious RCU|unreferenced object|refcount_t'
# Stalls are apart: under TCG on a busy machine they tell about the machine.
stall='soft lockup|rcu.*stall|blocked for more than'
# The kernel's own, once a boot, with or without netlane: RPS is on and a packet
# comes from a queue that ethtool -L has just taken away (net/core/dev.c).
kernels_own='WARNING: .* get_rps_cpu'
