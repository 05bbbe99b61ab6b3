#!/bin/bash
# A node where NetworkManager runs: it is left alone unless the configuration
# says otherwise, is told by one file then, lets the NIC go with its address,
# over a reboot too, and has it back after down.
# Rule: whose a NIC is says nmcli, what files there are says node-state; eth1 is
# asked for, eth0 is the control.
#
# vm: kernels=6.1 cpus=2 nics=2 queues=2 systemd=yes mem=1024
# vm: timeout=1500

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/traffic.sh"
	. "$here/lanes.sh"
	. "$here/scenes.sh"
	. "$here/unit.sh"
	. "$here/nm.sh"
}
t_setup without_counters
kept=/var/tmp/netlane-suite	# stays over the reboot

asked() { configure "[netlane]" "sweep = off" "[nic eth1]" "network_manager = unmanaged" "$@"; }

not_asked_nothing()
{
	nm_runs
	up_run
	nm_has_both || t_fail "$(nmcli device)"
	files_are_found
	down_run
	given_back
}

asked_lets_go()
{
	nm_runs
	asked
	netlane plan >"$T_TMP/plan"
	t_match "$(<"$T_TMP/plan")" "network-manager +absent -> unmanaged +\[blip\]" "the plan"
	t_eq "$(netlane facts --json | grep -o '"nm_managed": *"[a-z]*"' | sort | uniq -c | xargs)" \
		"2 nm_managed: yes" "what facts tell of both NICs"
	files_are_found
	up_run
	let_go
	t_eq "$(grep -c "mac:$(</sys/class/net/eth1/address)" "$(own_file etc)")" 1 "lines for eth1"
	# it answers, and by the address that nobody renews now
	ping -c 1 -W 5 -I eth1 10.9.1.1 >/dev/null || t_fail "eth1 is deaf"
	t_match "$(netlane plan)" "already straight|nothing to change|0 changes" "the plan after it"
	netlane up >"$T_TMP/again"
	let_go
	down_run
	given_back
}

# Killed while NetworkManager has taken what the NIC had.
killed_with_the_nic_in_hand()
{
	local status=0 faulty=$here/../../build/netlane-fault
	nm_runs
	asked
	NETLANE_FAULT="kill:with a NIC taken away" bash -c '"$@"; exit $?' - "$faulty" up >"$T_TMP/said" 2>&1 || status=$?
	t_eq "$status" 137 "the one that was killed"
	if has_address eth1 10.9.1.2; then t_fail "nothing was taken: the case shows nothing"; fi
}

# The next one to come puts it back.
killed_gets_it_back()
{
	killed_with_the_nic_in_hand
	netlane up >"$T_TMP/said" 2>&1
	t_match "$(<"$T_TMP/said")" "eth1: what a netlane that was killed had in hand.* is back" "what up says"
	let_go
	[[ ! $(ls /run/netlane/taken-* 2>/dev/null) ]] || t_fail "left: $(ls /run/netlane)"
	down_run
	given_back
}

# Nobody comes but the service.
killed_is_mended_by_the_service()
{
	killed_with_the_nic_in_hand
	configure "[netlane]" "mode = hold" "sweep = off" "[nic eth1]" "network_manager = unmanaged"
	systemctl start netlane
	t_wait_for 60 let_go
	systemctl stop netlane
	given_back
}

# A journal that was lost: its file is netlane's to the byte, so down removes it.
orphan_is_removed()
{
	nm_runs
	asked
	up_run
	rm -rf /var/lib/netlane
	netlane down >"$T_TMP/said" 2>&1
	t_match "$(<"$T_TMP/said")" "leave $(</sys/class/net/eth1/address) alone .* no journal knew" "what down says"
	given_back
}

foreign_is_left()
{
	nm_runs
	asked
	echo "# somebody's" >"$(own_file etc)"
	t_at_end rm -f "$(own_file etc)"
	netlane up >"$T_TMP/said" 2>&1
	t_match "$(<"$T_TMP/said")" "$(own_file etc) is not netlane's" "what up says"
	t_eq "$(<"$(own_file etc)")" "# somebody's" "the file"
	nm_has_both || t_fail "$(nmcli device)"
	down_run
	t_eq "$(<"$(own_file etc)")" "# somebody's" "the file after down"
}

