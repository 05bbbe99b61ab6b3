# shellcheck shell=bash disable=SC2154	# $address and so on are those of steer.sh
# Servers in another network namespace than netlane. Sourced, behind steer.sh.
# Rule: netlane is in a third one, where nothing listens: what becomes of the server is
# not by chance.

# elsewhere - netlane is in $c from here on, and $b is called web there
elsewhere()
{
	two_cpus
	ip netns add "$c"
	t_at_end "ip netns del $c"
	inside sh -c 'mkdir -p /run/netns && touch /run/netns/web && mount --bind /proc/self/ns/net /run/netns/web'
	t_at_end "inside sh -c '! mountpoint -q /run/netns/web || umount /run/netns/web; rm -r /run/netns'"
	# shellcheck disable=SC2034	# inside.sh's
	inside_net=("--net=/run/netns/$c")
}

is_local_there()	# WAY SETS PROGRAMS NETNS
{
	local said
	way "$1"
	elsewhere
	steer "by = $1" "netns = ${4//HOLDER/$holder}"
	said=$(up)
	t_match "$said" "steer $address:$port in .* hash -> (cpu|program) 0,1"
	is_local || t_fail "not local"
	t_eq "$(meant)" "$2" "what sockets are meant for"
	t_eq "$(programs)" "$3" "programs that choose"
	t_match "$(netlane up --config "$T_TMP/conf")" "nothing to change"
	netlane steer --config "$T_TMP/conf" | tr '\n' ' ' | t_finds -E "$address:$port in .*: 2 sockets, .* as +\[steer +web\] +wants +it"
	t_match "$(netlane down)" "given back: 1 restored"
	t_eq "$(meant)" "-1 -1 " "what sockets are meant for"
	t_wait_for 10 no_program
	(($(locality) < 85)) || t_fail "still local after down"
}

# Its service is in no way lost where the namespace is not there yet, nor what is held where
# only the name has gone.
follows_there()
{
	local service
	elsewhere
	inside umount /run/netns/web
	steer "by = program" "netns = web"
	t_match "$(up)" "steer web: there is no network namespace web"
	service_begin
	nginx_begin 01 10
	nsenter --mount --net -t "$holder" mount --bind /proc/self/ns/net /run/netns/web
	t_wait_for 20 is_local
	nginx_end
	nginx_begin 01 10
	t_wait_for 20 is_local
	grep -q "^repair steer $address:$port in web: hash" "$T_TMP/log" || t_fail "the log does not name the namespace"
	kill -9 "$service"
	wait "$service" || :
	inside umount /run/netns/web
	t_match "$(netlane down)" "given back: 1 restored"
	t_wait_for 10 no_program
}

# Who is in the namespace itself is not the one that netlane means there.
by_command_there()
{
	elsewhere
	plain
	nginx_begin 01 10
	t_at_end given_back
	t_match "$(by_command start --listen "$port" --by program)" "no sockets share port $port \(SO_REUSEPORT\) here"
	t_match "$(by_command start --listen "$port" --by program --netns web)" "steer $address:$port in web +hash -> program 0,1"
	is_local || t_fail "not local"
	refused 1 "netns = 'a/b': allowed is a name of ip netns" start --listen 81 --netns a/b
	t_match "$(by_command stop --listen "$port" --netns web)" "given back: 1 restored"
	t_wait_for 10 no_program
	by_command stop --listen all
	wish_is_gone || t_fail "the wish is still there"
}

steer_netns_cases()
{
	t_once steer.netns.by_incoming_cpu is_local_there incoming-cpu "0 1 " 0 web
	t_case steer.netns.by_program is_local_there program "-1 -1 " 1 web
	t_once steer.netns.by_path is_local_there program "-1 -1 " 1 /proc/HOLDER/ns/net
	t_once steer.netns.by_command by_command_there
	t_case steer.netns.follows follows_there
}
