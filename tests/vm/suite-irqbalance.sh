#!/bin/bash
# Beside a running irqbalance: it leaves netlane's interrupts alone, goes on
# balancing all others, and gets them back at down.
# Rule: irqbalance itself is asked, over its own socket, and seen to work; time
# is counted in its periods, which it draws a line under.
#
# vm: kernels=6.1,newest cpus=4 nics=2 queues=4 outside=yes mem=1024
# vm: timeout=1200

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/traffic.sh"
	. "$here/lanes.sh"
	. "$here/scenes.sh"
}
t_at_end traffic_stop
balancer=

scene incumbent	incumbent "eth0=0,1,2,3" "eth0"

balancer_start()
{
	mkdir -p /run/irqbalance
	irqbalance --debug --interval 1 >"$T_TMP/irqbalance" 2>&1 &
	balancer=$!
	t_wait_for 10 balancer_answers
}

balancer_socket() { echo "/run/irqbalance/irqbalance$balancer.sock"; }
balancer_ask() { timeout 5 socat - "UNIX-CONNECT:$(balancer_socket)" <<<"$1"; }
balancer_answers() { [[ $(balancer_ask setup) == *SLEEP* ]]; }
balancer_stop() { kill "$balancer"; wait "$balancer" || true; }

# banned - names of the interrupts that it leaves alone
banned() { "$vm/node-state" --quick | sed -n 's/^irqbalance leaves //p'; }

nic_irqs()	# NIC - number and CPU mask of each queue's
{
	local dir
	for dir in /proc/irq/*/"$(virtio_of "$1")"-*put.*; do
		echo "${dir##*/} $(<"${dir%/*}/smp_affinity")"
	done
}

periods() { grep -c '^-----' "$T_TMP/irqbalance" || :; }
periods_done() { (($(periods) >= $1)); }

# periods_pass COUNT - whole ones, and the one that is under way
periods_pass()
{
	local now
	now=$(periods)
	t_wait_for 30 periods_done $((now + 1 + $1))
}

leaves_ours_alone()
{
	local ours
	reach incumbent crooked
	rm -f "$T_TMP/at"
	balancer_start
	t_at_end balancer_stop
	periods_pass 1
	t_eq "$(banned)" "" "interrupts that irqbalance leaves alone before up"
	[[ $(nic_irqs eth0) != *" f"* ]] || t_fail "irqbalance did not touch eth0: $(nic_irqs eth0)"
	"$vm/perturb" all-masks eth1

	up_run eth0
	ours=$(nic_irqs eth0)
	knobs_are eth0 0 1 2 3
	t_eq "$(banned | wc -l)" 8 "number of interrupts that irqbalance leaves alone"
	periods_pass 2
	t_eq "$(nic_irqs eth0)" "$ours" "eth0's interrupts after two periods"
	[[ $(nic_irqs eth1) != *"input.0 f"* ]] || t_fail "irqbalance left eth1 alone too: $(nic_irqs eth1)"

	down_run
	t_eq "$(banned)" "" "interrupts that irqbalance leaves alone after down"
	"$vm/perturb" all-masks eth0
	balancer_ask "settings ban irqs" >/dev/null
	periods_pass 1
	[[ $(nic_irqs eth0) != *"input.0 f"* ]] || t_fail "irqbalance does not balance eth0 again"
}

may_be_forbidden()
{
	reach incumbent crooked
	rm -f "$T_TMP/at"
	balancer_start
	t_at_end balancer_stop
	periods_pass 2	# it has found its places, and up is not disturbed half-way
	printf '[netlane]\nirqbalance = no\n' >"$T_TMP/no.conf"
	up_run --config "$T_TMP/no.conf" eth0
	t_eq "$(banned)" "" "interrupts that irqbalance leaves alone"
	down_run
}

t_case irqbalance.while_up.leaves_ours_alone leaves_ours_alone
t_case irqbalance.forbidden_by_policy.is_not_asked may_be_forbidden
t_done
