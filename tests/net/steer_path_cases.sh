# shellcheck shell=bash disable=SC2154	# $address and so on are those of steer.sh
# The cases of a connection's whole way, from packet to answer. Sourced, behind
# steer_cases.sh.
# Rule: the device is the witness, not the socket: what left by which queue is seen there.

# Each connection's way, as the device sees its server's FIN leave: the CPU that received last,
# the CPU that closes, which is the worker's, and the queue of what left before. Over veth an
# answer is acknowledged on the CPU that sends it, so the client closes half of them: a FIN comes
# from its own CPU.
paths_are_exact()
{
	local line
	paths_begin
	device_witness_begin
	client python3 "$net/asker.py" tally "$address" "$port" 20 0 1 >/dev/null
	client python3 "$net/asker.py" leave "$address" "$port" 20 0 1 >/dev/null
	t_wait_for 20 all_have_ended 80
	device_witness_end >"$T_TMP/seen"
	cat "$T_TMP/seen"
	t_eq "$(awk '{ sum += $1 } END { print sum }' "$T_TMP/seen")" 80 "connections that the witness saw"
	while read -r line; do
		t_match "$line" "^[0-9]+ [01] [01] [01]$"
	done <"$T_TMP/seen"
	t_eq "$(paths_counted .received .served .queue)" "$(sort "$T_TMP/seen")" "connections, received, served, queue"
	t_eq "$(counted "[.row[].paths.straight]")" "$(awk '$2 == $3 && $3 == $4 { sum += $1 } END { print sum + 0 }' "$T_TMP/seen")" "on one lane"
	t_eq "$(jq -c '[.path[] | select(.queue == 1) | .sent, .ifname] | unique' "$T_TMP/after")" '["1","here"]' "whose queue 1 is"
	netlane steer --config "$T_TMP/conf" | t_finds -E "received, served and sent on one lane: [0-9.]+ % of 8[0-9]"
	# a queue that is every CPU's is no lane's
	xps 3 3
	paths_now | jq -e '.paths.straight == 0 and .paths.ended >= 80' || t_fail "on a lane without lanes"
}
# Who received and who served is just what the client did and the workers answered.
paths_are_the_workers()
{
	local cpu who count
	paths_begin
	client python3 "$net/asker.py" leave "$address" "$port" 40 0 1 >"$T_TMP/said"
	t_wait_for 20 all_have_ended 80
	while read -r cpu who count; do echo "$count $cpu $(cpu_of "$who")"; done <"$T_TMP/said" | sort >"$T_TMP/seen"
	t_eq "$(paths_counted .received .served)" "$(<"$T_TMP/seen")" "connections, received, served"
}
paths_now() { netlane steer status --json --config "$T_TMP/conf"; }
# nginx, each queue one CPU's, and counting
paths_begin()
{
	two_cpus
	xps 1 2
	nginx_begin 01 10
	printf '%s\n' "[netlane]" "mode = hold" "counters = yes" >"$T_TMP/conf"
	up >/dev/null
	paths_now >"$T_TMP/before"
}
# xps MASK... - which CPUs send by each queue of the server's end
xps()
{
	local queue=0 mask
	for mask; do
		server sh -c "echo $mask >/sys/class/net/here/queues/tx-$queue/xps_cpus"
		queue=$((queue + 1))
	done
}
all_have_ended() { paths_now >"$T_TMP/after"; [[ $(counted "[.row[].paths.ended]") == "$1" ]]; }
paths_counted()	# FIELD...
{
	local fields
	fields=$(IFS=, && echo "$*")
	jq -rn --slurpfile was "$T_TMP/before" --slurpfile is "$T_TMP/after" '
		[($is[0].path[] | .n = .connections), ($was[0].path[] | .n = -.connections)]
		| group_by(['"$fields"'])[] | {n: map(.n) | add, at: .[0]} | select(.n > 0)
		| [.n, (.at | '"$fields"')] | join(" ")' | sort
}
device_witness_begin()
{
	# shellcheck disable=SC2016	# it is the other shell's
	unshare -m sh -c 'mount -t debugfs none /sys/kernel/debug 2>/dev/null; exec bpftrace -B line -e "$1"' sh 'BEGIN { printf("ready\n"); }
		tracepoint:net:net_dev_start_xmit /str(args->name) == "here"/ {
			$skb = (struct sk_buff *)args->skbaddr;
			$sk = $skb->sk;
			$flags = *(uint8 *)($skb->head + $skb->transport_header + 13);
			if ($sk->__sk_common.skc_net.net->ns.inum == '"$(server stat -Lc %i /proc/self/ns/net)"') {
				if ($flags & 1) {
					// not one that is sent again
					if (@ended[$sk->__sk_common.skc_dport] == 0) {
						printf("%d %d %d\n", $sk->__sk_common.skc_incoming_cpu, cpu, @queue[$sk->__sk_common.skc_dport]);
					}
					@ended[$sk->__sk_common.skc_dport] = 1;
				} else {
					@queue[$sk->__sk_common.skc_dport] = args->queue_mapping;
				}
			}
		}' >"$T_TMP/device" 2>&1 &
	device_witness=$!
	t_at_end "watcher_end $device_witness"
	t_wait_for 120 device_witness_is_there
}
device_witness_is_there()
{
	kill -0 "$device_witness" 2>/dev/null || t_skip "no bpftrace with tracepoints here: $(<"$T_TMP/device")"
	grep -q ready "$T_TMP/device"
}
# "NUMBER RECEIVED SERVED QUEUE" lines
device_witness_end()
{
	watcher_end "$device_witness"
	awk 'NF == 3 && /^[0-9 ]+$/ { nr[$0]++ } END { for (path in nr) print nr[path], path }' "$T_TMP/device"
}

path_cases()
{
	t_case steer.paths.are_the_workers_own paths_are_the_workers
	t_case steer.paths.are_counted_exactly paths_are_exact
}
