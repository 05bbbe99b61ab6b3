#!/bin/bash
# Another version of netlane comes, with another LANE_ABI, and goes again: what
# it finds pinned is never read and is taken away, counting begins anew, readers
# of the other version go on or say so, and either one's down leaves nothing.
# Rule: the other version is build/netlane-next, which differs from netlane in
# that number alone; pins and programs are looked at with ls and bpftool.
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
next=$here/../../build/netlane-next
next_abi=abi-1000
this_abi=abi-$(awk '$2 == "LANE_ABI" && NF == 3 { print $3 }' "$here/../../bpf/abi.h")
prepare() { "$vm/perturb" default,fixed-key eth0; }
t_setup prepare
t_at_end netlane down

send_in() { outside build/tests/known udp 10.9.0.2 9 "$1" 100 >/dev/null; }
received_by() { "$1" stat --json --by cpu | totals rx | cut -f 1; }
programs() { bpftool -j prog show | jq '[.[] | select((.name // "") | startswith("lane_"))] | length'; }
no_programs() { [[ $(programs) == 0 ]]; }
pinned_is() { t_eq "$(ls "$pins")" "$1" "folders of pins"; }

claim_nothing_left()
{
	[[ ! -e $pins ]] || t_fail "left: $(find "$pins")"
	t_wait_for 10 no_programs	# the kernel frees them a little later
}

# comes OLD ITS-FOLDER NEW ITS-FOLDER - up of the one over what the other has pinned
comes()
{
	local many
	"$1" up
	pinned_is "$2"
	send_in 100
	(($(received_by "$1") >= 100)) || t_fail "$(received_by "$1") of 100 packets"
	many=$(programs)
	"$3" up
	pinned_is "$4"
	(($(received_by "$3") < 100)) || t_fail "the other version's packets were taken over"
	t_wait_for 10 programs_are "$many"
	send_in 50
	(($(received_by "$3") >= 50)) || t_fail "$(received_by "$3") of 50 packets"
}
programs_are() { [[ $(programs) == "$1" ]]; }

upgrade()
{
	comes netlane "$this_abi" "$next" "$next_abi"
	"$next" down
	claim_nothing_left
}

downgrade()
{
	comes "$next" "$next_abi" netlane "$this_abi"
	netlane down
	claim_nothing_left
}

# The one that is not at work is asked to give back what the other made.
down_of_the_other()
{
	netlane up
	"$next" down
	claim_nothing_left
	"$next" up
	netlane down
	claim_nothing_left
}

# A reader of the old version while the new one comes: it counts on its own from
# then on, all of what is sent, and leaves nothing when it ends.
reader_goes_on()
{
	local reader lines
	netlane up
	netlane stat 1 --json --by cpu >"$T_TMP/lines" 2>"$T_TMP/err" &
	reader=$!
	t_at_end "kill $reader 2>/dev/null || :"
	t_wait_for 10 lines_are 2
	"$next" up
	lines=$(wc -l <"$T_TMP/lines")
	t_wait_for 15 lines_are $((lines + 2))
	lines=$(wc -l <"$T_TMP/lines")
	send_in 200
	t_wait_for 15 lines_are $((lines + 3))
	(($(jq -s ".[$lines:] | map(.total.counts.rx.packets) | add" "$T_TMP/lines") >= 200)) ||
		t_fail "of 200 packets: $(jq -c '.total.counts.rx.packets' "$T_TMP/lines" | xargs)"
	pinned_is "$next_abi"
	kill "$reader"
	wait "$reader" || true
	t_eq "$(cat "$T_TMP/err")" "" "what the reader said"
	(($(received_by "$next") >= 200)) || t_fail "$(received_by "$next") of 200 packets"
	"$next" down
	claim_nothing_left
}
lines_are() { (($(wc -l <"$T_TMP/lines") >= $1)); }

# A reader of the new version before its up: it reads nothing of the old one's
# and takes nothing away from it.
reader_comes_first()
{
	local id
	netlane up
	id=$(info_id)
	send_in 100
	t_eq "$("$next" stat 1 1 --json --by cpu | totals rx | cut -f 4)" 0 "packets of no queue"
	(($("$next" stat 1 1 --json --by cpu | totals rx | cut -f 1) < 100)) || t_fail "read of the old maps"
	t_match "$("$next")" "now *counted by another version of netlane" "the first screen"
	t_match "$("$next" status)" "now *counted by another version of netlane" "status"
	pinned_is "$this_abi"
	t_eq "$(info_id)" "$id" "the old version's map"
	(($(received_by netlane) >= 100)) || t_fail "the old version's counters fell"
	netlane down
	claim_nothing_left
}
info_id() { bpftool -j map show pinned "$pins/$this_abi/lane_info" | jq .id; }

# The package is replaced below a service that dies: the new one counts anew.
service_is_replaced()
{
	timeout 60 netlane run >"$T_TMP/old" 2>&1 &
	t_wait_for 15 grep -q 'mode observe' "$T_TMP/old"
	pinned_is "$this_abi"
	send_in 100
	kill -9 "$(cat /run/netlane/run.pid)"
	wait $! || true
	timeout 60 "$next" run >"$T_TMP/new" 2>&1 &
	t_wait_for 15 grep -q 'mode observe' "$T_TMP/new"
	pinned_is "$next_abi"
	(($(received_by "$next") < 100)) || t_fail "the other version's packets were taken over"
	send_in 50
	(($(received_by "$next") >= 50)) || t_fail "nothing is counted any more"
	kill -9 "$(cat /run/netlane/run.pid)"
	wait $! || true
	"$next" down
	claim_nothing_left
}

# Killed between its folder's place and the removal of the other's: the next up
# goes on with its counters, and removes what was left.
cut_short()
{
	local id
	netlane up
	id=$(info_id)
	mkdir "$pins/$next_abi"
	bpftool map create "$pins/$next_abi/lane_rx" type array key 4 value 8 entries 4 name lane_rx
	netlane up
	pinned_is "$this_abi"
	t_eq "$(info_id)" "$id" "the map that counts"
	netlane down
	claim_nothing_left
}

t_case upgrade.up.counts_anew			upgrade
t_once upgrade.older_up.counts_anew		downgrade
t_case upgrade.down.gives_back_the_others	down_of_the_other
t_once upgrade.old_reader.goes_on		reader_goes_on
t_once upgrade.new_reader.reads_nothing_old	reader_comes_first
t_once upgrade.service.is_replaced		service_is_replaced
t_once upgrade.cut_short.is_swept		cut_short
t_done
