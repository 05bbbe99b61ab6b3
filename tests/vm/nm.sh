# shellcheck shell=bash disable=SC2034,SC2154	# $vm is lanes.sh's, $pid for suites
# A node whose NICs are NetworkManager's: what it says of them, what files there are,
# and that all of it is as found. Sourced after lib.sh, lanes.sh, scenes.sh and unit.sh.
# Rule: judged by nmcli and node-state; eth1 is the one that a suite asks for.

confd=NetworkManager/conf.d
own_file() { echo "/$1/$confd/90-netlane-$(tr : - </sys/class/net/eth1/address).conf"; }

nm_state() { nmcli -t -f DEVICE,STATE,CONNECTION device | sed -n "s/^$1://p"; }
nm_is() { [[ $(nm_state "$1") == "$2" ]]; }
# At boot the runner sets the addresses: it finds them, "connected (externally)".
nm_has() { [[ $(nm_state "$1") == connected* ]]; }
nm_pid() { systemctl show --property MainPID --value NetworkManager; }
nm_has_both() { nm_is eth0 connected:eth0 && nm_is eth1 connected:eth1; }
has_address() { ip -4 -o addr show dev "$1" | t_finds "inet $2/24 "; }

rules() { ip rule | xargs; }

# A profile each, as an image or cloud-init would make them.
nm_profile()
{
	local file=/etc/NetworkManager/system-connections/$1.nmconnection
	printf '%s\n' "[connection]" "id=$1" "type=ethernet" "interface-name=$1" \
		"[ipv4]" "method=manual" "address1=$2/24" "route1=10.77.${1#eth}.0/24,${2%.2}.1" \
		"route2=10.78.${1#eth}.0/24,${2%.2}.1" "route2_options=table=7${1#eth}" \
		"routing-rule1=priority 500${1#eth} from $2 table 7${1#eth}" "[ipv6]" "method=disabled" >"$file"
	chmod 600 "$file"
}

# NetworkManager runs, and both NICs are its own.
nm_runs()
{
	[[ -e /usr/local/bin/netlane ]] || netlane_install
	systemctl stop netlane
	systemctl reset-failed netlane 2>/dev/null || true
	configure ""
	if [[ $(systemctl is-active NetworkManager || true) != active ]]; then
		nm_profile eth0 10.9.0.2
		nm_profile eth1 10.9.1.2
		systemctl enable --now NetworkManager
		nmcli connection up eth0
		nmcli connection up eth1
	fi
	scene_leave
	t_wait_for 60 nm_has_both
	state_take found --quick
	routes_of_eth1 >"$T_TMP/routes"
	grep -q 10.77.1.0/24 "$T_TMP/routes"
	t_match "$(rules)" "500[01]:.* 5001:.*from 10.9.1.2 lookup 71"
	pid=$(nm_pid)
}

# The state of NetworkManager's files, as they were found.
files_only() { grep '^nm \|^file .*NetworkManager'; }
files_are_found()
{
	"$vm/node-state" --quick | files_only >"$T_TMP/files"
	files_only <"$T_TMP/state.found" | diff - "$T_TMP/files"
}

# Of all its tables; IPv6 is the kernel's again when NetworkManager has let go.
routes_of_eth1() { "$vm/node-state" --routes | grep '^ip4.* eth1'; }

let_go()
{
	is_left
	routes_of_eth1 | diff "$T_TMP/routes" -
}
is_left()
{
	t_eq "$(nm_state eth1)" unmanaged: "eth1 in NetworkManager"
	nm_has eth0 || t_fail "eth0 is $(nm_state eth0)"
	has_address eth1 10.9.1.2 || t_fail "eth1 lost its address: $(ip addr show dev eth1)"
	t_eq "$(nm_pid)" "$pid" "the process of NetworkManager"
}

# NetworkManager chooses it anew each time that it sets a NIC up.
but_metric() { sed 's/ metric [0-9]*//'; }
given_back()
{
	files_are_found
	t_wait_for 60 nm_has_both
	diff <(but_metric <"$T_TMP/routes") <(routes_of_eth1 | but_metric)
	t_eq "$(nm_pid)" "$pid" "the process of NetworkManager"
}
