#!/bin/bash
# Source routing with a metadata service that fails in every way that users of
# other tools have seen: no bad answer takes anything away or adds anything.
# Rule: as in eni.sh.
#
# vm: kernels=6.1 cpus=2 nics=2 queues=1 spare-nics=1 qmp=yes
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
	. "$here/eni.sh"
}
t_setup without_counters

# Every way to fail. "nobody" has no service at all.
bad_modes="late slow empty 404 403 500 garbage huge cut redirect"

metadata_stays_reachable()
{
	local from
	fresh
	for from in 10.9.0.2 10.9.1.2; do leaves_by "$from" eth0 100.100.100.200; done
	up
	for from in 10.9.0.2 10.9.1.2; do leaves_by "$from" eth0 100.100.100.200; done
	t_match "$(ip route get 100.100.100.200)" "dev eth0 "
	t_eq "$(curl -sf --noproxy '*' --max-time 10 http://100.100.100.200/latest/meta-data/instance-id)" i-test
	t_eq "$(curl -sf --noproxy '*' --max-time 10 --interface 10.9.1.2 \
		http://100.100.100.200/latest/meta-data/instance-id)" i-test
}

works_in_mode() { fresh; meta_good "$1"; up; rules_are "1 0"; }

# What the service said is good for so long from now, whatever this machine's speed.
answer_lasts()	# MS
{
	local now
	now=$(awk '{ print int($1 * 1000) }' /proc/uptime)
	sed -i "s/\"until_boot_ms\": *[0-9]*/\"until_boot_ms\": $((now + $1))/" /run/netlane/enis
	grep -q "\"until_boot_ms\": $((now + $1))" /run/netlane/enis || t_fail "no time in the answer kept"
}
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
	answer_lasts 5900
	netlane plan --config "$conf" >/dev/null
	t_eq "$(outside tests/vm/metadata asked | grep -c macs/ || true)" 0 "paths asked while it is fresh"
	answer_lasts -1
	netlane plan --config "$conf" >/dev/null
	outside tests/vm/metadata asked | t_finds macs/ || t_fail "a stale answer was believed"
}

# An address that the kernel lost and only a good answer may take the rule of.
# What one mode left standing is what the next one finds.
two_addresses()
{
	if [[ -e $T_TMP/two ]]; then return; fi
	fresh
	ip addr add 10.9.1.50/24 dev eth1
	meta_good ok 10.9.1.50
	up
	rules_are "1 1"
	ip addr del 10.9.1.50/24 dev eth1
	ours_take
	: >"$T_TMP/two"
}

not_wiped()	# MODE
{
	two_addresses
	if [[ $1 == nobody ]]; then
		rm -f /run/netlane/enis
		outside --stop metadata
		t_at_end outside --bg metadata tests/vm/metadata serve
	else
		meta "$1" "$zero" "1=$one"
	fi
	up
	ours_stay "mode $1 changed what stood"
}

good_answer_takes()
{
	two_addresses
	rm "$T_TMP/two"
	t_wait_for 30 meta_good
	up
	rules_are "1 0"
}

nothing_stands()
{
	if [[ -e $T_TMP/nothing ]]; then return; fi
	fresh
	: >"$T_TMP/nothing"
}

nothing_added()	# MODE
{
	nothing_stands
	meta_good "$1"
	up
	ours_none "mode $1"
	t_match "$(<"$T_TMP/up")" "note: eth1: the metadata service"
}

# Each word once, each in another way; that no word may miss is the unit tests'.
half_an_answer()
{
	local words=(macs/ primary-ip-address private-ipv4s gateway vswitch-cidr-block ipv6s)
	local modes=(empty garbage 403) i
	fresh
	up
	ours_take
	for i in "${!words[@]}"; do
		# an ENI without IPv6 says nothing there: ipv6s is the one that is 403
		meta_good "ok-but=${words[i]},${modes[i % 3]}"
		up
		ours_stay "${words[i]} is ${modes[i % 3]}: changed what stood"
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

t_setup prepare
t_case eni.metadata.not_cut_off metadata_stays_reachable
t_case eni.metadata.token_only works_in_mode token-only
t_case eni.metadata.plain_only works_in_mode plain-only
t_case eni.metadata.never_asked_for_a_credential only_these_words
for mode in $bad_modes nobody; do
	t_case "eni.metadata.not_wiped_by_$mode" not_wiped "$mode"
done
t_case eni.metadata.good_answer_takes_what_is_gone good_answer_takes
for mode in $bad_modes; do
	t_case "eni.metadata.nothing_added_by_$mode" nothing_added "$mode"
done
t_case eni.metadata.half_an_answer_is_none half_an_answer
t_case eni.metadata.not_two_nics_with_one_answer same_answers
t_case eni.address.not_before_both_have_it address_not_there_yet
t_case eni.address.comes_and_goes_with_both secondary_comes_and_goes
t_done
