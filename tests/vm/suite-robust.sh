#!/bin/bash
# What an owner of production nodes is afraid of: lost data, bad input, a
# kernel or a disk that refuses, a NIC that goes away in the middle.
# Rule: after every refusal the node is as it was, and the reason was said on
# stderr with the exit code that DESIGN.md names.
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
journal=/var/lib/netlane

scene incumbent	incumbent "eth0=0,1,2,3" "eth0"
scene crossed	crossed "eth0=0,1,2,3" "eth0"

# fresh [SCENE] - a crooked node, the incumbent's; the next one starts anew
fresh()
{
	reach "${1:-incumbent}" crooked
	rm -f "$T_TMP/at"
}

# refused CODE REGEX COMMAND... - fails so, says so, and the node is as it was
refused()
{
	local code=$1 regex=$2 status=0
	shift 2
	"$@" >"$T_TMP/stdout" 2>"$T_TMP/stderr" || status=$?
	t_eq "$status" "$code" "exit code of $* ($(<"$T_TMP/stderr"))"
	t_match "$(<"$T_TMP/stderr")" "$regex" "stderr of $*"
	state_is found --quick
}

# ---- one long connection

# shellcheck disable=SC2016	# for the shell outside
client='d=$(mktemp -d); tests/vm/stream "$d" 10.9.0.2 7777; cat "$d/sent" "$d/got"; rm -rf "$d"'

stream_begin()
{
	served=$(mktemp -d)
	t_at_end "rm -rf $served"
	"$vm/stream" "$served" listen 7777 &
	server=$!
	t_wait_for 10 server_listens
	outside --bg stream bash -c "$client"
	t_at_end "kill $server 2>/dev/null || true"
	t_wait_for 10 stream_flows 0
}

server_listens() { ss -Hltn 'sport = 7777' | t_finds 7777; }
bytes_acked() { ss -Htin 'sport = 7777' | sed -n 's/.*bytes_received:\([0-9]*\).*/\1/p'; }
stream_flows() { local got; got=$(bytes_acked); [[ $got ]] && ((got > $1)); }

# stream_still_flows - it goes on after what just happened
stream_still_flows()
{
	local now
	now=$(bytes_acked)
	t_wait_for 20 stream_flows "$now"
}

stream_end()
{
	local said
	: >"$served/stop"
	wait "$server"
	said=$(outside --wait stream)
	t_eq "$(<"$served/got")" "$(sed -n 1p <<<"$said")" "sum of what came from outside"
	t_eq "$(sed -n 2p <<<"$said")" "$(<"$served/sent")" "sum of what went outside"
}

connection_loses_nothing()
{
	fresh
	stream_begin
	up_run eth0
	stream_still_flows
	down_run
	stream_still_flows
	killed_up eth0
	stream_still_flows
	down_run
	stream_still_flows
	stream_end
	state_is found --quick
}

# killed_up ARGS - kill -9 at its eighth step or so
killed_up()
{
	local status=0
	NETLANE_FAULT=kill@15 bash -c '"$@"; exit $?' - "$here/../../build/netlane-fault" up "$@" \
		>/dev/null 2>&1 || status=$?
	t_eq "$status" 137 "exit code of an up that is killed"
}

# ---- bad input

config_refused()	# REGEX LINE...
{
	local regex=$1
	shift
	printf '%s\n' "$@" >"$T_TMP/bad.conf"
	refused 1 "bad.conf:$regex" netlane up --config "$T_TMP/bad.conf"
}

broken_configuration()
{
	fresh
	config_refused "2: .*mood" "[netlane]" "mood = hold"
	config_refused "2: .*'?sometimes.*observe.*hold" "[netlane]" "mode = sometimes"
	config_refused "3: .*lots" "[nic eth0]" "# a comment" "channels = lots"
	config_refused "[12]: .*nics" "[nics eth0]" "manage = no"
	config_refused "2: .*99" "[nic eth0]" "cpus = 0,1,2,99"
	refused 1 "no-such.conf" netlane up --config "$T_TMP/no-such.conf"
}

no_such_nic()
{
	fresh
	refused 1 "eth9.*eth0, eth1" netlane up eth9
}

wrong_usage()
{
	fresh
	refused 2 "unknown option '--frobnicate'" netlane up --frobnicate
	refused 2 "no command .frobnicate" netlane frobnicate
	refused 2 "confirm.*0" netlane up --confirm 0
	refused 2 "exclude" netlane up --confirm 60 --for 60
}

control_bytes_are_escaped()
{
	local text
	fresh
	refused 1 "no NIC" netlane up $'eth\e[31m0\n'
	text=$(tr -d '\n' <"$T_TMP/stderr")
	[[ $text != *[[:cntrl:]]* ]] || t_fail "control bytes reach the terminal: $text"
}

not_root()
{
	local user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	fresh
	t_match "$("${user[@]}" netlane)" "lanes.*eth0" "the first screen without root"
	t_match "$("${user[@]}" netlane plan)" "eth0" "the plan without root"
	refused 1 "root" "${user[@]}" netlane up
	refused 1 "root" "${user[@]}" netlane down
}

# ---- a kernel or a disk that refuses

# apart COMMANDS - in a mount namespace of its own
apart() { unshare -m bash -ec "$1"; }

# With a change of the channels before it, which needs no file below /sys.
read_only_sys()
{
	fresh
	refused 1 "[Rr]ead-only" apart "mount -o bind,ro /sys /sys; netlane up eth0"
}

