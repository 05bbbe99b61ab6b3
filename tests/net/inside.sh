# shellcheck shell=bash disable=SC2154	# $b is the suite's
# netlane in namespace $b with a /run, a state folder, a BPF file system and a cgroup tree
# of its own, so that this machine's are not touched.

inside_make()
{
	# shellcheck disable=SC2016	# it is the other shell's
	ip netns exec "$b" unshare -m sh -c 'mount -t tmpfs none /run && mount -t tmpfs none /var/lib &&
		mkdir /var/lib/netlane && mount -t bpf none /sys/fs/bpf && mount -t cgroup2 none /sys/fs/cgroup &&
		touch /run/ready && exec sleep infinity' &
	holder=$!
	t_at_end "kill $holder; wait $holder || :"
	t_wait_for 20 inside test -e /run/ready
}
# inside_begin COMMAND... - in the background until the case ends. A function of the suite
# in the background would not do: what is killed then is the shell that runs it.
inside_begin()
{
	nsenter --mount --net -t "$holder" "$@" &
	t_at_end "kill $! 2>/dev/null; wait $! || :"
}
# in $b, or with another's in inside_net in that namespace
inside_net=(--net)
inside() { nsenter --mount "${inside_net[@]}" -t "$holder" "$@"; }
netlane() { inside "$PWD/build/netlane" "$@"; }

# ---- with $T_TMP/conf
up() { netlane up --config "$T_TMP/conf"; t_at_end given_back; }
given_back() { netlane down >/dev/null; }
# service_begin - the service holds; it is waited for until it has looked (by notified.sh).
# netlane_run: another build that is to be it
service_begin()
{
	inside rm -f /var/lib/netlane/hands-off # of a down before
	notify_start
	t_at_end notify_end
	NOTIFY_SOCKET=$T_TMP/notify nsenter --mount "${inside_net[@]}" -t "$holder" "${netlane_run:-$PWD/build/netlane}" run --config "$T_TMP/conf" >"$T_TMP/log" 2>&1 &
	service=$!
	t_at_end "kill $service 2>/dev/null; wait $service || :"
	t_at_end given_back
	t_wait_for 90 settled_after 0
}
