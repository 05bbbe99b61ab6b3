#!/bin/bash
# The cross-built netlane on an arm64 kernel: it runs, reads the node, and its
# plan is the one that any machine makes of the same facts.
# Rule: what is compared was made on amd64: the golden files.
#
# vm: kernels=6.1 arch=arm64 cpus=2 nics=1 queues=2 mem=1024
# vm: timeout=300

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
. "$here/../lib.sh"
golden=$here/../golden/plan

runs_on_arm64()
{
	t_eq "$(uname -m)" aarch64 "machine"
	netlane --version
	netlane facts --json >"$T_TMP/facts"
	t_match "$(<"$T_TMP/facts")" '"arch": "aarch64"'
	t_match "$(<"$T_TMP/facts")" '"driver": "virtio_net"'
}

fresh_node_is_straight()
{
	t_match "$(netlane plan --check)" "already straight"
	t_match "$(netlane)" "eth0 2 of 2 straight"
}

plans_are_golden()
{
	local facts name
	for facts in "$golden"/incumbent.facts.json "$golden"/comma-groups.facts.json; do
		name=${facts%.facts.json}
		netlane plan --facts "$facts" >"$T_TMP/plan"
		diff "$name.plan.txt" "$T_TMP/plan"
	done
}

made_straight_and_given_back()
{
	local file=/sys/class/net/eth0/queues/tx-1/xps_cpus
	echo 3 >"$file"
	netlane up eth0
	t_eq "$(<"$file")" 2 "XPS after up"
	netlane down
	t_eq "$(<"$file")" 3 "XPS after down"
}

t_case arm64.netlane.runs runs_on_arm64
t_case arm64.fresh_node.is_already_straight fresh_node_is_straight
t_case arm64.plans.are_those_of_amd64 plans_are_golden
t_case arm64.crooked_node.is_made_straight_and_given_back made_straight_and_given_back
t_done
