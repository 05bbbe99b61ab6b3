# shellcheck shell=bash disable=SC2154	# $a, $b and $here are the suite's
# The cases of bindings that every kernel has to pass, over a veth pair: a VIP's
# networks lead to the namespace of the server, and have no address on it.
# Rule: who got a connection is what the listener itself answers; how many, what the
# client counted; that nothing is left, what bpftool sees.

net=$(dirname "${BASH_SOURCE[0]}")
vip=10.20 vip6=fd20
prepare()
{
	[[ $(id -u) == 0 ]] || return 0
	pair_make 10.9.7 fd09:7
	ip -n "$b" route add local $vip.0.0/16 dev lo
	ip -n "$b" -6 route add local $vip6::/16 dev lo
	ip -n "$a" route add $vip.0.0/16 via 10.9.7.2
	ip -n "$a" -6 route add $vip6::/16 via fd09:7::2
	# what a port that nobody has answers is counted by the case, not held back
	ip netns exec "$b" sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	inside_make
}

# ---- servers and clients
# serves WHAT... - binder.py's, until the case ends; sets server
serves()
{
	rm -f "$T_TMP/ready"
	until_end "$b" python3 "$net/binder.py" serve "$T_TMP/ready" "$@"
	server=$started
	t_wait_for 20 test -e "$T_TMP/ready"
}
serves_no_more() { kill "$server"; wait "$server" 2>/dev/null || :; }
# asked tcp|udp ADDRESS PORT... - "ANSWER COUNT" in one line
asked() { client python3 "$net/binder.py" ask "$@" | tr '\n' ' '; }
answers() { [[ $(asked "${@:2}") == "$1 " ]]; }

