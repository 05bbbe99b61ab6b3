#!/bin/bash
# Source routing of further ENIs: what comes from a NIC's address leaves by that
# NIC, others keep what is theirs, NICs come and go, and down gives all back.
# Rule: as in eni.sh.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=2 nics=2 queues=1 spare-nics=1 qmp=yes
# vm: outside=yes default-route=yes ecs=yes mem=1024
# vm: timeout=1800
# shellcheck disable=SC2119	# what else up and fresh take is said where it is wanted

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/traffic.sh"
	. "$here/lanes.sh"
	. "$here/scenes.sh"
	. "$here/keep.sh"
	. "$here/eni.sh"
	. "$here/eni-service.sh"
}
t_setup without_counters

routes_by_source()
{
	fresh
	leaves_by 10.9.1.2 eth0		# the control: without netlane it is wrong
	leaves_by fd09:1::2 eth0
	arrives_by 10.9.1.2 0
	up
	leaves_by 10.9.1.2 eth1
	leaves_by fd09:1::2 eth1
	leaves_by 10.9.0.2 eth0
	leaves_by fd09::2 eth0
	arrives_by 10.9.1.2 1
	arrives_by fd09:1::2 1
	arrives_by 10.9.0.2 0
	t_eq "$(rule_of 10.9.0.2)" 0 "rules for the main NIC"
}

second_up_changes_nothing()
{
	fresh
	up
	[[ $(ours) ]]
	ours_take
	state_take up --routes
	rm -f /run/netlane/enis
	up
	t_match "$(<"$T_TMP/up")" "nothing to change"
	state_is up --routes
}

down_gives_back()
{
	fresh --all
	up
	[[ $(ours) ]]
	down_run
	rm -f /run/netlane/enis	# what the service said, kept for some seconds
	state_is found
}

undone_in_time()
{
	fresh
	up --for 20
	[[ $(rule_of 10.9.1.2) == 1 ]]
	t_wait_for 60 no_rules_left
	t_wait_for 20 state_is found --routes
}
no_rules_left() { ours_none "rules are left"; }

killed_anywhere()
{
	local at status
	fresh
	for at in 3 9 15 21 27 33; do
		status=0
		NETLANE_FAULT=kill@$at bash -c '"$@"; exit $?' - "$here/../../build/netlane-fault" \
			up --config "$conf" >/dev/null 2>&1 || status=$?
		((status == 137 || status == 0)) || t_fail "kill@$at: exit code $status"
		down_run
		state_is found --routes
	done
}

inside_del() { ip link del inside0; }

inside_stays_reachable()
{
	fresh
	ip link add inside0 type dummy
	t_at_end inside_del
	ip link set inside0 up
	ip addr add 172.30.0.1/24 dev inside0
	ip -6 addr add fd30::1/64 dev inside0 nodad
	up
	leaves_by 10.9.1.2 eth1
	leaves_by 10.9.1.2 inside0 172.30.0.9
	leaves_by fd09:1::2 inside0 fd30::9
	down_run
	ours_none "after down"
}

# ---- others

foreign_add()
{
	ip rule add from 10.9.1.2 lookup 4242 priority 20500
	ip rule add fwmark 7 lookup 4242 priority 20501
	ip route add 203.0.113.0/24 via 10.9.1.1 dev eth1 table 4242 metric 9
	ip route add 203.0.113.0/24 via 10.9.0.1 dev eth0
	ip -6 rule add from fd09:1::2 lookup 4242 priority 20500
}

foreign_del()
{
	ip rule del priority 20500
	ip rule del priority 20501
	ip route flush table 4242
	ip route del 203.0.113.0/24
	ip -6 rule del priority 20500
}

foreign_stays()
{
	local table
	fresh
	foreign_add
	t_at_end foreign_del
	state_take found --routes
	up
	leaves_by 10.9.1.2 eth1
	table=$(table_of 10.9.1.2)
	ip route add blackhole 192.0.2.0/24 table "$table"	# in our own table, even
	ip addr add 10.9.1.50/24 dev eth1
	meta_good ok 10.9.1.50
	up
	ip addr del 10.9.1.50/24 dev eth1
	meta_good
	up
	t_match "$(ip route show table "$table")" "blackhole 192.0.2.0/24"
	down_run
	t_match "$(ip route show table "$table")" "blackhole 192.0.2.0/24"
	ip route flush table "$table"
	state_is found --routes
}

changed_by_hand()
{
	local table
	fresh
	up
	table=$(table_of 10.9.1.2)
	ip route replace 10.9.1.0/24 dev eth1 table "$table" proto static metric 5
	ip route del 10.9.1.0/24 dev eth1 table "$table" proto 110
	ip rule del from 10.9.1.2 lookup "$table" priority 17000
	ip rule add from 10.9.1.2 lookup "$table" priority 16000
	netlane down >"$T_TMP/down" 2>&1
	t_match "$(<"$T_TMP/down")" "10.9.1.0/24.*netlane did not write"
	t_match "$(ip rule show from 10.9.1.2)" "^16000:"
	t_match "$(ip route show table "$table")" "10.9.1.0/24 dev eth1 proto static"
	ip rule del priority 16000
	ip route flush table "$table"
	state_is found --routes
}

