# shellcheck shell=bash disable=SC2120,SC2119
# ENIs with a metadata service at the other end: what both suites of source
# routing share. Sourced after lib.sh, lanes.sh and scenes.sh.
# Rule: judged by ip, by packets that the other end counts, and by node-state;
# the metadata service is the only thing here that is not real.

# The world behind both gateways, on the other end's lo.
far4=198.51.100.1 far6=2001:db8:ff::1
one="10.9.1.2,fd09:1::2"	# eth1's addresses as the service says them
zero="0=10.9.0.2,fd09::2"
conf=$T_TMP/routes.conf

prepare()
{
	# shellcheck disable=SC2154	# of lanes.sh
	printf '%s[nic *]\nsource_routing = yes\n' "$no_counters" >"$conf"
	# the other suite in this VM may have been here
	outside ip addr replace 100.100.100.200/32 dev lo
	outside ip addr replace "$far4/32" dev lo
	outside ip -6 addr replace "$far6/128" dev lo
	outside sysctl -qw net.ipv4.conf.all.rp_filter=0
	outside --bg metadata tests/vm/metadata serve
	t_at_end outside --stop metadata
	ip -6 route replace default via fd09::1 dev eth0
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

# up - what it says is shown when the case is red
up()
{
	local status=0
	netlane up --config "$conf" "$@" >"$T_TMP/up" 2>&1 || status=$?
	cat "$T_TMP/up"
	((status == 0)) || t_fail "netlane up $*: exit code $status"
}

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
	python3 - "$1" "$far" <<-'END'
		import socket, sys
		family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
		sock = socket.socket(family, socket.SOCK_DGRAM)
		sock.bind((sys.argv[1], 0))
		for i in range(20):
		    sock.sendto(b"x" * 100, (sys.argv[2], 9))
	END
	after=$(outside cat "/sys/class/net/tap$2/statistics/rx_packets")
	((after - before >= 20)) || t_fail "datagrams from $1: tap$2 saw $((after - before)) packets"
}

# ---- a NIC that comes and goes

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
