# shellcheck shell=bash disable=SC2154	# of drain.sh
# The cases of draining that every kernel has to pass. Sourced, behind drain.sh.
# Rule: it is the client who says whether a connection began, lived or broke.

# Grace, refusal, what lives on, the count of it, and back.
drains()	# BY RESULT
{
	local refused_ms said
	needs_root
	configured "by = $1" "grace = 1"
	held 5
	knocking
	drain start | tee "$T_TMP/said"
	t_match "$(<"$T_TMP/said")" "grace +new connections to $port are still taken"
	t_wait_for 20 phase refusing
	refused_ms=$(field refuse_ms)
	t_wait_for 20 knocked "$2"
	t_wait_for 20 knocked_since $((refused_ms + 2000))
	said=$(drain status)
	t_match "$said" "new connections to $port are $1.* since"
	t_match "$(netlane drain status --json | jq -c '[.in_force, .guarded]')" "true,true"
	t_match "$(netlane)" "drain   new connections to $port are $([[ $1 == drop ]] && echo dropped || echo refused); netlane drain"
	knocked_end
	# the second in which handshakes by cookies end is silence, then a reset
	t_match "$(results "$((refused_ms + 1100))")" "^$2$" "who came after the refusal"
	t_match "$(results "$refused_ms")" "^($2 )?silent$|^$2$" "who came after the refusal"
	[[ $(awk -v until="$refused_ms" '$1 < until - 50 && $2 != "ok"' "$T_TMP/knocked" | wc -l) == 0 ]] ||
		t_fail "not served in the grace: $(grep -v ok "$T_TMP/knocked" | head -3)"
	t_eq "$(netlane drain status --json | jq '.left[0].open')" "$(connections "$port")" "connections left"
	t_eq "$(connections "$port")" 5 "connections that ss sees"
	drain stop
	gets_in || t_fail "nobody gets in after the stop"
	t_eq "$(held_end)" "alive 5 broken 0" "connections of before"
	t_wait_for 10 nothing_left
}

# Each SYN that was refused is counted, and nobody else's.
counts()
{
	local i
	needs_root
	configured "grace = 0"
	drain start
	t_wait_for 20 phase over # nothing was left
	t_wait_for 10 refuses
	i=$(netlane drain status --json | jq .refused)
	for _ in 1 2 3 4 5 6 7; do if gets_in; then t_fail "got in"; fi; done 2>/dev/null
	t_eq "$(netlane drain status --json | jq .refused)" $((i + 7)) "SYNs refused"
	gets_in "$address" "$other" || t_fail "another port is closed"
	if gets_in "$address6" 2>/dev/null; then t_fail "IPv6 gets in"; fi
	t_eq "$(netlane drain status --json | jq .refused)" $((i + 8)) "SYNs refused"
}
refuses()
{
	client python3 -c 'import socket; socket.create_connection(("'"$address"'", '"$port"'), 1)' >"$T_TMP/tried" 2>&1 || :
	grep -q Refused "$T_TMP/tried"
}

# What is queued, and what is in its handshake, is served when the server comes to it.
queued_live_on()
{
	local late
	needs_root
	printf '%s\n' "[netlane]" "counters = no" "[drain]" "ports = 8082" "grace = 0" >"$T_TMP/conf"
	t_at_end given_back
	mkfifo "$T_TMP/go"
	server python3 "$net/drainer.py" late "$address" 8082 4 16 <"$T_TMP/go" >"$T_TMP/late" &
	late=$!
	t_at_end "kill $late 2>/dev/null; wait $late || :"
	exec {go}>"$T_TMP/go"
	t_wait_for 10 grep -q listens "$T_TMP/late"
	client python3 -c '
import socket
held = [socket.create_connection(("'"$address"'", 8082), 30) for _ in range(4)]
print("up", flush=True)
print(b"".join(s.recv(6) for s in held).decode())' >"$T_TMP/early" &
	t_at_end "kill $! 2>/dev/null; wait $! || :"
	t_wait_for 10 grep -q up "$T_TMP/early"
	drain start
	t_wait_for 20 phase refusing
	t_eq "$(netlane drain status --json | jq '.left[0].queued')" 4 "not accepted yet"
	echo now >&"$go"
	t_wait_for 20 grep -q "accepted 4" "$T_TMP/late"
	t_wait_for 20 grep -q servedservedservedserved "$T_TMP/early"
	t_wait_for 10 phase over
	t_eq "$(field left)" 0 "left at the end"
}