tables_of_others()
{
	local table names=/etc/iproute2/rt_tables.d
	fresh
	up
	table=$(table_of 10.9.1.2)
	((table >= 20000))
	down_run
	ip route add 192.0.2.0/24 via 10.9.0.1 dev eth0 table "$table"
	mkdir -p "$names"
	echo "$((table + 1)) somebody" >"$names"/test.conf
	t_at_end "rm -f $names/test.conf; ip route flush table $table"
	up
	t_eq "$(table_of 10.9.1.2)" $((table + 2)) "table beside those of others"
	leaves_by 10.9.1.2 eth1
	t_eq "$(ip route show table "$table" | wc -l)" 1 "routes in somebody's table"
	down_run
}

no_conntrack()
{
	fresh
	strace -f -o "$T_TMP/strace" -e trace=socket netlane up --config "$conf" >/dev/null
	strace -f -o "$T_TMP/strace2" -e trace=socket netlane down >/dev/null
	grep -q NETLINK_ROUTE "$T_TMP/strace"
	if grep NETLINK_NETFILTER "$T_TMP/strace" "$T_TMP/strace2"; then
		t_fail "conntrack was talked to"
	fi
}

off_unless_asked()
{
	fresh
	printf '%s' "$no_counters" >"$T_TMP/none.conf"
	outside tests/vm/metadata asked >/dev/null	# what was asked before
	up_run --config "$T_TMP/none.conf" >/dev/null
	ours_none "nobody asked for it"
	outside tests/vm/metadata asked >"$T_TMP/asked"
	t_eq "$(grep -c macs/ "$T_TMP/asked" || true)" 0 "ENIs asked for"
}

# ---- NICs that come and go

comes_and_goes()
{
	fresh
	up
	plug
	up	# the service does not list it yet
	t_eq "$(rule_of 10.9.2.2)" 0 "rules before the service knows the ENI"
	meta ok "$zero" "1=$one" "2=10.9.2.2,fd09:2::2"
	up
	leaves_by 10.9.2.2 eth2
	leaves_by fd09:2::2 eth2
	arrives_by 10.9.2.2 2
	ours_take
	meta 500 "$zero"
	unplug
	up
	t_eq "$(rule_of 10.9.2.2)" 0 "rules of a NIC that is gone"
	if ours | grep -E '10\.9\.2\.|fd09:2:'; then t_fail "left of eth2"; fi
	leaves_by 10.9.1.2 eth1
	down_run
	state_is found --routes
}

# Here, for it takes a NIC with fewer queues than CPUs: an event tells of the
# node's flow table as of a queue's masks, and by whom it was set.
flow_table_comes_back()
{
	fresh
	keep_configure "[nic *]"
	keep_start
	t_eq "$(<"$flow_table")" 32768 "the flow table"
	: >"$T_TMP/service"
	echo 0 >"$flow_table"
	t_wait_for 30 flow_table_is 32768
	t_wait_for 10 service_said '^repair rps-sock-flow-entries'
	t_match "$(<"$T_TMP/service")" 'rps-sock-flow-entries.*set by suite-eni'
	down_run
	keep_end
	rm -f "$keep_conf"
	state_is found --routes
}
flow_table=/proc/sys/net/core/rps_sock_flow_entries
flow_table_is() { [[ $(<"$flow_table") == "$1" ]]; }

gone_before_down()
{
	fresh
	plug
	meta ok "$zero" "1=$one" "2=10.9.2.2,fd09:2::2"
	up
	leaves_by 10.9.2.2 eth2
	unplug
	netlane down >"$T_TMP/down" 2>&1 || { cat "$T_TMP/down"; false; }
	ours_none "after a down without the NIC"
	state_is found --routes
}

link_down()
{
	fresh
	up
	ours_take
	ip link set eth1 down	# takes its routes, and its IPv6 addresses
	meta 500 "$zero"
	up
	rules_are "1 0"
	t_eq "$(rule_of fd09:1::2; ip -6 -N rule show from fd09:1::2 | grep -c 'proto 110$')" \
		"0"$'\n'"1" "IPv6 rule while the link is down"
	ip link set eth1 up
	ip -6 addr add fd09:1::2/64 dev eth1 nodad
	meta_good
	up
	ours_stay "not all came back with the link"
	leaves_by 10.9.1.2 eth1
	leaves_by fd09:1::2 eth1
}

t_setup prepare
t_at_end served_end
t_case eni.up.what_comes_from_an_address_leaves_by_its_nic routes_by_source
t_case eni.up.again_changes_nothing second_up_changes_nothing
t_case eni.down.gives_back_exactly down_gives_back
t_case eni.others.routes_and_rules_stay foreign_stays
t_case eni.hotplug.nic_comes_and_goes comes_and_goes
t_once eni.service.takes_no_route_of_others takes_no_foreign_route
t_once eni.service.address_needs_no_reload address_needs_no_reload
t_case eni.service.brings_and_takes_them brought_by_the_service
t_once keep.flow_table.comes_back_by_the_event flow_table_comes_back
t_once eni.up.for_a_time_is_undone undone_in_time
t_once eni.up.killed_anywhere_is_given_back killed_anywhere
t_once eni.others.networks_inside_stay_reachable inside_stays_reachable
t_once eni.others.change_by_hand_stays changed_by_hand
t_once eni.others.no_table_collision tables_of_others
t_once eni.others.conntrack_not_flushed no_conntrack
t_once eni.others.off_unless_asked off_unless_asked
t_once eni.hotplug.gone_before_down gone_before_down
t_once eni.hotplug.link_down_removes_no_rule link_down
t_done
