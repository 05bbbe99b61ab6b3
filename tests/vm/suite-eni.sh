#!/bin/bash
# Source routing of further ENIs, with a metadata service that fails in every
# way that its users have seen: what comes from a NIC's address leaves by that
# NIC, and no bad answer takes anything away.
# Rule: judged by ip, by packets that the other end counts, and by node-state;
# the metadata service is the only thing here that is not real.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=2 nics=2 queues=2 spare-nics=1 qmp=yes
# vm: outside=yes default-route=yes ecs=yes mem=1024
# vm: timeout=1800

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/traffic.sh"
	. "$here/lanes.sh"
	. "$here/scenes.sh"
}

# The world behind both gateways, on the other end's lo.
far4=198.51.100.1 far6=2001:db8:ff::1
one="10.9.1.2,fd09:1::2"	# eth1's addresses as the service says them
zero="0=10.9.0.2,fd09::2"
# Every way to fail. "nobody" has no service at all.
bad_modes="late slow empty 404 403 500 garbage huge cut redirect"
conf=$T_TMP/routes.conf

prepare()
{
	printf '[nic *]\nsource_routing = yes\n' >"$conf"
	outside ip addr add 100.100.100.200/32 dev lo
	outside ip addr add $far4/32 dev lo
	outside ip -6 addr add $far6/128 dev lo
	outside sysctl -qw net.ipv4.conf.all.rp_filter=0
	outside --bg metadata tests/vm/metadata serve
	ip -6 route add default via fd09::1 dev eth0
	t_wait_for 30 meta ok
}

# meta MODE [NIC=ADDR,...]... - what the service says from now on; netlane is
# made to ask it anew.
meta()
{
	rm -f /run/netlane/enis
	outside tests/vm/metadata set "$@"
}

meta_good() { meta "${1:-ok}" "$zero" "1=$one${2:+,$2}"; }

# up - without the notes of the lanes, which are not what this is about
up() { up_run --config "$conf" "$@" >"$T_TMP/up" 2>&1 || { cat "$T_TMP/up"; return 1; }; }

fresh()
{
	netlane down >/dev/null 2>&1 || true
	rm -rf /var/lib/netlane
	ip addr del 10.9.1.50/24 dev eth1 2>/dev/null || true
	meta_good
	state_take found "${1:---routes}"
}

ours()
{
	ip -4 -N rule show | awk '/proto 110$/' | sort
	ip -6 -N rule show | awk '/proto 110$/' | sort
	ip -4 -N route show table all | awk '/proto 110/' | sort
	ip -6 -N route show table all | awk '/proto 110/' | sort
}

ours_take() { ours >"$T_TMP/ours"; }
ours_stay() { ours | diff "$T_TMP/ours" - || t_fail "$1"; }
ours_none() { local all; all=$(ours); [[ -z $all ]] || t_fail "$1: $all"; }
rule_of() { ip -N rule show from "$1" | grep -c 'proto 110$' || true; }
rules_are() { t_eq "$(rule_of 10.9.1.2) $(rule_of 10.9.1.50)" "$1" "rules of 10.9.1.2 and .50"; }
table_of() { ip -N rule show from "$1" | sed -n 's/.*lookup \([0-9]*\).*proto 110$/\1/p'; }

# leaves_by ADDRESS NIC [TO] - by the kernel's own word
leaves_by()
{
	local far=$far4
	[[ $1 != *:* ]] || far=$far6
	t_match "$(ip route get "${3:-$far}" from "$1")" "dev $2 " "route from $1"
}

# arrives_by ADDRESS NIC - by the other end's count of 20 datagrams
arrives_by()
{
	local far=$far4 before after
	[[ $1 != *:* ]] || far=$far6
	before=$(outside cat "/sys/class/net/tap$2/statistics/rx_packets")
	python3 - "$1" $far <<-'END'
		import socket, sys
		family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
		sock = socket.socket(family, socket.SOCK_DGRAM)
		sock.bind((sys.argv[1], 0))
		for i in range(20):
		    try:
		        sock.sendto(b"x" * 100, (sys.argv[2], 9))
		    except ConnectionRefusedError:
		        sock.sendto(b"x" * 100, (sys.argv[2], 9))
	END
	after=$(outside cat "/sys/class/net/tap$2/statistics/rx_packets")
	((after - before >= 20)) || t_fail "datagrams from $1: tap$2 saw $((after - before)) packets"
}

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
	up --for 3
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

# ---- the metadata service

metadata_stays_reachable()
{
	local from
	fresh
	for from in 10.9.0.2 10.9.1.2; do leaves_by $from eth0 100.100.100.200; done
	up
	for from in 10.9.0.2 10.9.1.2; do leaves_by $from eth0 100.100.100.200; done
	t_match "$(ip route get 100.100.100.200)" "dev eth0 "
	t_eq "$(curl -sf --noproxy '*' --max-time 10 http://100.100.100.200/latest/meta-data/instance-id)" i-test
	t_eq "$(curl -sf --noproxy '*' --max-time 10 --interface 10.9.1.2 \
		http://100.100.100.200/latest/meta-data/instance-id)" i-test
}

works_in_mode() { fresh; meta_good "$1"; up; rules_are "1 0"; }

only_these_words()
{
	local path
	fresh
	outside tests/vm/metadata asked >/dev/null
	up
	for path in $(outside tests/vm/metadata asked); do
		[[ $path =~ ^/latest/meta-data/(instance-id|instance/instance-type|network/interfaces/macs/) ]] ||
			t_fail "asked: $path"
	done
	rm -f /run/netlane/enis
	netlane plan --config "$conf" >/dev/null
	outside tests/vm/metadata asked >/dev/null
	netlane plan --config "$conf" >/dev/null
	t_eq "$(outside tests/vm/metadata asked | grep -c macs/ || true)" 0 "paths asked within a second"
}

