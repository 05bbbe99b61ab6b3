#!/bin/bash
# Who touched a knob: staged culprits, each in a unit of its own, and what the
# reader says of them.
# Rule: whatever is told while a culprit is at work must name him; one wrong
# name and the case is red, however many were right.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=4 nics=2 queues=4 outside=yes mem=1024
# vm: timeout=1200

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/lanes.sh"
	. "$here/blamed.sh"
	. "$here/culprits.sh"
}

queue=/sys/class/net/eth0/queues
python=/usr/bin/python3

prepare()
{
	ip link set eth0 up
	ip link set eth1 up
	"$vm/perturb" default eth0 eth1
	irq=$(irq_of eth0 1)
	blamed_start
	grep '^way' "$said"
}

irq_of() { local d; for d in /proc/irq/*/"$(virtio_of "$1")-input.$2"; do d=${d%/*}; echo "${d##*/}"; done; }

# All by the best way; RSS by netlink is not there to be seen on older kernels.
best_ways()
{
	t_eq "$(grep -c $'^way\t' "$said")" 11 "facts"
	t_eq "$(awk -F '\t' '$1 == "way" && $2 != "ethtool rss" && $3 != "fexit"' "$said")" "" "facts seen otherwise"
	grep -q $'^way\tethtool rss\t\(fexit\|No such file or directory\)$' "$said"
}

# ---- what is nobody's business, and ours

irrelevant()
{
	culprit r.service bash -c "
		cat /sys/class/net/eth0/queues/*/*ps_cpus /proc/irq/$irq/smp_affinity /proc/sys/net/core/rps_sock_flow_entries
		ethtool -l eth0; ethtool -g eth0; ethtool -x eth0; ethtool -K eth0 gro on; ip link set eth0 alias x
		echo 1000 >/sys/class/net/eth0/tx_queue_len
		echo 128 >/proc/sys/net/core/somaxconn
		cat /proc/irq/default_smp_affinity >/proc/irq/default_smp_affinity
		echo 2 >/sys/class/net/eth0/queues/tx-0/tx_timeout
		for f in /sys/devices/system/memory/memory0/online; do cat \$f >\$f; done
		echo online >/dev/null; echo 1 >$T_TMP/xps_cpus; echo 1 >/proc/self/oom_score_adj
		:" >/dev/null 2>&1
	culprit_ends
	t_eq "$(said_since_mark | grep -vc "unit=fence.service" || :)" 0 "lines told: $(said_since_mark)"
}

own()
{
	culprit_begin
	blamed_tell "own $queue/tx-0/xps_cpus 1"
	told ours=1 comm=blamed "what=eth0 xps_cpus tx-0 = 1"
	culprit s.service bash -c "echo 1 >$queue/tx-0/xps_cpus; :"
	told ours=0 comm=bash unit=s.service
}

# ---- many, fewer, none

quick_writes()
{
	culprit t.service bash -c "for ((i = 0; i < 1000; i++)); do echo \$((i % 16)) >$queue/rx-0/rps_cpus; done"
	t_wait_for 60 told_times 1000 t.service
	nobody_else bash t.service
}

# Nobody reads: what does not fit is counted.
flood()
{
	blamed_tell stop
	culprit u.service bash -c "for ((i = 0; i < 4000; i++)); do echo 1 >$queue/rx-0/rps_cpus; done" keep
	blamed_tell go
	blamed_tell lost
	lost=$(said_since_mark | sed -n 's/^lost //p' | tail -n 1)
	((lost > 0)) || t_fail "nothing was lost, so that nothing was tried"
	t_wait_for 60 told_times $((4000 - lost)) u.service
	nobody_else bash u.service
}

# ---- other ways, and the end

# by_way WAY [syscalls] - the knobs of a node, seen so
by_way()
{
	blamed_stop
	NETLANE_BLAME=$1 blamed_start "${2-}"
	t_at_end "blamed_stop; blamed_start"
	t_eq "$(awk -F '\t' '$1 == "way" && $2 ~ /sysfs|affinity|sysctl|ioctl/ { print $3 }' "$said" | sort -u)" "$1" "the way"
	bash_xps
	echo_rps
	bash_irq
	dd_irq_list
	refused
	channels_ioctl
	sysctl_flows
	cpu_way "$1"
	[[ $1 == syscalls ]] || { channels_netlink; link; }
}

cpu_way()
{
	[[ $1 != syscalls ]] || { culprit v.service chcpu -d 2; told comm=chcpu unit=v.service cpu=2; chcpu -e 2; return; }
	cpu_echo
}

bpf_objects() { bpftool prog list | sed -n 's/.* name \([kf]_[^ ]*\|call_[^ ]*\) .*/\1/p'; bpftool link list; bpftool map list | grep blame || :; }

nothing_left()
{
	[[ $(bpf_objects) == *f_in_sysfs* ]] || t_fail "not seen while it runs: $(bpf_objects)"
	blamed_stop
	t_wait_for 20 nothing_there
	blamed_start
}
nothing_there() { [[ ! $(bpf_objects) ]] || { bpf_objects; return 1; }; }

[[ -e /sys/kernel/btf/vmlinux || ${NETLANE_LIST-} ]] || t_skip "this kernel has no BTF"
t_setup prepare
t_at_end "blamed_stop; nic_again eth0; nic_again eth1"

t_case blame.each_fact.is_seen_the_best_way	best_ways
t_case blame.bash_into_xps.is_named		bash_xps
t_case blame.echo_into_rps.is_named_with_its_shell	echo_rps
t_case blame.tee_into_rps_flow_cnt.is_named	tee_flow
t_case blame.bash_into_xps_rxqs.is_named	bash_rxqs
t_case blame.bash_into_smp_affinity.is_named	bash_irq
t_case blame.dd_into_smp_affinity_list.is_named	dd_irq_list
t_case blame.refused_write.says_so		refused
t_case blame.irqbalance.is_named		balancer
t_case blame.incumbent_script.is_named		incumbent
t_case blame.channels_by_netlink.is_named	channels_netlink
t_case blame.channels_by_ioctl.is_named		channels_ioctl
t_case blame.rings.is_named			rings
t_case blame.rss.is_named			hash_table
t_case blame.cpu_by_echo.is_named_not_cpuhp	cpu_echo
t_case blame.cpu_by_chcpu.is_named_not_cpuhp	cpu_chcpu
t_case blame.unbind_and_bind.is_named		unbind
t_case blame.sysctl.is_named			sysctl_flows
t_case blame.python.is_named			python_xps
t_case blame.gone_process_and_unit.are_named	short_lived
t_case blame.deep_in_a_unit.names_the_unit	deep_in_a_unit
t_case blame.person.is_at_a_terminal		at_a_terminal
t_case blame.link_down_and_up.is_named		link
t_case blame.other_namespace.is_not_ours	other_namespace
t_case blame.other_writes.are_not_told		irrelevant
t_case blame.own_writes.are_marked		own
t_once blame.cgroup_v1.names_the_unit		cgroup_v1
t_once blame.systemd_v1.names_the_unit_or_none	cgroup_named
t_once blame.thousand_writes.lose_nothing	quick_writes
t_once blame.flood.is_counted			flood
t_once blame.by_kprobe.sees_the_same		by_way kprobe
t_once blame.by_syscalls.sees_files_and_ioctl	by_way syscalls syscalls
t_case blame.closed.leaves_nothing		nothing_left
t_done