read_only_proc()
{
	fresh crossed
	refused 1 "[Rr]ead-only" apart "mount -o bind,ro /proc /proc; netlane up eth0"
}

full_disk()
{
	fresh
	mkdir -p "$journal"
	refused 1 "[Nn]o space" apart "
		mount -t tmpfs -o size=16k small $journal
		head -c 1M /dev/zero >$journal/full 2>/dev/null || true
		netlane up eth0"
	rm -rf "$journal"
}

read_only_disk()
{
	fresh
	mkdir -p "$journal"
	refused 1 "[Rr]ead-only" apart "mount -t tmpfs -o ro small $journal; netlane up eth0"
	rm -rf "$journal"
}

corrupt_journal()
{
	local file
	fresh
	up_run eth0
	state_take found --quick
	file=$(grep -lrE '^[0-9a-f]{8} \{' "$journal" | head -n 1)
	# A byte in the middle, which no torn write explains.
	printf '#' | dd of="$file" bs=1 seek=$(($(stat -c %s "$file") / 2)) conv=notrunc status=none
	refused 1 "${file##*/}.*[0-9]" netlane down
	t_match "$(<"$T_TMP/stderr")" "salvage" "what to do about it"
	refused 1 "${file##*/}.*[0-9]" netlane up eth0
	netlane down --salvage
	t_match "$(netlane down)" "nothing"
	rm -rf "$journal"
}

no_btf()
{
	fresh
	apart "mount -t tmpfs none /sys/kernel/btf; netlane up eth0"
	knobs_are eth0 0 1 2 3
	down_run
	state_is found --quick
}

# ---- the middle of an up

# held_up LINES ARGS... - an up that nobody reads any more after it has said so
# many lines about its steps: its stdout is a pipe with only so much room left.
held_up()
{
	local gate=$T_TMP/gate room=$((50 * $1))
	rm -f "$gate"
	mkfifo "$gate"
	exec {gate_fd}<>"$gate"
	head -c $((65536 - room)) /dev/zero >&"$gate_fd"
	netlane up "${@:2}" >"$gate" 2>"$T_TMP/stderr" &
	held=$!
	t_at_end "kill -9 $held 2>/dev/null || true"
	t_wait_for 60 is_held
}

is_held() { grep -qs pipe_write "/proc/$held/wchan"; }

# held_go - reads the rest, and sets status to what the up ended with
held_go()
{
	tr -d '\0' <"$T_TMP/gate" >"$T_TMP/stdout" &
	exec {gate_fd}>&-
	status=0
	wait "$held" || status=$?
}

second_up_is_told()
{
	local status second=0
	fresh crossed
	held_up 3 eth0
	netlane up eth0 >"$T_TMP/second" 2>&1 || second=$?
	held_go
	t_eq "$second" 1 "exit code of the second up"
	t_eq "$status" 0 "exit code of the first up ($(<"$T_TMP/stderr"))"
	t_match "$(<"$T_TMP/second")" "$held" "the pid that is at work"
	knobs_are eth0 0 1 2 3
	down_run
	state_is found --quick
}

nic_back()
{
	local virtio=$1
	[[ -e /sys/class/net/eth1 ]] || echo "$virtio" >/sys/bus/virtio/drivers/virtio_net/bind
	t_wait_for 10 test -e /sys/class/net/eth1
	grep 'eth1' /run/vm/nics | ip -batch -
}

nic_vanishes()
{
	local virtio status
	fresh
	virtio=$(virtio_of eth1)
	"$vm/perturb" crossed eth1
	state_take found --quick
	held_up 3 eth1
	t_at_end "nic_back $virtio"
	echo "$virtio" >/sys/bus/virtio/drivers/virtio_net/unbind
	held_go
	t_eq "$status" 1 "exit code of an up whose NIC is gone"
	t_match "$(<"$T_TMP/stderr")" "0000:00:11.0 is not on this node" "what it says"
	netlane down
	t_match "$(netlane down)" "nothing"
	# The other NIC, and the node, are as they were.
	"$vm/node-state" --quick | grep -v '00:11' >"$T_TMP/now"
	grep -v '00:11' "$T_TMP/state.found" | diff - "$T_TMP/now"
}

# ---- consent

blip_is_announced()
{
	fresh
	t_match "$(netlane plan eth0 2>/dev/null || netlane plan)" "blip" "the plan of a channel change"
	ip route add default via 10.9.0.1 dev eth0
	t_at_end ip route del default
	state_take found --quick
	refused 1 "confirm" netlane up eth0
	up_run --confirm 60 eth0
	knobs_are eth0 0 1 2 3
	down_run
	state_is found --quick
}

t_case robust.long_connection.loses_nothing connection_loses_nothing
t_case robust.no_btf.lanes_work no_btf
t_case robust.default_route.blip_needs_consent blip_is_announced
t_case robust.nic_vanishes_during_up.is_said nic_vanishes
t_once robust.broken_configuration.changes_nothing broken_configuration
t_once robust.no_such_nic.is_said no_such_nic
t_once robust.wrong_usage.is_two wrong_usage
t_once robust.control_bytes.are_escaped control_bytes_are_escaped
t_once robust.without_root.looks_but_changes_nothing not_root
t_once robust.read_only_sys.changes_nothing read_only_sys
t_once robust.read_only_proc.changes_nothing read_only_proc
t_once robust.full_disk.changes_nothing full_disk
t_once robust.read_only_disk.changes_nothing read_only_disk
t_once robust.corrupt_journal.is_said_and_salvaged corrupt_journal
t_once robust.two_ups_at_once.second_is_told second_up_is_told
t_done
