# shellcheck shell=bash disable=SC2154	# $address and so on are those of steer.sh
# The cases of steering that every kernel has to pass. Sourced, behind steer.sh.
# Rule: two workers, two CPUs; each way by which sockets are meant for CPUs has to pass
# the same.

by_hash()
{
	local share
	two_cpus
	nginx_begin 01 10
	share=$(locality)
	((share < 85)) || t_fail "the hash itself is local ($share %): the other cases show nothing"
	t_eq "$(meant)" "-1 -1 " "what sockets are meant for"
}

# way WAY - the section; by SO_INCOMING_CPU only where the kernel heeds it
way()
{
	two_cpus
	steer "by = $1"
	[[ $1 != incoming-cpu ]] || kernel_heeds ||
		t_skip "this kernel does not heed SO_INCOMING_CPU in a group"
	nginx_begin 01 10
}

# up and down by WAY; SETS is what the sockets say then, PROGRAMS how many choose
steered()	# WAY SETS PROGRAMS
{
	local said
	way "$1"
	said=$(up)
	t_match "$said" "steer $address:$port +hash -> (cpu|program) 0,1"
	is_local || t_fail "not local"
	t_eq "$(meant)" "$2" "what sockets are meant for"
	t_eq "$(programs)" "$3" "programs that choose"
	t_match "$(netlane up --config "$T_TMP/conf")" "nothing to change"
	t_match "$(netlane down)" "given back: 1 restored"
	t_eq "$(meant)" "-1 -1 " "what sockets are meant for"
	t_wait_for 10 no_program
	(($(locality) < 85)) || t_fail "still local after down"
}

# Reloads under load: no request fails, new workers are as local as the old ones.
reloads()	# WAY
{
	local old i
	way "$1"
	up >/dev/null
	: >"$T_TMP/load"
	client python3 "$net/asker.py" until "$T_TMP/load" "$address" "$port" 0 1 >"$T_TMP/asked" 2>&1 &
	t_at_end "rm -f $T_TMP/load; wait $! || :"
	for ((i = 0; i < ${reload_nr:-20}; i++)); do
		old=$(workers)
		kill -HUP "$nginx"
		t_wait_for 20 all_gone "$old"
	done
	is_local || t_fail "not local after reloads"
	rm "$T_TMP/load"
	wait $!
	t_match "$(tail -1 "$T_TMP/asked")" "^ok [1-9][0-9]+ failed 0$"
}
all_gone() { local pid; for pid in $1; do [[ ! -e /proc/$pid ]] || return; done; }

# The service follows a server that is stopped and started; then gives back.
follows()	# WAY
{
	local service
	way "$1"
	service_begin
	is_local || t_fail "not local at the start"
	nginx_end
	nginx_begin 01 10
	t_wait_for 20 grep -q "^repair steer $address:$port: hash" "$T_TMP/log"
	is_local || t_fail "not local after a restart of the server"
	kill -9 "$service"
	wait "$service" || :
	is_local || t_fail "not local after the service was killed"
	t_match "$(netlane down)" "given back: 1 restored"
	t_eq "$(meant)" "-1 -1 " "what sockets are meant for"
	t_wait_for 10 no_program
}

# What came since netlane was there is not its own, the rest is given back all the same.
down_after_change()
{
	way "$1"
	up >/dev/null
	nginx_conf 01 10 01
	kill -HUP "$nginx"
	t_wait_for 20 has_workers 3
	t_match "$(netlane down)" "given back: 1 restored"
	t_eq "$(meant)" "-1 -1 -1 " "what sockets are meant for"
	t_wait_for 10 no_program
}
has_workers() { [[ $(workers | wc -l) == "$1" && $(meant | wc -w) == "$1" ]]; }

# A worker more: the program that chooses already is told of it, and nothing is made anew.
grows()
{
	local id said
	two_cpus
	nginx_begin 01 10
	steer "by = program"
	up >/dev/null
	id=$(bpftool -j prog show name steer_select | jq .id)
	nginx_conf 01 10 01
	kill -HUP "$nginx"
	t_wait_for 20 has_workers 3
	said=$(up | grep "program")
	t_match "$said" "program [01,]*-[01,]* spill 50 -> program [01],[01],[01] spill 50$"
	is_local || t_fail "not local"
	t_eq "$(bpftool -j prog show name steer_select | jq .id)" "$id" "the program"
	t_match "$(netlane down)" "given back: 1 restored"
	t_wait_for 10 no_program
}

# Without its journal a down still knows its own program, and an up takes nothing for before.
journal_is_lost()
{
	two_cpus
	nginx_begin 01 10
	steer "by = program"
	up >/dev/null
	inside rm -rf /var/lib/netlane
	inside mkdir /var/lib/netlane
	kill -HUP "$nginx"
	t_match "$(netlane down)" "a program of netlane's that no journal knew.* $address:$port; it is ended"
	t_wait_for 10 no_program
	(($(locality) < 85)) || t_fail "still local after down"
}

