#!/bin/bash
# What `netlane facts` says of a node is what the usual tools say: fresh, with
# channels, CPUs and masks changed by hand, with routes and logins moved.
# Rule: the other side is ethtool, ip and plain files, put into the same lines
# by this script; nothing of netlane's is asked twice.
#
# vm: kernels=5.10,newest cpus=4 nics=2 queues=4 outside=yes mem=1024
# vm: timeout=900

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
. "$here/../lib.sh"

prepare()
{
	# the first start is slow: everything is read over 9p
	netlane facts --json >/dev/null
	ip addr show eth1 >/dev/null
}
t_setup prepare

# list MASK - "0-2,4": the CPUs of a hex mask of up to 32 CPUs
list()
{
	local bits=$((16#${1##*,})) first last out=''
	for ((first = 0; first < 32; first = last + 1)); do
		last=$first
		((bits >> first & 1)) || continue
		while ((bits >> (last + 1) & 1)); do last=$((last + 1)); done
		out+=,$first
		if ((last > first)); then out+=-$last; fi
	done
	echo "${out#,}"
}

# What a file's mask is; "-" where there is none.
file_list()
{
	local mask
	if mask=$(cat "$1" 2>/dev/null); then list "$mask"; else echo -; fi
}

combined()	# NIC max|now
{
	ethtool -l "$1" | awk -v want="$2" '$1 == "Combined:" { n[++i] = $2 }
		END { print want == "max" ? n[1] : n[2] }'
}

rss_table()	# NIC
{
	ethtool -x "$1" 2>/dev/null |
		awk '/^ *[0-9]+:/ { for (i = 2; i <= NF; i++) printf "%s ", $i } /^RSS/ { exit }'
}

irq_of() { awk -v name="$1" '$NF == name { sub(":", "", $1); print $1 }' /proc/interrupts; }

# The lines of one queue, as facts_lines() makes them.
queue_lines()	# NIC VIRTIO QUEUE
{
	local dir=/sys/class/net/$1/queues side irq
	for side in input output; do
		irq=$(irq_of "$2-$side.$3")
		echo "$1 $3 $side $irq $(<"/proc/irq/$irq/smp_affinity_list")"
	done
	echo "$1 $3 xps $(file_list "$dir/tx-$3/xps_cpus") rxqs $(file_list "$dir/tx-$3/xps_rxqs")"
	echo "$1 $3 rps $(file_list "$dir/rx-$3/rps_cpus")" \
		"$(cat "$dir/rx-$3/rps_flow_cnt" 2>/dev/null || echo 0)"
}

tools_lines()
{
	local nic bus virtio q
	for nic in eth0 eth1; do
		virtio=$(cd -P "/sys/class/net/$nic/device" && echo "${PWD##*/}")
		bus=$(cd -P "/sys/class/net/$nic/device/.." && echo "${PWD##*/}")
		echo "$nic $bus $(<"/sys/class/net/$nic/address")" \
			"$(ethtool -i "$nic" | sed -n 's/^driver: //p')" \
			"$(combined "$nic" max) $(combined "$nic" now)"
		echo "$nic rss $(rss_table "$nic")"
		echo "$nic qdisc $(tc qdisc show dev "$nic" root | awk '{ print $2; exit }')"
		for ((q = 0; q < 4; q++)); do queue_lines "$nic" "$virtio" "$q"; done
	done
	echo "online $(</sys/devices/system/cpu/online)"
}

# The same lines from netlane.
facts_lines()
{
	netlane facts --json | jq -r '
		def none(has): if has then . else "-" end;
		(.nic[] | select(.driver == "virtio_net") | .ifname as $n |
			"\($n) \(.bus) \(.mac) \(.driver) \(.channels.max) \(.channels.now)",
			"\($n) rss \(.rss.table | map("\(.) ") | add // "")",
			"\($n) qdisc \(.qdisc)",
			(.queue[] |
				"\($n) \(.index) input \(.in.number) \(.in.affinity)",
				"\($n) \(.index) output \(.out.number) \(.out.affinity)",
				. as $q | "\($n) \(.index) xps \(.xps | none($q.has_xps)) rxqs \(.xps_rxqs | none($q.has_xps_rxqs))",
				"\($n) \(.index) rps \(.rps | none($q.has_rps)) \(.rps_flow_cnt)")),
		"online \(.cpus.online)"'
}

facts_are_the_tools()
{
	tools_lines >"$T_TMP/tools"
	facts_lines >"$T_TMP/facts"
	diff "$T_TMP/tools" "$T_TMP/facts"
	t_match "$(wc -l <"$T_TMP/facts")" '^39$' "lines"
}

fresh_node() { facts_are_the_tools; }

two_channels()
{
	t_at_end ethtool -L eth0 combined 4
	ethtool -L eth0 combined 2
	facts_are_the_tools
}

cpu_offline()
{
	t_at_end 'echo 1 >/sys/devices/system/cpu/cpu2/online'
	echo 0 >/sys/devices/system/cpu/cpu2/online
	facts_are_the_tools
	t_eq "$(netlane facts --json | jq -c '.cpus.cpu[2] | [.id, .core]')" '[2,-1]'
}

masks_reset()
{
	local f
	echo 0 >/sys/class/net/eth1/queues/tx-2/xps_rxqs
	ethtool -L eth1 combined 2
	ethtool -L eth1 combined 4
	for f in /sys/class/net/eth1/queues/rx-*/rps_{cpus,flow_cnt}; do echo 0 >"$f"; done
	ethtool -X eth1 default 2>/dev/null || :
}

set_by_hand()
{
	local queues=/sys/class/net/eth1/queues virtio
	virtio=$(cd -P /sys/class/net/eth1/device && echo "${PWD##*/}")
	t_at_end masks_reset
	echo b >"$queues/tx-1/xps_cpus"
	echo 5 >"$queues/tx-2/xps_rxqs"
	echo c >"$queues/rx-3/rps_cpus"
	echo 256 >"$queues/rx-3/rps_flow_cnt"
	echo 0-1,3 >"/proc/irq/$(irq_of "$virtio-input.0")/smp_affinity_list"
	ethtool -X eth1 weight 1 0 0 2 2>/dev/null || :	# 5.10 has no table
	facts_are_the_tools
}

counts()	# one number an interrupt of the queues
{
	awk '/virtio[0-9]+-(input|output)\./ && NF > 5 {
		sum = 0; for (i = 2; i <= 5; i++) sum += $i; print $NF, sum }' /proc/interrupts |
		grep -F "$(cd -P /sys/class/net/eth0/device && echo "${PWD##*/}")-" | sort
}

counts_lie_between()
{
	local name now before after
	# shellcheck disable=SC2016	# for the shell that runs there
	outside bash -c 'exec 3>/dev/udp/10.9.0.2/9; for ((i = 0; i < 40; i++)); do echo >&3 || :; done' \
		2>/dev/null
	counts >"$T_TMP/before"
	netlane facts --json | jq -r '.nic[] | select(.ifname == "eth0") | .queue[] |
		"input.\(.index) \(.in.count)", "output.\(.index) \(.out.count)"' |
		sort >"$T_TMP/between"
	counts >"$T_TMP/after"
	t_eq "$(wc -l <"$T_TMP/between")" 8 "interrupts"
	awk '{ sum += $2 } END { exit sum < 1 }' "$T_TMP/between"
	while read -r name now; do
		before=$(awk -v n="-$name" 'substr($1, length($1) - length(n) + 1) == n { print $2 }' "$T_TMP/before")
		after=$(awk -v n="-$name" 'substr($1, length($1) - length(n) + 1) == n { print $2 }' "$T_TMP/after")
		if ((now < before || now > after)); then t_fail "$name: $before $now $after"; fi
	done <"$T_TMP/between"
}

# guarded - the NICs with default route, metadata route and login: "eth0 - eth1"
guarded()
{
	netlane facts --json | jq -r '[.nic[] | select(.driver == "virtio_net")] as $n |
		[["default_route", "metadata_route", "login"][] as $k |
		 [$n[] | select(.[$k]) | .ifname] | join("+") | if . == "" then "-" else . end] |
		join(" ")'
}

routes_name_the_nics()
{
	t_eq "$(guarded)" "- - -"
	t_at_end 'ip route flush default; ip -6 route flush default; ip route flush 100.100.100.200'
	ip route add default via 10.9.1.1 dev eth1
	t_eq "$(guarded)" "eth1 eth1 -"
	ip route add 100.100.100.200 via 10.9.0.1 dev eth0
	t_eq "$(guarded)" "eth1 eth0 -"
	ip -6 route add default via fd09:0::1 dev eth0
	t_eq "$(guarded)" "eth0+eth1 eth0 -"
	ip route del default
	t_eq "$(guarded)" "eth0 eth0 -"
}

policy_routes_count()
{
	t_at_end 'ip route flush table 1001; ip rule del lookup 1001'
	ip route add default via 10.9.1.1 dev eth1 table 1001
	ip rule add from 10.9.1.2 lookup 1001
	t_eq "$(guarded)" "eth1 - -"
}

vlan_guards_its_nic()
{
	t_at_end 'ip link del eth0.7'
	ip link add link eth0 name eth0.7 type vlan id 7
	ip addr add 10.7.0.2/24 dev eth0.7
	ip link set eth0.7 up
	ip route add default via 10.7.0.1 dev eth0.7
	t_eq "$(guarded)" "eth0 eth0 -"
}

listener_start()	# PORT
{
	# a shell at each end, so that the connection stays
	socat "TCP6-LISTEN:$1,fork,reuseaddr,ipv6only=0" "EXEC:sleep 60" &
	t_at_end kill $!
	t_wait_for 10 bash -c "exec 3<>/dev/tcp/127.0.0.1/$1"
}

login_comes_in()	# the login's NIC by now
{
	[[ $(guarded) == *" $1" ]]
}

login_marks_its_nic()
{
	listener_start 22
	t_eq "$(guarded)" "- - -"
	outside bash -c 'exec 3<>/dev/tcp/10.9.1.2/22; exec sleep 60' &
	t_at_end kill $!
	t_wait_for 10 login_comes_in eth1
}

ssh_connection_marks_its_nic()
{
	t_eq "$(guarded)" "- - -"
	t_eq "$(SSH_CONNECTION='10.9.0.1 5 10.9.0.2 22' guarded)" "- - eth0"
	t_eq "$(SSH_CONNECTION='fd09:1::1 5 fd09:1::2 22' guarded)" "- - eth1"
	t_eq "$(SSH_CONNECTION='nonsense' guarded)" "- - -"
}

without_root()
{
	netlane facts --json >"$T_TMP/root.json"
	setpriv --reuid 65534 --regid 65534 --clear-groups netlane facts --json >"$T_TMP/nobody.json"
	local f
	for f in root nobody; do
		jq -S '[.nic[] | .queue |= map(del(.in.count, .in.effective, .out.count, .out.effective))],
			.cpus' "$T_TMP/$f.json" >"$T_TMP/$f"
	done
	diff "$T_TMP/root" "$T_TMP/nobody"
	t_eq "$(jq -r '.cap[] | select(.name == "prog-xdp") | .is' "$T_TMP/nobody.json")" unknown
	t_eq "$(jq -r '.cap[] | select(.name == "prog-xdp") | .is' "$T_TMP/root.json")" yes
}

nic_without_a_sound_name()
{
	odd=$'o$(x)"\e[31m'
	# shellcheck disable=SC2016	# evaluated at the end
	t_at_end 'ip link del "$odd"'
	ip link add "$odd" type dummy
	t_eq "$(netlane facts --json | jq -r '.nic[] | select(.driver == "dummy") | .ifname')" "$odd"
	t_match "$(netlane facts)" 'o[$]\(x\)"\\x1b\[31m  dummy'
}

sysctls_are_the_files()
{
	netlane facts --json | jq -r '.sysctl[] | select(.err == 0) | "\(.name) \(.value)"' \
		>"$T_TMP/facts"
	while read -r name _; do
		echo "$name $(tr '\t' ' ' <"/proc/sys/${name//.//}")"
	done <"$T_TMP/facts" >"$T_TMP/files"
	diff "$T_TMP/files" "$T_TMP/facts"
	t_match "$(wc -l <"$T_TMP/facts")" '^[3-9][0-9]$' "sysctls"
}

t_case facts.fresh_node.equals_the_tools fresh_node
t_case facts.two_channels.equal_the_tools two_channels
t_case facts.cpu_offline.equals_the_tools cpu_offline
t_case facts.set_by_hand.equals_the_tools set_by_hand
t_case facts.counts.lie_between_two_readings counts_lie_between
t_case facts.routes.name_the_nics routes_name_the_nics
t_case facts.policy_routes.count_too policy_routes_count
t_case facts.route_over_vlan.guards_the_nic_below vlan_guards_its_nic
t_case facts.ssh_connection.marks_its_nic ssh_connection_marks_its_nic
t_case facts.without_root.differs_only_in_capabilities without_root
t_case facts.odd_name.is_harmless nic_without_a_sound_name
t_case facts.sysctls.equal_the_files sysctls_are_the_files
# last: what it leaves of connections ends by itself
t_case facts.login.marks_its_nic login_marks_its_nic
t_done