edited_is_left()
{
	nm_runs
	asked
	up_run
	let_go
	echo "# and mine" >>"$(own_file etc)"
	t_at_end rm -f "$(own_file etc)"
	netlane down >"$T_TMP/said" 2>&1
	t_match "$(<"$T_TMP/said")" "network-manager: now foreign $(own_file etc)" "what down says"
	t_match "$(tail -n 1 "$(own_file etc)")" "and mine" "the file"
	rm "$(own_file etc)"
	nmcli general reload conf
	given_back
}

a_time_ends_with_the_boot()
{
	nm_runs
	asked
	netlane up --for 10m
	let_go
	[[ -e $(own_file run) && ! -e $(own_file etc) ]] || t_fail "not in /run alone"
	netlane up
	let_go
	[[ ! -e $(own_file run) && -e $(own_file etc) ]] || t_fail "not in /etc alone"
	down_run
	given_back
	# it may be over before anybody could look: what up read back counts
	netlane up --confirm 5 >"$T_TMP/said"
	t_match "$(<"$T_TMP/said")" "eth1 network-manager +absent -> unmanaged until boot" "what up says"
	t_wait_for 60 files_are_found
	given_back
}

guarded_wants_consent()
{
	nm_runs
	asked
	ip route add default via 10.9.1.1 dev eth1 metric 5
	t_at_end ip route del default via 10.9.1.1 dev eth1 metric 5 '2>/dev/null' '||' true
	if netlane up >"$T_TMP/said" 2>&1; then t_fail "it went without asking"; fi
	t_match "$(<"$T_TMP/said")" "eth1 network-manager may cut it off" "what up says"
	files_are_found
	nm_has_both || t_fail "$(nmcli device)"
	asked "allow_risk = can-cut-off"
	cp "$T_TMP/routes" "$T_TMP/routes.own"
	routes_of_eth1 >"$T_TMP/routes"
	grep -q default "$T_TMP/routes"
	up_run
	let_go
	down_run
	mv "$T_TMP/routes.own" "$T_TMP/routes"	# NetworkManager begins anew with its own
	given_back
}

# What else says of the same NIC wins, and then nothing is left of the attempt.
no_effect_fails()
{
	nm_runs
	asked
	printf '%s\n' "[keyfile]" "unmanaged-devices=none" >"/etc/$confd/99-theirs.conf"
	t_at_end nmcli general reload conf
	t_at_end rm -f "/etc/$confd/99-theirs.conf"
	if netlane up >"$T_TMP/said" 2>&1; then t_fail "it says that it is done"; fi
	t_match "$(<"$T_TMP/said")" "keeps eth1 all the same" "what up says"
	rm "/etc/$confd/99-theirs.conf"
	files_are_found
	nm_has_both || t_fail "$(nmcli device)"
}

not_running_is_said()
{
	nm_runs
	asked
	systemctl stop NetworkManager
	t_at_end systemctl start NetworkManager
	netlane up >"$T_TMP/said" 2>&1
	t_match "$(<"$T_TMP/said")" "NetworkManager does not run" "what up says"
	t_eq "$(systemctl is-active NetworkManager || true)" inactive "NetworkManager"
	systemctl start NetworkManager
	pid=$(nm_pid)
	t_wait_for 60 nm_is eth0 connected:eth0
	let_go
	down_run
	given_back
}

# ---- the service: within its sandbox, and against who removes the file
hold_asked()
{
	configure "[netlane]" "mode = hold" "sweep = off" "[nic eth1]" "network_manager = unmanaged"
	journal_from
	systemctl start netlane
	let_go
}
stands() { cmp -s "$(own_file etc)" "$T_TMP/own"; }

service_holds_and_stop_gives_back()
{
	nm_runs
	hold_asked
	cp "$(own_file etc)" "$T_TMP/own"
	systemctl restart netlane
	let_go
	rm "$(own_file etc)"
	t_wait_for 60 stands
	let_go
	systemctl stop netlane
	given_back
}

