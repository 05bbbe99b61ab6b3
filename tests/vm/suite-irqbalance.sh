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
t_setup without_counters
t_at_end traffic_stop
t_at_end balancer_stop

scene incumbent	incumbent "eth0=0,1,2,3" "eth0"

# Another case may have started it.
balancer() { cat "$T_TMP/balancer.pid" 2>/dev/null; }
balancer_start()
{
	balancer_stop
	mkdir -p /run/irqbalance
	irqbalance --debug --interval 1 >"$T_TMP/irqbalance" 2>&1 &
	echo $! >"$T_TMP/balancer.pid"
	t_wait_for 10 balancer_answers
}

balancer_ask() { timeout 5 socat - "UNIX-CONNECT:/run/irqbalance/irqbalance$(balancer).sock" <<<"$1"; }
balancer_answers() { [[ $(balancer_ask setup) == *SLEEP* ]]; }
balancer_is_gone() { [[ ! -d /proc/$1 || $(awk '{ print $3 }' "/proc/$1/stat") == Z ]]; }
balancer_stop()
{
	local pid
	pid=$(balancer) || return 0
	rm -f "$T_TMP/balancer.pid" "$T_TMP/beside"
	kill "$pid"
	t_wait_for 10 balancer_is_gone "$pid"
}

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

balances() { [[ $(nic_irqs "$1") != *"input.0 f"* ]] || t_fail "irqbalance does not balance $1: $(nic_irqs "$1")"; }

# irqbalance at work since before up, and somebody else's ban on its list.
beside_up()
{
	local foreign
	[[ ! -e $T_TMP/beside ]] || return 0
	reach incumbent crooked
	rm -f "$T_TMP/at"
	balancer_start
	periods_pass 1
	t_eq "$(banned)" "" "interrupts that irqbalance leaves alone before up"
	[[ $(nic_irqs eth0) != *" f"* ]] || t_fail "irqbalance did not touch eth0: $(nic_irqs eth0)"
	foreign=$(cd /proc/irq/*/"$(virtio_of eth1)-input.1" && cd .. && basename "$PWD")
	balancer_ask "settings ban irqs $foreign" >/dev/null
	t_wait_for 10 only_the_foreign_ban
	"$vm/perturb" all-masks eth1
	up_run eth0
	nic_irqs eth0 >"$T_TMP/ours"
	knobs_are eth0 0 1 2 3
	: >"$T_TMP/beside"
}
foreign_name() { (cd -P /sys/class/net/eth1/device/.. && echo "${PWD##*/}-input.1"); }
only_the_foreign_ban() { t_eq "$(banned)" "$(foreign_name)" "interrupts that irqbalance leaves alone"; }

does_not_move_ours()
{
	beside_up
	periods_pass 2
	t_eq "$(nic_irqs eth0)" "$(<"$T_TMP/ours")" "eth0's interrupts after two periods"
}

others_go_on()
{
	beside_up
	periods_pass 1
	balances eth1
	! balancer_is_gone "$(balancer)" || t_fail "irqbalance was stopped"
}

foreign_ban_stays()
{
	beside_up
	t_eq "$(banned | wc -l)" 9 "number of interrupts that irqbalance leaves alone"
	t_match "$(banned)" "$(foreign_name)"
}

down_leaves_no_ban()
{
	beside_up
	rm -f "$T_TMP/beside"
	down_run
	only_the_foreign_ban
	# one that it had placed before that it does not look at again, but for a SIGHUP
	"$vm/perturb" all-masks eth0
	kill -HUP "$(balancer)"
	t_wait_for 30 is_balanced eth0
}
is_balanced() { [[ $(nic_irqs "$1") != *"input.0 f"* ]]; }

may_be_forbidden()
{
	reach incumbent crooked
	rm -f "$T_TMP/at"
	balancer_start
	periods_pass 2	# it has found its places, and up is not disturbed half-way
	printf '%sirqbalance = no\n' "$no_counters" >"$T_TMP/no.conf"
	up_run --config "$T_TMP/no.conf" eth0
	t_eq "$(banned)" "" "interrupts that irqbalance leaves alone"
	down_run
}

t_case irqbalance.running.does_not_move_ours does_not_move_ours
t_case irqbalance.running.does_not_stop_balancing_others others_go_on
t_case irqbalance.bans_of_others.are_not_lost foreign_ban_stays
t_case irqbalance.down.leaves_no_ban down_leaves_no_ban
t_case irqbalance.forbidden_by_policy.is_not_asked may_be_forbidden
t_done