not_wiped()	# MODE
{
	fresh
	ip addr add 10.9.1.50/24 dev eth1
	meta_good ok 10.9.1.50
	up
	rules_are "1 1"
	ours_take
	ip addr del 10.9.1.50/24 dev eth1	# no answer says that it is gone for good
	if [[ $1 == nobody ]]; then
		rm -f /run/netlane/enis
		outside --stop metadata
	else
		meta "$1" "$zero" "1=$one"
	fi
	ours_take
	up
	ours_stay "mode $1 changed what stood"
	[[ $1 != nobody ]] || outside --bg metadata tests/vm/metadata serve
	t_wait_for 30 meta_good
	up
	rules_are "1 0"
}

nothing_added()	# MODE
{
	fresh
	meta_good "$1"
	up
	ours_none "mode $1"
	t_match "$(<"$T_TMP/up")" "note: eth1: the metadata service"
}

half_an_answer()
{
	local word mode
	for word in macs/ primary-ip-address private-ipv4s gateway vswitch-cidr-block ipv6s; do
		for mode in empty garbage 403; do
			# an ENI without IPv6 says nothing there
			[[ $word/$mode != ipv6s/empty ]] || continue
			fresh
			up
			ours_take
			meta_good "ok-but=$word,$mode"
			up
			ours_stay "$word is $mode: changed what stood"
		done
	done
}

same_answers()
{
	fresh
	meta ok "$zero" "1=10.9.0.2,fd09::2"
	up
	ours_none "eth0 and eth1 have the same answer"
	t_match "$(<"$T_TMP/up")" "same address of both"
	meta_good
	up
	ours_take
	meta ok "$zero" "1=10.9.0.2,fd09::2"
	up
	ours_stay "a lie changed what stood"
}

address_not_there_yet()
{
	fresh
	meta_good ok 10.9.1.50	# the kernel does not have it
	up
	rules_are "1 0"
	ip addr add 10.9.1.77/24 dev eth1	# the service does not say it
	up
	t_eq "$(rule_of 10.9.1.77)" 0 "rules of 10.9.1.77"
	ip addr del 10.9.1.77/24 dev eth1
}

secondary_comes_and_goes()
{
	fresh
	up
	ip addr add 10.9.1.50/24 dev eth1
	meta_good ok 10.9.1.50
	up
	rules_are "1 1"
	leaves_by 10.9.1.50 eth1
	meta_good	# gone there, still in the kernel
	up
	rules_are "1 1"
	ip addr del 10.9.1.50/24 dev eth1
	meta_good ok 10.9.1.50	# gone from the kernel, still there
	up
	rules_are "1 1"
	meta_good
	up
	rules_are "1 0"
	leaves_by 10.9.1.2 eth1
	down_run
	state_is found --routes
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
	mkdir -p $names
	echo "$((table + 1)) somebody" >$names/test.conf
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
	printf '' >"$T_TMP/none.conf"
	up_run --config "$T_TMP/none.conf" >/dev/null
	ours_none "nobody asked for it"
	outside tests/vm/metadata asked >"$T_TMP/asked"
	t_eq "$(grep -c macs/ "$T_TMP/asked" || true)" 0 "ENIs asked for"
}

# ---- NICs that come and go

eth2_is_there() { [[ -e /sys/class/net/eth2 ]]; }
eth2_is_gone() { [[ ! -e /sys/class/net/eth2 ]]; }

plug()
{
	outside nic-add 2
	t_wait_for 60 eth2_is_there
	ip link set eth2 up
	ip addr add 10.9.2.2/24 dev eth2
	ip -6 addr add fd09:2::2/64 dev eth2 nodad
}
unplug()
{
	outside nic-del 2
	t_wait_for 60 eth2_is_gone
}

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
t_case eni.up.what_comes_from_an_address_leaves_by_its_nic routes_by_source
t_case eni.up.again_changes_nothing second_up_changes_nothing
t_case eni.down.gives_back_exactly down_gives_back
t_case eni.up.for_a_time_is_undone undone_in_time
t_case eni.up.killed_anywhere_is_given_back killed_anywhere
t_case eni.metadata.not_cut_off metadata_stays_reachable
t_case eni.metadata.token_only works_in_mode token-only
t_case eni.metadata.plain_only works_in_mode plain-only
t_case eni.metadata.never_asked_for_a_credential only_these_words
for mode in $bad_modes nobody; do
	t_case "eni.metadata.not_wiped_by_$mode" not_wiped "$mode"
done
for mode in $bad_modes; do
	t_case "eni.metadata.nothing_added_by_$mode" nothing_added "$mode"
done
t_case eni.metadata.half_an_answer_is_none half_an_answer
t_case eni.metadata.not_two_nics_with_one_answer same_answers
t_case eni.address.not_before_both_have_it address_not_there_yet
t_case eni.address.comes_and_goes_with_both secondary_comes_and_goes
t_case eni.others.routes_and_rules_stay foreign_stays
t_case eni.others.change_by_hand_stays changed_by_hand
t_case eni.others.no_table_collision tables_of_others
t_case eni.others.conntrack_not_flushed no_conntrack
t_case eni.others.off_unless_asked off_unless_asked
t_case eni.hotplug.nic_comes_and_goes comes_and_goes
t_case eni.hotplug.gone_before_down gone_before_down
t_case eni.hotplug.link_down_removes_no_rule link_down
t_done
