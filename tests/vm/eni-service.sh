# shellcheck shell=bash disable=SC2154	# $zero, $one and $keep_conf are eni.sh's and keep.sh's
# Source routing with no up by hand: the service does it, as addresses and NICs come
# and go. Sourced by suite-eni.sh after eni.sh and keep.sh.
# Rule: as in eni.sh.

# served - looks every 2 s: nothing tells that the metadata service learnt of an ENI
served()
{
	[[ ! -e $T_TMP/served ]] || return 0
	fresh
	foreign_add
	: >"$T_TMP/served"
	state_take with_foreign --routes
	keep_configure "[nic *]" "source_routing = yes"
	sed -i 's/^sweep = off/sweep = 2/' "$keep_conf"
	keep_start
	t_wait_for 60 rule_is 10.9.1.2 1	# on a busy machine the answer may be late at first
	leaves_by 10.9.1.2 eth1
}

served_end()
{
	[[ -e $T_TMP/served ]] || return 0
	keep_end
	foreign_del
	rm -f "$keep_conf" "$T_TMP/served"
}

rule_is() { [[ $(rule_of "$1") == "$2" ]]; }

# Nothing of what others have, and what the metadata service knows nothing of.
takes_no_foreign_route()
{
	served
	ip -N rule show | grep -v 'proto 110$' >"$T_TMP/rules"
	ip -N route show table 4242 >"$T_TMP/table"
	ip rule del from 10.9.1.2 proto 110	# its own comes back, so it has looked
	t_wait_for 60 rule_is 10.9.1.2 1
	rm -f /run/netlane/enis
	outside tests/vm/metadata set ok "$zero"	# the ENI is not even listed
	: >"$T_TMP/service"
	echo 3 >/sys/class/net/eth1/queues/rx-0/rps_cpus
	t_wait_for 60 service_said '^repair eth1 rps'
	ip -N rule show | grep -v 'proto 110$' | diff "$T_TMP/rules" - || t_fail "rules of others changed"
	ip -N route show table 4242 | diff "$T_TMP/table" - || t_fail "routes of others changed"
	meta_good
}

address_needs_no_reload()
{
	served
	meta_good ok 10.9.1.50
	ip addr add 10.9.1.50/24 dev eth1
	t_wait_for 60 rule_is 10.9.1.50 1
	leaves_by 10.9.1.50 eth1
	rules_are "1 1"
	ip addr del 10.9.1.50/24 dev eth1
	meta_good
	t_wait_for 60 rule_is 10.9.1.50 0
	rules_are "1 0"
}

# It follows the NIC, and takes nothing away on an error.
brought_by_the_service()
{
	t_at_end served_end
	served
	plug
	meta ok "$zero" "1=$one" "2=10.9.2.2,fd09:2::2"
	t_wait_for 60 rule_is 10.9.2.2 1
	leaves_by 10.9.2.2 eth2
	arrives_by 10.9.2.2 2
	[[ $(table_of 10.9.2.2) != "$(table_of 10.9.1.2)" ]] || t_fail "two NICs have one table"
	ours_take
	ip rule del from 10.9.1.2 proto 110	# somebody's hand
	t_wait_for 60 rule_is 10.9.1.2 1
	meta 500 "$zero"
	: >"$T_TMP/service"
	echo 3 >/sys/class/net/eth1/queues/rx-0/rps_cpus	# it looks, and mends that
	t_wait_for 60 service_said '^repair eth1 rps'
	ours_stay "an error of the service took or added something"
	ip rule del from 10.9.1.2 proto 110	# what it said before is not forgotten
	t_wait_for 60 rule_is 10.9.1.2 1
	ours_stay "with an error of the service it came back otherwise"
	unplug
	t_wait_for 60 rule_is 10.9.2.2 0
	leaves_by 10.9.1.2 eth1
	down_run
	state_is with_foreign --routes
}
