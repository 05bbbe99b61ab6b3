# shellcheck shell=bash disable=SC2154	# $address and so on are those of steer.sh
# Steering of UDP. Sourced, behind steer.sh.
# Rule: which worker got a datagram, and what its socket is meant for, is what the worker
# answers.

# udp_begin HOW - as udper.py's serve
udp_begin()
{
	ip netns exec "$b" python3 "$net/udper.py" serve "$1" "$address" "$port" 0 1 &
	udp=$!
	t_at_end udp_end
	t_wait_for 20 udp_answers
}
udp_end()
{
	[[ -n $udp ]] || return 0
	kill "$udp"
	wait "$udp" || :
	udp=
}
udp_answers() { udp_tally 1 >/dev/null 2>&1; }
udp_tally() { client python3 "$net/udper.py" tally "$address" "$port" "$1" 0 1; }
# Of a hundred datagrams, how many came to the worker of the CPU that sent, and so received.
udp_locality() { udp_tally 40 | awk '{ all += $4; good += $4 * ($1 == $2) } END { if (all != 80) exit 1; print int(good * 100 / all) }'; }
udp_is_local() { [[ $(udp_locality) == 100 ]]; }
udp_meant() { udp_tally 40 | awk '{ print $2, $3 }' | sort -u | tr '\n' ' '; }
udp_steer() { steer "protocol = udp" "udp = stateless" "$@"; }

udp_kernel_heeds()
{
	local share
	udp_begin mean
	share=$(udp_locality)
	udp_end
	[[ $share == 100 ]]
}

udp_steered()	# WAY SETS PROGRAMS
{
	two_cpus
	[[ $1 != incoming-cpu ]] || udp_kernel_heeds ||
		t_skip "this kernel does not heed SO_INCOMING_CPU in a group"
	udp_begin plain
	(($(udp_locality) < 85)) || t_fail "the hash itself is local"
	udp_steer "by = $1"
	t_match "$(up)" "steer udp $address:$port +hash -> (cpu|program) 0,1"
	udp_is_local || t_fail "not local"
	t_eq "$(udp_meant)" "$2" "what sockets are meant for"
	t_eq "$(programs)" "$3" "programs that choose"
	t_match "$(netlane up --config "$T_TMP/conf")" "nothing to change"
	netlane steer --config "$T_TMP/conf" | t_finds "udp $address:$port: 2 sockets"
	t_match "$(netlane down)" "given back: 1 restored"
	t_eq "$(udp_meant)" "0 -1 1 -1 " "what sockets are meant for"
	t_wait_for 10 no_program
	(($(udp_locality) < 85)) || t_fail "still local after down"
}

# A group of UDP is none of a section for TCP; without its owner's word it is none of any.
udp_is_refused()
{
	two_cpus
	udp_begin plain
	steer
	t_match "$(up)" "no sockets share port $port"
	steer "protocol = udp"
	t_match "$(up 2>&1 || :)" "protocol = udp without udp = stateless: datagrams of one flow"
	plain
	refused 1 "protocol = udp without udp = stateless: datagrams of one flow" start --listen "$port" --protocol udp
	udp_end
	udp_begin choose
	udp_steer
	t_match "$(up)" "a BPF program chooses already"
	t_eq "$(programs)" 0 "programs of netlane's"
}

udp_by_command()
{
	two_cpus
	plain
	udp_begin plain
	t_at_end given_back
	t_match "$(by_command start --listen "$port" --protocol udp --udp stateless --by program)" "steer udp $address:$port +hash -> program 0,1"
	udp_is_local || t_fail "not local"
	t_match "$(by_command stop --listen "$port" --protocol udp)" "given back: 1 restored"
	t_wait_for 10 no_program
	(($(udp_locality) < 85)) || t_fail "still local after stop"
}

# The service finds by its sweep a server that came.
udp_follows()
{
	local service
	two_cpus
	udp_steer "by = program"
	service_begin
	udp_begin plain
	t_wait_for 20 udp_is_local
	udp_end
	udp_begin plain
	t_wait_for 20 udp_is_local
	kill -9 "$service"
	wait "$service" || :
	t_match "$(netlane down)" "given back: 1 restored"
	t_wait_for 10 no_program
}

steer_udp_cases()
{
	t_case steer.udp.incoming_cpu.is_local udp_steered incoming-cpu "0 0 1 1 " 0
	t_case steer.udp.program.is_local udp_steered program "0 -1 1 -1 " 1
	t_once steer.udp.is_refused udp_is_refused
	t_once steer.udp.by_command udp_by_command
	t_once steer.udp.follows udp_follows
}
