#!/bin/bash
# Counting as a thing that is kept: what goes on and what begins anew, what is
# found on the right CPU, and that nothing of it is left behind.
# Rule: pins and programs are looked at with ls and bpftool, delays are made by
# a program of the tests, place is given by RPS masks that are written by hand.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=4 nics=1 queues=4 outside=yes mem=1024 boot=counting
# vm: timeout=600

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/lanes.sh"
	. "$here/counted.sh"
}

pins=/sys/fs/bpf/netlane
abi=abi-$(awk '$2 == "LANE_ABI" && NF == 3 { print $3 }' "$here/../../bpf/abi.h")
prepare() { "$vm/perturb" default,fixed-key eth0; }
t_setup prepare
t_at_end netlane down

read_all() { netlane stat --json --by cpu; }
received() { read_all | totals rx | cut -f 1; }
info_id() { bpftool -j map show pinned "$pins/$abi"/lane_info | jq .id; }
send_in() { outside build/tests/known udp 10.9.0.2 9 "$1" 100 >/dev/null; }

claim_nothing_left()
{
	[[ ! -e $pins ]] || t_fail "left: $(find "$pins")"
	t_wait_for 10 no_programs	# the kernel frees them a little later
}
no_programs() { [[ $(bpftool prog show) != *lane_* ]]; }

goes_on()
{
	local id before
	netlane up
	send_in 50
	id=$(info_id)
	before=$(received)
	((before >= 50)) || t_fail "$before packets counted of 50"
	netlane up
	t_eq "$(info_id)" "$id" "map after a second up"
	timeout 20 netlane run >"$T_TMP/run" 2>&1 &
	t_wait_for 15 grep -q 'mode observe' "$T_TMP/run"
	kill -9 "$(cat /run/netlane/run.pid)"
	wait $! || true
	t_eq "$(info_id)" "$id" "map after the service came and was killed"
	(($(received) >= before)) || t_fail "counters fell from $before to $(received)"
	send_in 50
	(($(received) >= before + 50)) || t_fail "nothing is counted any more"
	netlane down
	claim_nothing_left
}

# counters = no: what counts goes, the lanes stay; what needs it says why.
counters_no()
{
	local said status=0
	printf '[netlane]\ncounters = no\n' >"$T_TMP/none.conf"
	netlane up
	[[ -e $pins/$abi ]] || t_fail "nothing is counted to begin with"
	netlane up --config "$T_TMP/none.conf"
	claim_nothing_left
	said=$(netlane tcp --events 2>&1) || status=$?
	t_match "$status $said" "^[1-4] .*counters = no"
	netlane up
	[[ -e $pins/$abi ]] || t_fail "nothing is counted again"
	netlane down
	claim_nothing_left
}

two_readers()
{
	local one two
	netlane up
	send_in 30
	one=$(read_all | totals rx)
	two=$(read_all | totals rx)
	t_eq "$two" "$one" "the second reader's numbers"
	netlane down
}

# What another version left there: taken for nothing, and taken away.
other_version()
{
	mkdir -p "$pins"/abi-0 "$pins/$abi"
	bpftool map create "$pins"/abi-0/lane_rx type array key 4 value 8 entries 4 name lane_rx
	bpftool map create "$pins/$abi"/lane_info type array key 4 value 32 entries 1 name lane_info
	bpftool map create "$pins/$abi"/lane_rx type array key 4 value 8 entries 4 name lane_rx
	# a reader counts on its own, from nothing
	t_eq "$(netlane stat 1 1 --json --nic eth0 | totals rx | cut -f 4)" 0 "packets of no queue"
	[[ -e $pins/abi-0/lane_rx ]] || t_fail "a reader removed pins"
	netlane up
	[[ ! -e $pins/abi-0 ]] || t_fail "the older version's pins are still there"
	t_eq "$(bpftool -j map show pinned "$pins/$abi"/lane_rx | jq .bytes_value)" 32 "bytes of a value"
	netlane down
	claim_nothing_left
}

killed_loader()
{
	mkdir -p "$pins"/new
	bpftool map create "$pins"/new/lane_rx type array key 4 value 8 entries 4 name lane_rx
	netlane up
	t_eq "$(ls "$pins")" "$abi" "folders"
	mkdir "$pins"/new
	netlane down
	claim_nothing_left
}

# A reader that looks while up and down come and go.
reader_survives()
{
	netlane up
	netlane stat 1 8 --json >"$T_TMP/lines" 2>&1 &
	t_wait_for 10 lines_are 2
	netlane down
	t_wait_for 10 lines_are 4
	netlane up
	wait $!
	t_eq "$(jq -s length "$T_TMP/lines")" 8 "lines"
	netlane down
	claim_nothing_left
}
lines_are() { (($(grep -c seconds "$T_TMP/lines" || :) >= $1)); }

DELAY_US=12000
DELAYS=20
# late WAITS-FILE CPU - softirqs of that CPU that waited 8.4 ms (2^23 ns) and more
late()
{
	jq -s --argjson cpu "$2" '[.[] | select(.since_load | not) | .rows[] | select(.cpu == $cpu) |
		.counts.wait_log2_ns[23:] | add] | add' "$1"
}