floats()
{
	local said
	two_cpus
	nginx_begin 11 11
	steer
	said=$(up)
	t_match "$said" "left to the kernel's hash: nginx \(pid [0-9]+\) may run on (CPUs? )?0-1: give each worker a CPU"
	t_eq "$(meant)" "-1 -1 " "what sockets are meant for"
}

# A program of somebody is not replaced: it could not be given back.
foreign()
{
	local said
	two_cpus
	nginx_begin 01 10
	python3 "$net/asker.py" choose "$nginx"
	steer
	said=$(up)
	t_match "$said" "a BPF program chooses already"
	t_eq "$(programs)" 0 "programs of netlane's"
	t_eq "$(meant)" "-1 -1 " "what sockets are meant for"
}

# Not allowed to reach another's sockets: said, the hash stays, and nothing fails.
no_ptrace()
{
	local said
	two_cpus
	nginx_begin 01 10
	steer
	said=$(inside capsh --drop=cap_sys_ptrace -- -c "$PWD/build/netlane up --config $T_TMP/conf")
	t_match "$said" "left to the kernel's hash: .*CAP_SYS_PTRACE"
	t_eq "$(meant)" "-1 -1 " "what sockets are meant for"
}

# A worker that takes nothing any more: what its CPU receives goes by the hash once its queue
# is half full, and nobody waits whom the hash alone would have served. From the same source
# ports the hash chooses the same.
spills()
{
	# shellcheck disable=SC2034	# nginx_conf reads backlog
	local backlog=16 stuck living before said
	two_cpus
	nginx_begin 01 10
	steer "by = program"
	ask_ports >"$T_TMP/by_hash"
	up >/dev/null
	t_wait_for 20 nothing_is_left
	for stuck in $(workers); do [[ $(cpu_of "$stuck") != 0 ]] || break; done
	living=$(workers | grep -vx "$stuck")
	before=$(spilled)
	t_at_end "kill -CONT $stuck || :"
	kill -STOP "$stuck"
	# shellcheck disable=SC2046	# ports
	ask_ports $(awk -v who="$living" 'NR > 9 && $2 == who { print $1 }' "$T_TMP/by_hash") >"$T_TMP/spilled"
	kill -CONT "$stuck"
	# 9 of a backlog of 16 are more than half, the hash had the other 31
	t_eq "$(($(spilled) - before))" 31 "spilled"
	said=$(awk -v who="$living" 'NR == FNR { was[$1] = $2; next } FNR > 9 && was[$1] == who && $2 != who' "$T_TMP/by_hash" "$T_TMP/spilled")
	t_eq "$said" "" "connections that the hash would have served"
	said=$(awk -v who="$living" '$2 == who' "$T_TMP/spilled" | wc -l)
	((said >= 5)) || t_fail "only $said connections were served by the other worker"
	netlane steer --config "$T_TMP/conf" | t_finds "$(spilled) spilled from one"
	is_local || t_fail "not local once the worker goes on"
}
ask_ports() { client python3 "$net/asker.py" ports "$address" "$port" 0 20000 40 "$@"; }
nothing_is_left() { ! ip netns exec "$b" ss -Htan "dport >= 20000 and dport <= 20040" | t_finds .; }
spilled() { netlane steer --json --config "$T_TMP/conf" | jq '.row[0].group[0].spilled'; }

# Workers that float are pinned, those that come with a reload as well, and let go by down.
pins()
{
	local said old
	two_cpus
	nginx_begin 11 11
	steer "pin = yes" "by = program"
	said=$(up)
	t_match "$said" "pin [0-9]+:[0-9]+ +0-1 -> 0"
	t_eq "$(on_cpus)" "0 1 " "CPUs of the workers"
	is_local || t_fail "not local"
	old=$(workers)
	kill -HUP "$nginx"
	t_wait_for 20 all_gone "$old"
	t_wait_for 20 workers_wait 2
	said=$(up)
	t_match "$said" "pin [0-9]+:[0-9]+ +0-1 -> 1"
	t_eq "$(on_cpus)" "0 1 " "CPUs of the workers after a reload"
	is_local || t_fail "not local after a reload"
	t_eq "$(netlane log --json | jq '[.. | objects | select(.what? == "undone" and (.knob? // "" | startswith("pin ")))] | length')" 2 "workers that are forgotten"
	t_match "$(netlane down)" "given back: 3 restored"
	t_eq "$(on_cpus)" "0,1 0,1 " "CPUs of the workers after down"
	t_eq "$(meant)" "-1 -1 " "what sockets are meant for"
	t_wait_for 10 no_program
}
pins_are_followed()
{
	local old service
	two_cpus
	nginx_begin 11 11
	steer "pin = yes" "by = program"
	service_begin
	t_eq "$(on_cpus)" "0 1 " "CPUs of the workers"
	old=$(workers)
	kill -HUP "$nginx"
	t_wait_for 20 all_gone "$old"
	t_wait_for 20 are_pinned
	is_local || t_fail "not local after a reload"
	kill -9 "$service"
	wait "$service" || :
	t_match "$(netlane down)" "given back: 3 restored"
	t_eq "$(on_cpus)" "0,1 0,1 " "CPUs of the workers after down"
}
are_pinned() { [[ $(on_cpus) == "0 1 " ]]; }
on_cpus() { local pid; for pid in $(workers); do cpu_of "$pid"; done | sort | tr '\n' ' '; }

