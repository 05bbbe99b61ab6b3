# shellcheck shell=bash disable=SC2154	# $address and so on are those of steer.sh
# Servers without an epoll set: their workers block in accept(), or wait in a way that
# shows nobody for what. Sourced, behind steer_cases.sh.
# Rule: every worker has every socket open, so that only what it does tells which is its.

takers_begin()	# HOW
{
	rm -f "$T_TMP"/takes*
	until_end "$b" python3 "$net/taker.py" "$T_TMP/takes" "$1" "$address" "$port" 0 1
	t_wait_for 20 test -e "$T_TMP/takes0"
	t_wait_for 20 test -e "$T_TMP/takes1"
	t_wait_for 20 answers
}

blocks_in_accept()
{
	two_cpus
	takers_begin accept
	(($(locality) < 85)) || t_fail "the hash itself is local"
	steer "by = program"
	t_match "$(up)" "steer $address:$port +hash -> program [01],[01] "
	is_local || t_fail "not local"
	netlane steer --config "$T_TMP/conf" | t_finds -E "for CPU 0 +python3 \(pid [0-9]+\) on 0"
	t_match "$(netlane down)" "given back: 1 restored"
	t_wait_for 10 no_program
}

# Nothing shows whose a socket is before connections were accepted and counted; then it does.
is_seen_to_accept()
{
	local said
	two_cpus
	takers_begin poll
	steer "by = program"
	sed -i 's/^counters = no/counters = yes/' "$T_TMP/conf"
	said=$(up)
	t_match "$said" "no thread was seen to take from socket [12] of 2"
	inside sh -c 'ls /sys/fs/bpf/netlane/abi-*/link_tcp_accepted*' >/dev/null 2>&1 ||
		t_skip "this kernel has no hook for accept()"
	(($(locality) < 85)) || t_fail "the hash itself is local"
	said=$(up)
	t_match "$said" "steer $address:$port +hash -> program [01],[01] "
	is_local || t_fail "not local"
	t_match "$(netlane down)" "given back: 1 restored"
	t_wait_for 10 no_program
}

taker_cases()
{
	t_case steer.accept.is_local blocks_in_accept
	t_case steer.accept.is_seen_to_be_whose is_seen_to_accept
}