# At the deadline: those tuples, and nothing else.
resets()
{
	needs_root
	configured "grace = 0" "deadline = 1" "then = reset"
	held 3
	: >"$T_TMP/other"
	client python3 "$net/drainer.py" hold "$T_TMP/other" "$address" "$other" 3 >"$T_TMP/held.other" &
	t_at_end "rm -f $T_TMP/other; wait $! || :"
	t_wait_for 10 grep -q up "$T_TMP/held.other"
	drain start
	t_wait_for 20 phase over
	t_eq "$(field reset) $(field left)" "3 3" "reset, left"
	t_eq "$(connections "$port")" 0 "connections left"
	t_eq "$(held_end)" "alive 0 broken 3" "those that were reset"
	t_eq "$(sort -u "$T_TMP/held.errors")" ECONNRESET "what the client sees"
	rm "$T_TMP/other"
	wait $!
	t_eq "$(tail -1 "$T_TMP/held.other")" "alive 3 broken 0" "connections to another port"
}

# Nothing is done to what is left when nobody asked for it.
deadline_alone()
{
	needs_root
	configured "grace = 0" "deadline = 1"
	held 2
	drain start --wait | tee "$T_TMP/said"
	t_match "$(<"$T_TMP/said")" "over: 2 left, 0 of them reset"
	t_eq "$(held_end)" "alive 2 broken 0" "connections of before"
}

# Health answer and hooks, in their order, and what they are told.
choreography()
{
	needs_root
	inside sh -c 'echo ok >/run/health'
	configured "grace = 5" "deadline = 1" "health_file = /run/health" \
		"on_start = test ! -e /run/health && echo \"\$NETLANE_DRAIN \$NETLANE_PORTS\" >>/run/hooks" \
		"on_end = echo \"\$NETLANE_DRAIN \$NETLANE_LEFT\" >>/run/hooks"
	t_at_end "inside rm -f /run/hooks /run/health"
	held 2
	drain start
	t_wait_for 10 inside grep -q "start $port" /run/hooks
	if inside test -e /run/health; then t_fail "the health answer still succeeds"; fi
	phase grace || t_fail "the hook runs when new connections are refused already"
	t_wait_for 20 phase over
	t_eq "$(inside cat /run/hooks)" "start $port
end 2" "the hooks"
	t_eq "$(field trouble)" "" "trouble"
	drain stop
	t_eq "$(inside cat /run/health)" ok "the health answer"
	held_end
}

# A hook that fails or hangs is said, and stops nothing.
hook_fails()
{
	needs_root
	configured "grace = 0" "on_start = exit 3" "health_file = /run/no-such-file"
	drain start
	t_wait_for 20 phase over
	t_match "$(drain status)" "trouble +/run/no-such-file: No such file"
	if gets_in 2>/dev/null; then t_fail "got in"; fi
}

# Who drives it is killed: what is in force stays, and another one goes on.
killed()
{
	needs_root
	configured "grace = 60"
	drain start
	kill -9 "$(field driver)"
	t_wait_for 10 gone
	gets_in || t_fail "refused within the grace"
	drain stop
	configured "grace = 0"
	held 1
	drain start
	t_wait_for 20 phase refusing
	kill -9 "$(field driver)"
	t_wait_for 10 gone
	if gets_in 2>/dev/null; then t_fail "got in when the driver was gone"; fi
	drain start
	t_eq "$(netlane drain status --json | jq .driven)" true "somebody goes on with it"
	held_end
	t_wait_for 20 phase over
}
gone() { [[ $(netlane drain status --json | jq .driven) == false ]]; }

