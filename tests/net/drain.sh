# shellcheck shell=bash disable=SC2154	# $a, $b and so on are those of pair.sh and the suite
# Draining a server between two namespaces, seen from the client: who gets in, who goes on.
# Rule: the client's own record of each connection is the witness, ss counts what is left,
# and bpftool and ls look at what is there after a stop.

net=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
address=10.9.6.2 address6=fd09:6::2 port=8080 other=8081
drainer() { python3 "$net/drainer.py" "$@"; }

prepare()
{
	[[ $(id -u) == 0 ]] || return 0
	pair_make 10.9.6 fd09:6
	inside_make
	inside_id=$(inside stat -L -c %i /proc/self/ns/net)
	until_end "$b" python3 "$net/drainer.py" echo "$address" "$port" "$other"
	until_end "$b" python3 "$net/drainer.py" echo "$address6" "$port"
	t_wait_for 20 listens "$address:$port"
	t_wait_for 20 listens "\[$address6\]:$port"
}
listens() { server ss -Hltn | t_finds -- "$1"; }

# ---- the client: each goes on while its file is there
# held NUMBER [PORT] - so many connections that are asked in turn
held()
{
	: | tee "$T_TMP/hold" "$T_TMP/held" # before it begins: nothing of an earlier one is there
	client python3 "$net/drainer.py" hold "$T_TMP/hold" "$address" "${2:-$port}" "$1" >"$T_TMP/held" 2>"$T_TMP/held.errors" &
	holding=$!
	t_at_end "rm -f $T_TMP/hold; wait $holding || :"
	t_wait_for 20 grep -q up "$T_TMP/held"
}
held_end()
{
	rm -f "$T_TMP/hold"
	t_wait_for 20 grep -q alive "$T_TMP/held" # it may be no child of this shell
	tail -n 1 "$T_TMP/held"
}
knocking()	# [ADDRESS]
{
	: | tee "$T_TMP/knock" "$T_TMP/knocked"
	client python3 "$net/drainer.py" knock "$T_TMP/knock" "${1:-$address}" "$port" >"$T_TMP/knocked" &
	knocker=$!
	t_at_end "rm -f $T_TMP/knock; wait $knocker || :"
	t_wait_for 20 knocked ok
}
# knocked_since MS - is there a result of a connection that was begun later?
knocked_since() { (($(tail -n 1 "$T_TMP/knocked" | cut -d' ' -f1) > $1)); }
knocked() { tail -n 1 "$T_TMP/knocked" | grep -q " $1$"; }
knocked_end() { rm -f "$T_TMP/knock"; wait "$knocker"; }
# results SINCE-MS - what became of connections that were begun later, "refused ok"
results() { awk -v since="$1" '$1 > since { print $2 }' "$T_TMP/knocked" | sort -u | paste -sd' '; }
gets_in() { [[ $(client timeout 5 python3 -c 'import socket, sys; s = socket.create_connection(("'"${1:-$address}"'", '"${2:-$port}"'), 2); s.sendall(b"x"); print(s.recv(1).decode())') == x ]]; }
is_refused()	# [ADDRESS [PORT]]
{
	t_eq "$(client timeout 5 python3 -c '
import socket
try:
    socket.create_connection(("'"${1:-$address}"'", '"${2:-$port}"'), 1)
    print("taken")
except ConnectionRefusedError:
    print("refused")
except socket.timeout:
    print("silent")')" refused "$*"
}

# ---- netlane
drain() { netlane drain "$@" --config "$T_TMP/conf"; }
# configured LINE... - of [drain]
configured() { printf '%s\n' "[netlane]" "counters = no" "[drain]" "ports = $port" "$@" >"$T_TMP/conf"; t_at_end given_back; }
field() { inside jq -r ".$1" "/run/netlane/drain-$inside_id"; }
phase() { [[ $(field phase) == "$1" ]]; }
programs() { bpftool prog show 2>/dev/null | grep -c "name drain_" || :; }
nothing_left()
{
	[[ $(programs) == 0 && -z $(inside ls /sys/fs/bpf/netlane 2>/dev/null) &&
		-z $(inside find /run/netlane -name 'drain*' 2>/dev/null) ]]
}
# In the kernel's own words: connections to the port that are established or on their way.
connections() { server ss -Htn state established state syn-recv state close-wait "sport = :$1" | wc -l; }
