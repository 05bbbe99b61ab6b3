# shellcheck shell=bash disable=SC2154	# $address and so on are those of steer.sh
# Steering by command. Sourced, behind steer.sh.
# Rule: whatever the command says, where connections go is what the workers answer.

# plain - a configuration without a section
plain() { printf '%s\n' "[netlane]" "mode = hold" "sweep = 1" "counters = no" >"$T_TMP/conf"; }
# by_command WORD [OPTION...]
by_command() { netlane steer "$@" --config "$T_TMP/conf"; }
wish_is_gone() { inside test ! -e /run/netlane/steered; }
# refused STATUS PATTERN WORD... - that exit status, with that sentence
refused()
{
	local status=0 said
	said=$(netlane steer "${@:3}" --config "$T_TMP/conf" 2>&1) || status=$?
	t_eq "$status" "$1" "exit status of steer ${*:3}"
	t_match "$said" "$2"
}

is_started_and_stopped()
{
	local said
	two_cpus
	plain
	nginx_begin 01 10
	t_at_end given_back
	by_command start --listen "$port" --by program --dry-run | t_finds "program 0,1"
	t_eq "$(programs)" 0 "programs after --dry-run"
	said=$(by_command start --listen "$port" --by program)
	t_match "$said" "steer $address:$port +hash -> program 0,1"
	t_match "$said" "for now, until the next boot"
	is_local || t_fail "not local"
	t_match "$(by_command start --listen "$port" --by program)" "steer $address:$port: nothing to change"
	t_match "$(netlane steer --config "$T_TMP/conf")" "as netlane steer start[[:space:]]+wants it"
	t_match "$(up)" "nothing to change"
	t_eq "$(programs)" 1 "programs after an up"
	t_match "$(by_command stop --listen "$port")" "given back: 1 restored"
	t_wait_for 10 no_program
	(($(locality) < 85)) || t_fail "still local after stop"
	wish_is_gone || t_fail "the wish is still there"
	t_match "$(by_command stop --listen "$port")" "nothing is steered by command there"
	t_match "$(netlane down)" "nothing on this node is changed"
}

# An up after it, without a service, follows the server; a down ends it for good.
stays_until_down()
{
	local old
	two_cpus
	plain
	nginx_begin 01 10
	t_at_end given_back
	by_command start --listen "$address:$port" --by program
	old=$(workers)
	kill -HUP "$nginx"
	t_wait_for 20 all_gone "$old"
	t_wait_for 20 workers_wait 2
	up
	is_local || t_fail "not local after a reload and an up"
	t_match "$(netlane down)" "given back: 1 restored"
	t_wait_for 10 no_program
	wish_is_gone || t_fail "the wish is still there"
	t_match "$(up)" "no NIC here gets lanes"
	(($(locality) < 85)) || t_fail "steered again by an up after down"
}

# What the service is asked for it keeps, over reloads of the server and its own end.
is_kept()
{
	local service
	two_cpus
	plain
	service_begin
	t_match "$(by_command start --listen "$port" --by program)" "no sockets share port $port .*kept by the service"
	nginx_begin 01 10
	t_wait_for 20 is_local
	nginx_end
	nginx_begin 01 10
	t_wait_for 20 is_local
	kill -9 "$service"
	wait "$service" || :
	service_begin
	nginx_end
	nginx_begin 01 10
	t_wait_for 20 is_local
	t_match "$(by_command stop --listen all)" "given back: 1 restored"
	t_wait_for 10 no_program
	(($(locality) < 85)) || t_fail "still local after stop"
}

# The time of an up would end it as well.
ends_with_no_time()
{
	two_cpus
	steer "by = program"
	nginx_begin 01 10
	netlane up --config "$T_TMP/conf" --for 1h
	t_at_end given_back
	refused 1 "the time of an up --for or --confirm is running" start --listen 1
	wish_is_gone || t_fail "the wish of a start that was refused"
}

# What was pinned for it is let go with it.
lets_go_of_pins()
{
	two_cpus
	plain
	nginx_begin 11 11
	t_at_end given_back
	by_command start --listen "$port" --pin --by program
	t_eq "$(on_cpus)" "0 1 " "CPUs of the workers"
	is_local || t_fail "not local"
	t_match "$(by_command stop --listen "$port")" "given back: 3 restored"
	t_eq "$(on_cpus)" "0,1 0,1 " "CPUs of the workers after stop"
	t_wait_for 10 no_program
}

# A section of the configuration has its server; and of two wishes the first.
is_refused()
{
	two_cpus
	steer
	refused 1 "\[steer web\] of the configuration has $address:$port" start --listen "$address:$port"
	refused 1 "\[steer web\] of the configuration has $port" start --listen "$port"
	by_command start --listen 81
	t_at_end given_back
	refused 1 "0.0.0.0:81 is steered by command with 81 already: netlane steer stop --listen 81 first" start --listen 0.0.0.0:81
	refused 1 "listen = 'web': allowed is a port" start --listen web
	refused 1 "by = 'magic': allowed are auto, incoming-cpu and program" start --listen 82 --by magic
	refused 1 "spill = '0': allowed are off, and 1 to 100" start --listen 82 --spill 0
	refused 1 "by = incoming-cpu, which cannot spill" start --listen 82 --by incoming-cpu --spill 50
	refused 2 "which server\?" start
	refused 2 "which one\?" stop
	refused 2 "one of status, start and stop" begin
	refused 2 "are of steer start" status --pin
}

steer_command_cases()
{
	t_case steer.command.is_local is_started_and_stopped
	t_once steer.command.stays_until_down stays_until_down
	t_case steer.command.is_kept_by_the_service is_kept
	t_once steer.command.wants_no_time ends_with_no_time
	t_once steer.command.lets_go_of_pins lets_go_of_pins
	t_once steer.command.is_refused is_refused
}
