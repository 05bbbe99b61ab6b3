# shellcheck shell=bash disable=SC2154	# $address and so on are those of steer.sh
# Ten of eleven connections come by one lane, and are more than its worker can answer.
# Sourced, behind steer_taker_cases.sh.
# Rule: shares, no times; how long they wait is for tests/bench/steer.sh.

# Of the busiest worker, in percent
worst_share()
{
	client python3 "$net/skew.py" "$address" "$port" 40 440 0 1 | tee "$T_TMP/shares" >&2
	awk 'NR == 1 { print int($2 * 100 / 440) }' "$T_TMP/shares"
}
skews()
{
	local hash lane spilled
	two_cpus
	takers_begin busy
	hash=$(worst_share)
	steer "by = program" "spill = off"
	up >/dev/null
	lane=$(worst_share)
	netlane down >/dev/null
	steer "spill = 2"
	t_match "$(up)" "hash -> program [01],[01] spill 2"
	spilled=$(worst_share)
	echo "worst worker: $hash % by the hash, $lane % by the lane alone, $spilled % with spill = 2"
	((hash <= 60)) || t_fail "the hash itself is not even"
	((lane >= 85)) || t_fail "not skewed: the case shows nothing"
	# what is left above the hash is what worker and client leave each other of two CPUs
	((spilled <= 75)) || t_fail "the lane's worker bears it"
	netlane steer --json --config "$T_TMP/conf" | jq -e '.row[0].group[0].spilled > 0' || t_fail "nothing spilled"
}

skew_cases() { t_once steer.skew.is_not_borne_by_one skews; }