delay_is_found()
{
	local cpu=2 other reader delay made rest=0 until=$((SECONDS + 120))
	netlane up
	netlane stat 1 --json --by cpu >"$T_TMP/waits" &
	reader=$!
	t_at_end "kill $reader 2>/dev/null || :"
	t_wait_for 10 lines_in "$T_TMP/waits" 2
	mkfifo "$T_TMP/in"
	build/tests/delay "$cpu" "$DELAY_US" "$DELAYS" <"$T_TMP/in" >"$T_TMP/delay" 2>&1 &
	delay=$!
	exec 7>"$T_TMP/in"
	t_wait_for 20 grep -q ready "$T_TMP/delay"
	until [[ $(wc -l <"$T_TMP/delay") == 2 ]]; do
		((SECONDS < until)) || break
		# addresses differ by port: all queues get some
		# shellcheck disable=SC2016	# for the shell that runs there
		outside bash -c 'for p in 1 2 3 4 5 6 7 8; do echo x >/dev/udp/10.9.0.2/$((5000 + p)); done' || true
	done
	exec 7>&-
	wait "$delay" || true
	made=$(tail -n 1 "$T_TMP/delay")
	t_wait_for 10 lines_in "$T_TMP/waits" $(($(wc -l <"$T_TMP/waits") + 2))
	kill "$reader"
	wait "$reader" || true
	t_eq "$made" "$DELAYS" "delays made"
	(($(late "$T_TMP/waits" "$cpu") >= DELAYS * 9 / 10)) ||
		t_fail "CPU $cpu: $(late "$T_TMP/waits" "$cpu") late softirqs, $made delays were made"
	for other in 0 1 3; do rest=$((rest + $(late "$T_TMP/waits" "$other"))); done
	((rest * 4 <= DELAYS)) || t_fail "$rest late softirqs on other CPUs"
	netlane down
}
lines_in() { (($(wc -l <"$1") >= $2)); }

# RPS sends packets over, each queue's to the next CPU; without it none cross.
crossings()
{
	local queue before
	printf '[nic eth0]\nmanage = no\n' >"$T_TMP/none.conf"
	for queue in 0 1 2 3; do
		printf '%x' $((1 << ((queue + 1) % 4))) >"/sys/class/net/eth0/queues/rx-$queue/rps_cpus"
	done
	netlane up --config "$T_TMP/none.conf"
	before=$(netlane stat --json --by cpu | jq .total.counts.crossed)
	send_in 100
	t_match "$(netlane stat --json --by cpu | jq ".total.counts.crossed - $before >= 100")" true \
		"100 packets crossed"
	for queue in /sys/class/net/eth0/queues/rx-*/rps_cpus; do echo 0 >"$queue"; done
	netlane up --config "$T_TMP/none.conf"
	[[ ! -e $pins/$abi/link_lane_cross ]] || t_fail "crossings are still watched without RPS"
	t_eq "$(netlane stat --json --by cpu | jq .total.crossed)" null "crossings without RPS"
	netlane down
	claim_nothing_left
}

drops_have_reasons()
{
	local out
	if ! out=$(netlane stat 1 1 --drops --nic eth0 2>&1); then
		t_match "$out" "5.17" "the sentence"
		t_skip "this kernel says no reason of a drop"
	fi
	netlane stat 1 5 --drops --json >"$T_TMP/drops" &
	t_wait_for 10 lines_in "$T_TMP/drops" 1
	send_in 64
	wait $!
	(($(jq -s '[.[] | .dropped.NO_SOCKET // 0] | add' "$T_TMP/drops") >= 64)) ||
		t_fail "$(jq -c .dropped "$T_TMP/drops")"
}

self_is_shown()
{
	netlane up
	t_match "$(netlane stat 1 2 --self)" "netlane itself: BPF [0-9.]* % of one CPU" "the line"
	netlane down
}

now_is_said()
{
	t_match "$(netlane)" "now *not counted" "before up"
	netlane up
	t_match "$(netlane)" "now .* pps in" "the first screen"
	t_match "$(netlane status)" "now .* pps in" "status"
	t_match "$(setpriv --reuid 65534 --clear-groups build/netlane)" "now *reading the counters needs root" "nobody's first screen"
	netlane down
}

wrong_words()
{
	local words status
	while read -r words; do
		status=0
		# shellcheck disable=SC2086	# they are words
		netlane stat $words || status=$?
		t_eq "$status" 2 "exit status of stat $words"
	done <<-'END'
	0
	1 0
	1 2 3
	--by core
	--fields rx
	--fields
	END
}

t_case observe.counters.go_on_over_up_and_kill	goes_on
t_once observe.counters_no.takes_them_out	counters_no
t_once observe.second_reader.sees_the_same	two_readers
t_once observe.other_version.is_never_misread	other_version
t_once observe.killed_loader.leaves_nothing	killed_loader
t_case observe.reader.survives_down_and_up	reader_survives
t_case observe.delay.is_found_on_its_cpu	delay_is_found
t_case observe.crossings.are_counted_with_rps	crossings
t_case observe.drops.have_reasons		drops_have_reasons
t_once observe.own_cost.is_shown		self_is_shown
t_once observe.now.is_said			now_is_said
t_once stat.wrong_words.are_refused		wrong_words
t_done
