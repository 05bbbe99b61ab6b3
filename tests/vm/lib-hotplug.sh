# shellcheck shell=bash disable=SC2154,SC2034
# NICs that come and go while the VM runs, for --qmp.
# Rule: a NIC plugged in later is described by the same words as one at boot.

# hotplug_ports - a root port for each NIC, plugged in or spare.
hotplug_ports()
{
	local i
	[[ $opt_qmp == 1 ]] || return
	qemu+=(-qmp "unix:$run_dir/qmp.sock,server=on,wait=off")
	for ((i = 0; i < opt_nics + opt_spare_nics; i++)); do
		qemu+=(-device "$(printf 'pcie-root-port,id=port%d,chassis=%d,addr=0x%x' "$i" $((i + 1)) $((16 + i)))")
	done
}

# nic_place NIC - where it sits: behind its port, or as a fixed slot.
nic_place()
{
	if [[ $opt_qmp == 1 ]]; then
		echo "bus=port$1"
	else
		printf 'addr=0x%x' $((16 + $1))
	fi
}

# monitor_says LINE - for the human's monitor, which takes qemu's own words.
# It answers nothing when all is well.
monitor_says()
{
	local answer
	answer=$("$here/qmp" "$run_dir/qmp.sock" \
		"{\"execute\": \"human-monitor-command\", \"arguments\": {\"command-line\": \"$1\"}}") || return
	[[ $answer == '""' ]] && return
	echo "the monitor says: $answer" >&2
	return 1
}

nic_is_plugged()
{
	"$here/qmp" "$run_dir/qmp.sock" \
		'{"execute": "qom-list", "arguments": {"path": "/machine/peripheral"}}' |
		grep -q "\"nic$1\""
}

nic_add()
{
	monitor_says "netdev_add $(nic_netdev "$1")" &&
		monitor_says "device_add $(nic_device "$1")"
}

# nic_del - the guest has to let go, which takes it some time.
nic_del()
{
	local tries
	monitor_says "device_del nic$1" || return
	for ((tries = 0; tries < 300; tries++)); do
		if ! nic_is_plugged "$1"; then
			monitor_says "netdev_del net$1"
			return
		fi
		sleep 0.1
	done
	echo "the guest has not let go of NIC $1 within 30 s" >&2
	return 1
}

# outside_nic ID VERB NIC - answers `outside nic-add I` and `nic-del I`.
outside_nic()
{
	local id=$1 verb=$2 nic=${3:-}
	if [[ $opt_qmp != 1 ]]; then
		outside_refuse "$id" "$verb: this VM was started without --qmp"
	elif [[ ! $nic =~ ^[0-9]+$ ]] || ((nic >= opt_nics + opt_spare_nics)); then
		outside_refuse "$id" "$verb $nic: there are NICs 0 to $((opt_nics + opt_spare_nics - 1)) (--nics, --spare-nics)"
	else
		"${verb//-/_}" "$nic" >"$share/outside/$id.out" 2>"$share/outside/$id.err"
		outside_reply "$id" $?
	fi
}