removed_again_is_meant()
{
	nm_runs
	hold_asked
	cp "$(own_file etc)" "$T_TMP/own"
	rm "$(own_file etc)"
	t_wait_for 60 stands
	t_wait_for 60 journal_says '^repair eth1 network-manager'
	rm "$(own_file etc)"
	t_wait_for 60 journal_has '^yield  eth1 network-manager'
	[[ ! -e $(own_file etc) ]] || t_fail "it is there again"
	systemctl stop netlane
	nmcli general reload conf
	given_back
}

is_gone() { [[ ! -e $1 ]]; }
nic_with() { grep -lsx "$1" /sys/class/net/*/address | cut -d / -f 5; }
mac_is_unmanaged() { nm_is "$(nic_with "$1")" unmanaged:; }

# Its driver lets go of the device and takes it again: to everybody a NIC that
# leaves and comes, perhaps by another name.
nic_leaves_and_comes()
{
	local mac dev file name
	nm_runs
	mac=$(</sys/class/net/eth1/address)
	dev=$(virtio_of eth1)
	file=$(own_file etc)
	configure "[netlane]" "mode = hold" "sweep = off" "[nic $mac]" "network_manager = unmanaged"
	systemctl start netlane
	let_go
	echo "$dev" >/sys/bus/virtio/drivers/virtio_net/unbind
	t_wait_for 60 is_gone "$file"
	echo "$dev" >/sys/bus/virtio/drivers/virtio_net/bind
	t_wait_for 60 test -e "$file"
	t_wait_for 60 mac_is_unmanaged "$mac"
	systemctl stop netlane
	files_are_found
	name=$(nic_with "$mac")
	if [[ $name != eth1 ]]; then
		ip link set "$name" down
		ip link set "$name" name eth1
	fi
	given_back
}

# ---- over a reboot, by hand, without the service
reboot_with_the_file()
{
	nm_runs
	mkdir -p "$kept"
	cp "$T_TMP/state.found" "$kept/found"
	asked
	up_run
	let_go
	echo 2 >"$kept/part"
}

reboot_keeps_it()
{
	cp "$kept/found" "$T_TMP/state.found"
	t_wait_for 120 nm_has eth0
	pid=$(nm_pid)
	is_left
	t_match "$(netlane status)" "holding 1 change" "status after the reboot"
	netlane down >"$T_TMP/said" 2>&1
	t_match "$(<"$T_TMP/said")" "given back: 1 restored" "what down says"
	files_are_found
	t_wait_for 60 nm_has eth1
	has_address eth1 10.9.1.2 || t_fail "eth1 has no address: $(ip addr show dev eth1)"
}

part=$(cat $kept/part 2>/dev/null || echo 1)
if [[ ${NETLANE_LIST-} || $part == 1 ]]; then
	t_case nm.not_asked.nothing not_asked_nothing
	t_case nm.asked.lets_go asked_lets_go
	t_case nm.killed.next_up_puts_it_back killed_gets_it_back
	t_case nm.killed.service_puts_it_back killed_is_mended_by_the_service
	t_case nm.orphan.is_removed_by_down orphan_is_removed
	t_case nm.foreign.is_left foreign_is_left
	t_case nm.edited.is_left edited_is_left
	t_case nm.a_time.ends_with_the_boot a_time_ends_with_the_boot
	t_case nm.guarded.wants_consent guarded_wants_consent
	t_case nm.no_effect.fails no_effect_fails
	t_case nm.not_running.is_said not_running_is_said
	t_case nm.service.holds_and_stop_gives_back service_holds_and_stop_gives_back
	t_case nm.service.removed_again_is_meant removed_again_is_meant
	t_case nm.service.nic_leaves_and_comes nic_leaves_and_comes
	t_case nm.reboot.leaves_the_file reboot_with_the_file
fi
if [[ ! ${NETLANE_LIST-} && $(cat $kept/part 2>/dev/null) == 2 && $part == 1 ]]; then
	systemctl --no-block reboot
	sleep infinity	# until the reboot ends it
fi
if [[ ${NETLANE_LIST-} || $part == 2 ]]; then
	t_case nm.reboot.keeps_it reboot_keeps_it
fi
t_done