# ---- netlane
# bind [NAME KEY=VALUE...]... - the configuration: a section begins with a word without "="
bind()
{
	local word
	printf '%s\n' "[netlane]" "mode = hold" "sweep = 1" "counters = no" >"$T_TMP/conf"
	for word; do
		if [[ $word == *=* ]]; then echo "${word/=/ = }"; else echo "[bind $word]"; fi
	done >>"$T_TMP/conf"
}
# of NAME FIELD - what netlane says of a binding
of() { netlane steer --config "$T_TMP/conf" --json | jq ".bind.row[] | select(.bound.binding.name == \"$1\") | .bound.$2"; }
# Links on this namespace, programs and maps of netlane's: three numbers.
left()
{
	local netns
	netns=$(server stat -Lc %i /proc/self/ns/net)
	echo "$(bpftool -j link show | jq "[.[] | select(.type == \"netns\" and .netns_ino == $netns)] | length")" \
		"$(bpftool -j prog show | jq '[.[] | select(.name == "lane_bind")] | length')" \
		"$(bpftool -j map show | jq '[.[] | select(.name // "" | startswith("lane_bind"))] | length')"
}
none_left() { [[ $(left) == "0 0 0" && ! -e $(inside sh -c 'ls -d /sys/fs/bpf/netlane*' 2>/dev/null || echo /none) ]]; }

# ---- cases
vip_and_down()
{
	local said
	needs_root
	serves web@tcp:10.9.7.2:8080
	t_eq "$(asked tcp $vip.1.1 80)" "- 1 " "without netlane"
	bind web prefix=$vip.0.0/16 ports=80 to=8080
	said=$(up)
	t_match "$said" "bind +absent -> web tcp $vip.0.0/16 80 to 8080"
	t_eq "$(asked tcp $vip.1.1 80 80)" "web 2 " "the VIP"
	t_eq "$(asked tcp $vip.255.254 80)" "web 1 " "another address of it"
	t_eq "$(asked tcp $vip.1.1 81)" "- 1 " "another port"
	t_eq "$(asked tcp 10.9.7.2 80)" "- 1 " "an address that is not bound"
	t_eq "$(asked tcp 10.9.7.2 8080)" "web 1 " "the listener itself"
	t_eq "$(of web connections)" 3 "counted connections"
	t_match "$(netlane up --config "$T_TMP/conf")" "nothing to change"
	t_eq "$(left)" "1 1 7" "links, programs, maps"
	t_match "$(netlane down)" "given back: 1 restored"
	t_eq "$(asked tcp $vip.1.1 80)" "- 1 " "after down"
	t_wait_for 10 none_left
}

thousand_ports()
{
	needs_root
	serves many@tcp:0.0.0.0:8080
	bind many prefix=$vip.3.0/24,$vip6::/64 ports=10000-10999 to=8080
	up >/dev/null
	t_eq "$(asked tcp $vip.3.1 10000-10999)" "many 1000 " "a thousand ports"
	t_eq "$(asked tcp $vip.3.1 9999 11000)" "- 2 " "beside them"
	t_eq "$(of many connections)" 1000 "counted connections"
	# its listener takes no IPv6
	t_eq "$(asked tcp $vip6::1 10000)" "- 1 " "IPv6"
	t_eq "$(of many missed)" 1 "missed"
}

any_port()
{
	needs_root
	serves "proxy@tcp:[::]:8080" ssh@tcp:0.0.0.0:2222
	bind proxy prefix=$vip.4.0/24 ports=any to=8080
	up >/dev/null
	t_eq "$(asked tcp $vip.4.9 1 22 2222 8080 65535)" "proxy 5 " "any port"
	t_eq "$(asked tcp 10.9.7.2 2222)" "ssh 1 " "who listens on an address that is not bound"
}

udp_echo()
{
	needs_root
	serves dns4@udp:0.0.0.0:5353 "dns6@udp6:[::]:5353" web@tcp:0.0.0.0:5353
	bind dns prefix=$vip.5.0/24,$vip6:5::/64 ports=53,5000-5999 protocol=udp to=5353
	t_eq "$(asked udp $vip.5.1 53)" "- 1 " "without netlane"
	up >/dev/null
	t_eq "$(asked udp $vip.5.1 53 5000-5099)" "dns4 101 " "IPv4"
	t_eq "$(asked udp $vip6:5::1 53 5000-5099)" "dns6 101 " "IPv6"
	t_eq "$(asked tcp $vip.5.1 53)" "- 1 " "TCP, which is not bound"
	t_eq "$(of dns datagrams)" 202 "counted datagrams"
	bind dns prefix=$vip.5.0/24,$vip6:5::/64 ports=53,5000-5999 protocol=both to=5353
	up >/dev/null
	t_eq "$(asked tcp $vip.5.1 53)" "web 1 " "TCP, which is bound now"
	t_eq "$(of dns datagrams)" 202 "counted before the change"
}

families()
{
	needs_root
	serves "dual@tcp:[::]:8080" "six@tcp6:[::]:8081"
	bind dual prefix=$vip.6.0/24,$vip6:6::/64 ports=80 to=*:8080 \
		six prefix=$vip.7.0/24,$vip6:7::/64 ports=80 to=8081
	up >/dev/null
	t_eq "$(asked tcp $vip.6.1 80)" "dual 1 " "IPv4 to a listener of both"
	t_eq "$(asked tcp $vip6:6::1 80)" "dual 1 " "IPv6 to a listener of both"
	t_eq "$(asked tcp $vip6:7::1 80)" "six 1 " "IPv6"
	t_eq "$(asked tcp $vip.7.1 80)" "- 1 " "IPv4 to one of IPv6 alone"
	t_eq "$(of six missed)" 1 "missed"
}

precedence()
{
	needs_root
	serves all@tcp:0.0.0.0:8001 wide@tcp:0.0.0.0:8002 narrow@tcp:0.0.0.0:8003 one@tcp:0.0.0.0:8004 host@tcp:0.0.0.0:8005
	bind all prefix=0.0.0.0/0 ports=any to=8001 \
		wide prefix=$vip.8.0/24 ports=1000-3000 to=8002 \
		narrow prefix=$vip.8.0/24 ports=2000-2100 to=8003 \
		one prefix=$vip.8.0/24 ports=2050 to=8004 \
		host prefix=$vip.8.8 ports=2000-2999 to=8005
	up >/dev/null
	t_eq "$(asked tcp $vip.8.1 2050)" "one 1 " "an exact port before ranges"
	t_eq "$(asked tcp $vip.8.1 2000 2049 2051 2100)" "narrow 4 " "a narrower range before a wider one"
	t_eq "$(asked tcp $vip.8.1 1000 1999 2101 3000)" "wide 4 " "the wider range"
	t_eq "$(asked tcp $vip.8.1 999 3001)" "all 2 " "what the longer prefix does not claim"
	t_eq "$(asked tcp $vip.8.8 2050 2000 2999)" "host 3 " "a longer prefix before an exact port"
	t_eq "$(asked tcp $vip.8.8 1000 3000)" "wide 2 " "what it does not claim, by the next shorter one"
	t_eq "$(asked tcp 10.9.7.2 8005)" "all 1 " "every address, and a port that is listened on"
}

# In a group its own choice goes on: both sockets get connections.
group()
{
	local said
	needs_root
	serves a+@tcp:0.0.0.0:8080 b+@tcp:0.0.0.0:8080
	bind web prefix=$vip.9.0/24 ports=1-100 to=8080
	up >/dev/null
	said=$(asked tcp $vip.9.1 1-100)
	t_match "$said" "^a\+ ([0-9]+) b\+ ([0-9]+) $"
	t_eq "$((BASH_REMATCH[1] + BASH_REMATCH[2]))" 100 "answers"
}

# changes_under_load NUMBER - another table under load: each request is answered by one of the two, each table is in
# force when its up returns, and none was in force by halves.
changes_under_load()
{
	local i said to
	needs_root
	serves a@tcp:0.0.0.0:8001 b@tcp:0.0.0.0:8002
	bind web prefix=$vip.0.0/16 ports=any to=8001
	up >/dev/null
	: >"$T_TMP/load"
	client python3 "$net/binder.py" until "$T_TMP/load" $vip.1.1 80 443 8000 >"$T_TMP/asked" 2>"$T_TMP/failed" &
	t_at_end "rm -f $T_TMP/load; wait $! || :"
	for ((i = 0; i < $1; i++)); do
		to=$((8001 + i % 2))
		# the number of sections and pages changes as well
		if ((i % 3)); then
			bind web prefix=$vip.0.0/16 ports=any to=$to other prefix=$vip.2.0/24 ports=$((i + 1))-$((i + 999)) to=8002
		else
			bind web prefix=$vip.0.0/17 ports=80,443,8000-8099 to=$to
		fi
		netlane up --config "$T_TMP/conf" >/dev/null
		if ((i % 2)); then said="b 1 "; else said="a 1 "; fi
		t_eq "$(asked tcp $vip.1.1 443)" "$said" "after up $i"
	done
	rm "$T_TMP/load"
	wait $!
	echo "$(<"$T_TMP/asked") $(<"$T_TMP/failed")"
	t_eq "$(awk '$1 == "failed"' "$T_TMP/asked")" "" "requests that failed"
	t_eq "$(awk '{ print $1 }' "$T_TMP/asked" | tr '\n' ' ')" "a b " "who answered"
	t_match "$(netlane down)" "given back: 1 restored"
	t_wait_for 10 none_left
}

# The service enters the sockets of a listener that is started again.
follows()
{
	local service server
	needs_root
	serves web@tcp:0.0.0.0:8080 web@udp:0.0.0.0:8080
	bind web prefix=$vip.0.0/16 ports=80 protocol=both to=8080
	service_begin
	t_eq "$(asked tcp $vip.1.1 80)$(asked udp $vip.1.1 80)" "web 1 web 1 " "at the start"
	serves_no_more
	t_eq "$(asked tcp $vip.1.1 80)" "- 1 " "without a listener"
	serves again@tcp:0.0.0.0:8080 again@udp:0.0.0.0:8080
	t_wait_for 30 answers "again 1" tcp $vip.1.1 80
	t_wait_for 30 answers "again 1" udp $vip.1.1 80
	t_match "$(<"$T_TMP/log")" "repair bind: web both"
	kill -9 "$service"
	wait "$service" || :
	t_eq "$(asked tcp $vip.1.1 80)" "again 1 " "after the service was killed"
	t_match "$(netlane down)" "given back: 1 restored"
	t_wait_for 10 none_left
}

# By hand: another up knows the listener that came.
up_finds_listener()
{
	needs_root
	bind web prefix=$vip.0.0/16 ports=80 to=8080
	t_match "$(up)" "bind web: nobody listens on 8080 for TCP over IPv4"
	# an address of its own: a TIME_WAIT of another case would have its SYN sent twice
	t_eq "$(asked tcp $vip.10.1 80)" "- 1 " "without a listener"
	t_eq "$(of web missed)" 1 "missed"
	serves web@tcp:0.0.0.0:8080
	t_eq "$(of web stale)" true "a listener that is to be entered"
	up >/dev/null
	t_eq "$(asked tcp $vip.10.1 80)" "web 1 " "with one"
}

# The last section is taken out: nothing is bound any more; and the last word is down.
section_goes()
{
	needs_root
	serves web@tcp:0.0.0.0:8080
	bind web prefix=$vip.0.0/16 ports=80 to=8080
	up >/dev/null
	bind
	t_match "$(up)" "bind +web tcp $vip.0.0/16 80 to 8080 -> absent"
	t_eq "$(asked tcp $vip.1.1 80)" "- 1 " "without the section"
	netlane down >/dev/null
	t_wait_for 10 none_left
}

# foreign PORT TO REPLACE - until the case ends
foreign()
{
	rm -f "$T_TMP/foreign"
	until_end "$b" python3 "$net/binder.py" foreign "$T_TMP/foreign" "$@"
	t_wait_for 20 test -e "$T_TMP/foreign"
}

# What another program before netlane's chose stays; it is named, and outlives a down.
foreign_before()
{
	local said
	needs_root
	serves web@tcp:0.0.0.0:8080
	foreign 443 9443 0
	bind web prefix=$vip.0.0/16 ports=any to=8080
	said=$(up)
	t_match "$said" "program [0-9]+ \(somebody\) looks sockets up here as well"
	t_eq "$(asked tcp $vip.1.1 443)" "theirs 1 " "what it chose"
	t_eq "$(asked tcp $vip.1.1 80)" "web 1 " "what it left"
	t_eq "$(of web others)" 1 "left to others"
	t_match "$(netlane steer --config "$T_TMP/conf")" "others look sockets up here as well: program [0-9]+ \(somebody\)"
	t_match "$(netlane down)" "given back: 1 restored"
	t_eq "$(asked tcp $vip.1.1 443)" "theirs 1 " "after down"
	t_eq "$(left | cut -d' ' -f1)" 1 "links"
}

# One behind netlane's, and that replaces, has the last word.
foreign_behind()
{
	needs_root
	serves web@tcp:0.0.0.0:8080
	bind web prefix=$vip.0.0/16 ports=any to=8080
	up >/dev/null
	foreign 443 9443 1
	t_eq "$(asked tcp $vip.1.1 443)" "theirs 1 " "who replaces"
	t_eq "$(asked tcp $vip.1.1 80)" "web 1 " "what it leaves"
	netlane down >/dev/null
	t_eq "$(asked tcp $vip.1.1 443 80)" "- 1 theirs 1 " "after down"
}

# Killed at each point of an up that makes, and of one that changes; of a down as well.
killed_anywhere()
{
	local n nr status what
	needs_root
	[[ -x build/netlane-fault ]] || t_skip "needs build/netlane-fault"
	serves web@tcp:0.0.0.0:8080
	for what in make change down; do
		for ((n = 0, nr = 1; n <= nr; n++)); do
			bind web prefix=$vip.0.0/16 ports=80 to=8080
			[[ $what == make ]] || netlane up --config "$T_TMP/conf" >/dev/null
			[[ $what != change ]] || bind web prefix=$vip.0.0/16 ports=80,443 to=8080
			set -- up --config "$T_TMP/conf"
			[[ $what != down ]] || set -- down
			status=0
			if ((!n)); then
				NETLANE_FAULT=count NETLANE_FAULT_COUNT=$T_TMP/points inside "$PWD/build/netlane-fault" "$@" >"$T_TMP/said" 2>&1 || t_fail "$(<"$T_TMP/said")"
				nr=$(<"$T_TMP/points")
				((nr > 0)) || t_fail "no fault point in $what"
			else
				NETLANE_FAULT=kill@$n bash -c '"$@"; exit $?' - nsenter --mount --net -t "$holder" "$PWD/build/netlane-fault" "$@" >"$T_TMP/said" 2>&1 || status=$?
				t_eq $status 137 "status, killed at $n of $nr"
				# a table is whole, whichever it is
				[[ $what != change ]] || t_eq "$(asked tcp $vip.1.1 80)" "web 1 " "killed at $n of $nr"
			fi
			netlane down >"$T_TMP/said" || t_fail "down after $what $n: $(<"$T_TMP/said")"
			t_wait_for 10 none_left
		done
		echo "$what: $nr points"
	done
}

# Without its journal a down still knows its own program.
journal_is_lost()
{
	needs_root
	serves web@tcp:0.0.0.0:8080
	bind web prefix=$vip.0.0/16 ports=80 to=8080
	up >/dev/null
	inside rm -rf /var/lib/netlane
	inside mkdir /var/lib/netlane
	t_match "$(netlane down)" "bindings of netlane's that no journal knew were in force: web tcp"
	t_wait_for 10 none_left
}

# bind_cases CHANGES - how many of them under load
bind_cases()
{
	t_case bind.vip.is_served_and_given_back vip_and_down
	t_once bind.thousand_ports.are_one_listeners thousand_ports
	t_once bind.any_port.is_the_proxys any_port
	t_case bind.udp.is_answered udp_echo
	t_case bind.families.each_as_the_listener_can families
	t_case bind.precedence.prefix_then_port precedence
	t_once bind.group.chooses_itself group
	t_once bind.change.no_request_fails changes_under_load "$1"
	t_case bind.listener.is_followed follows
	t_once bind.listener.that_came_is_found_by_up up_finds_listener
	t_once bind.section.that_goes_is_ended section_goes
	t_case bind.foreign.before_has_chosen foreign_before
	t_case bind.foreign.behind_has_the_last_word foreign_behind
	t_once bind.killed.anywhere_is_given_back killed_anywhere
	t_once bind.journal.is_lost journal_is_lost
}