# netlane down in the grace and in the refusal.
down_ends_it()
{
	local phase
	needs_root
	for phase in grace refusing; do
		configured "grace = $([[ $phase == grace ]] && echo 60 || echo 0)"
		held 1
		drain start
		t_wait_for 20 phase "$phase"
		netlane down
		gets_in || t_fail "nobody gets in after a down in $phase"
		t_eq "$(held_end)" "alive 1 broken 0" "connections of before"
		t_wait_for 10 nothing_left
		t_match "$(drain status)" "^in service"
	done
}

# kill -9 at each point on the way in: down gives back, whatever had been made.
killed_on_the_way()
{
	local n
	needs_root
	configured "grace = 0"
	for ((n = 1; ; n++)); do
		((n < 30)) || t_fail "no end of points"
		inside env NETLANE_FAULT=kill@$n "$PWD/build/netlane-fault" drain start --config "$T_TMP/conf" >/dev/null 2>&1 || :
		t_wait_for 20 over_or_gone
		if phase over; then break; fi
		netlane down
		gets_in || t_fail "nobody gets in after point $n"
		t_wait_for 10 nothing_left
	done
	echo "$n points"
	((n > 5)) || t_fail "only $n points"
}
over_or_gone() { phase over || gone; }

# What ends with the time of an up would take the node into service again by itself.
not_within_a_time()
{
	local said
	needs_root
	configured "grace = 0"
	drain start
	t_wait_for 20 phase over
	netlane up --for 60 --config "$T_TMP/conf"
	inside find /run/netlane -name 'drain*' -delete
	said=$(drain start 2>&1) && t_fail "took a drain that would end by itself"
	t_match "$said" "the time of an up --for or --confirm is running"
	netlane down
	gets_in || t_fail "nobody gets in after the down"
	t_wait_for 10 nothing_left
}

rehearses()
{
	needs_root
	inside sh -c 'echo ok >/run/health'
	t_at_end "inside rm -f /run/health"
	configured "grace = 1" "health_file = /run/health"
	held 2
	drain --rehearse --deadline 1 --then-reset --wait
	t_wait_for 20 nothing_left
	gets_in || t_fail "nobody gets in after the rehearsal"
	t_eq "$(held_end)" "alive 2 broken 0" "connections, which a rehearsal does not reset"
	t_eq "$(inside cat /run/health)" ok "the health answer"
}

# Another namespace has the same port: nothing happens there.
of_one_namespace()
{
	needs_root
	configured "grace = 0"
	until_end "$a" python3 "$net/drainer.py" echo 10.9.6.1 "$port"
	drain start --by drop
	t_wait_for 20 phase over
	t_wait_for 10 server python3 -c 'import socket; socket.create_connection(("10.9.6.1", '"$port"'), 2)'
	if gets_in 2>/dev/null; then t_fail "got in"; fi
}

# A program of somebody gives what is refused to the listener all the same.
beside_another()
{
	local listener ports
	needs_root
	listener=$(server ss -Hltnp "sport = :$port" | sed -n "s/.*$address:$port.*pid=\([0-9]*\),fd=\([0-9]*\).*/\1,\2/p")
	inside_begin python3 "$net/chooser.py" "$listener" 9999 >"$T_TMP/chooser" 2>&1
	t_wait_for 10 grep -q ready "$T_TMP/chooser" || t_fail "$(<"$T_TMP/chooser")"
	gets_in "$address" 9999 || t_fail "the other's program does not work: $(<"$T_TMP/chooser")"
	configured "grace = 0"
	for ports in "$port" 9999; do # that of the listener, and that which leads to it
		drain start --ports "$ports"
		t_wait_for 20 phase over
		if gets_in "$address" 9999 2>/dev/null; then t_fail "got in by another's program"; fi
		(($(netlane drain status --json | jq .dropped) > 0)) || t_fail "nothing was dropped"
		drain stop
		gets_in "$address" 9999 || t_fail "the other's program does not work after it"
	done
}