# Workers that may run on two CPUs each: what either receives is theirs.
sets()
{
	local said cpu who count wrong=0
	two_cpus
	(($(nproc) >= 4)) || t_skip "needs four CPUs"
	nginx_begin 0011 1100
	steer
	said=$(up)
	t_match "$said" "steer $address:$port +hash -> program 0-1,2-3 spill 50"
	while read -r cpu who count; do
		[[ $(cpu_of "$who") == $((cpu / 2 * 2))[,-]$((cpu / 2 * 2 + 1)) ]] || wrong=$((wrong + count))
	done < <(client python3 "$net/asker.py" tally "$address" "$port" 20 0 1 2 3)
	t_eq "$wrong" 0 "connections that came to the worker of other CPUs"
	t_match "$(netlane down)" "given back: 1 restored"
	t_wait_for 10 no_program
}

# Whose connections were accepted where is just what the workers themselves answered:
# of the port by the CPU that accepted, of the node by both CPUs.
counts_are_exact()
{
	local cpu who count key
	declare -A accepted=() crossed=()
	two_cpus
	nginx_begin 01 10
	printf '%s\n' "[netlane]" "mode = hold" "counters = yes" >"$T_TMP/conf"
	up >/dev/null
	inside sh -c 'ls /sys/fs/bpf/netlane/abi-*/link_tcp_accepted*' >/dev/null 2>&1 ||
		t_skip "this kernel has no hook for accept()"
	(($(nproc) >= 3)) || t_skip "needs three CPUs: netlane's own connections, by which it tries the kernel, are kept apart"
	steer_status >"$T_TMP/before"
	while read -r cpu who count; do
		who=$(cpu_of "$who")
		accepted[$who]=$((${accepted[$who]:-0} + count))
		crossed[$cpu,$who]=$count
	done < <(client python3 "$net/asker.py" tally "$address" "$port" 40 0 1)
	steer_status >"$T_TMP/after"
	for who in 0 1; do
		t_eq "$(counted "[.row[].accepts.lane[]? | select(.cpu == $who) | .accepted]")" "${accepted[$who]:-0}" "accepted on CPU $who"
		t_eq "$(counted "[.row[].accepts.lane[]? | select(.cpu == $who) | .local]")" "${crossed[$who,$who]:-0}" "of them received there"
	done
	for key in 0,0 0,1 1,0 1,1; do
		t_eq "$(counted "[.cross[] | select(.received == ${key%,*} and .accepted == ${key#*,}) | .connections]")" "${crossed[$key]:-0}" "from CPU ${key%,*} to CPU ${key#*,}"
	done
	netlane steer --config "$T_TMP/conf" | t_finds -E "accepted on the CPU that received: [0-9.]+ % of 8[0-9]"
}
steer_status() { inside taskset -c 2 "$PWD/build/netlane" steer status --json --config "$T_TMP/conf"; }
counted() { echo $(($(jq "$1 | add // 0" "$T_TMP/after") - $(jq "$1 | add // 0" "$T_TMP/before"))); }

steer_cases()
{
	t_case steer.accepts.are_counted_exactly counts_are_exact
	t_case steer.hash.is_not_local by_hash
	t_case steer.incoming_cpu.is_local steered incoming-cpu "0 1 " 0
	t_case steer.program.is_local steered program "-1 -1 " 1
	t_once steer.incoming_cpu.reloads reloads incoming-cpu
	t_case steer.program.reloads reloads program
	t_once steer.incoming_cpu.follows follows incoming-cpu
	t_case steer.program.follows follows program
	t_once steer.incoming_cpu.down_after_change down_after_change incoming-cpu
	t_once steer.program.down_after_change down_after_change program
	t_once steer.program.is_told_of_more grows
	t_once steer.program.is_ended_without_a_journal journal_is_lost
	t_case steer.overload.spills_to_the_hash spills
	t_once steer.floating.is_pinned_where_wanted pins
	t_once steer.floating.is_pinned_over_reloads pins_are_followed
	t_case steer.sets_of_cpus.are_local sets
	t_once steer.floating.is_left floats
	t_once steer.foreign_program.is_left foreign
	t_once steer.no_ptrace.is_left no_ptrace
}