# The default is what the sections name; what a binding leads to a drained listener is lost.
bindings_refuse_as_well()
{
	local refused
	needs_root
	client ip route add 10.66.0.0/16 via 10.9.6.2
	t_at_end "client ip route del 10.66.0.0/16"
	server ip route add local 10.66.0.0/16 dev lo
	t_at_end "server ip route del local 10.66.0.0/16 dev lo"
	configured "grace = 0"
	sed -i '/^ports/d' "$T_TMP/conf"
	printf '%s\n' "[bind vip]" "prefix = 10.66.0.0/16" "ports = 9000-9100" "to = $port" >>"$T_TMP/conf"
	netlane up --config "$T_TMP/conf"
	gets_in 10.66.1.1 9050 || t_fail "the binding does not work"
	drain start
	t_wait_for 20 phase over
	t_wait_for 10 is_refused 10.66.1.1 9050 # the first second drops
	is_refused || t_fail "the listener itself does not refuse"
	t_match "$(drain status --json | jq -r .refused)" "^[1-9]" # of both
	refused=$(drain status --json | jq -r .refused)
	is_refused 10.66.1.1 9051 || t_fail "not refused by a binding"
	t_eq "$(drain status --json | jq -r .refused)" $((refused + 1)) "counted once"
	# other bindings are made beside it
	sed -i 's/^ports = 9000-9100/ports = 9000-9200/' "$T_TMP/conf"
	netlane up --config "$T_TMP/conf"
	is_refused 10.66.1.1 9150 || t_fail "not refused by a binding that came during the drain"
	drain stop
	gets_in 10.66.1.1 9050 || t_fail "the binding does not work after it"
	gets_in 10.66.1.1 9150 || t_fail "that of then does not work after it"
	drain start # the bindings have its maps from before
	t_wait_for 20 phase over
	t_wait_for 10 is_refused 10.66.1.1 9150
	inside rm -r /sys/fs/bpf/netlane/drain-"$inside_id"
	if gets_in 10.66.1.1 9150 2>/dev/null; then t_fail "the bindings were told by nobody"; fi
	drain stop
	gets_in 10.66.1.1 9150 || t_fail "refused when its pins were gone"
	drain start --ports 9150
	t_wait_for 20 phase over
	t_wait_for 10 is_refused 10.66.1.1 9150
	gets_in 10.66.1.1 9149 || t_fail "another port of the binding is refused"
	gets_in || t_fail "the listener itself is refused"
}

refused_before_it_begins()
{
	local said
	needs_root
	configured
	said=$(drain start --ports 80,x 2>&1) && t_fail "took a bad port"
	t_match "$said" "ports = '80,x': allowed is"
	said=$(drain start --then-reset 2>&1) && t_fail "took a reset without a deadline"
	t_match "$said" "no.* deadline|none is given"
	printf '%s\n' "[drain]" "grace = soon" >"$T_TMP/conf"
	said=$(drain start 2>&1) && t_fail "took a bad line"
	t_match "$said" "conf:2: grace = 'soon': allowed is a time"
	: >"$T_TMP/conf"
	said=$(drain start 2>&1) && t_fail "took no port for all"
	t_match "$said" "which ports"
	t_match "$(drain status)" "^in service"
}

drain_cases()
{
	t_case drain.refuse.new_ones_only drains refuse refused
	t_case drain.drop.new_ones_only drains drop silent
	t_case drain.counts.are_exact counts
	t_case drain.queued.are_served queued_live_on
	t_case drain.deadline.resets_those_alone resets
	t_once drain.deadline.alone_does_nothing deadline_alone
	t_once drain.choreography.in_order choreography
	t_once drain.choreography.a_hook_fails hook_fails
	t_case drain.driver.killed killed
	t_case drain.down.ends_it down_ends_it
	t_once drain.killed.at_each_point killed_on_the_way
	t_once drain.rehearsal.ends_by_itself rehearses
	t_case drain.namespace.of_one of_one_namespace
	t_case drain.other_sk_lookup.is_no_way_in beside_another
	t_case drain.binding.refuses_as_well bindings_refuse_as_well
	t_once drain.input.not_within_a_time not_within_a_time
	t_once drain.input.is_refused refused_before_it_begins
}
