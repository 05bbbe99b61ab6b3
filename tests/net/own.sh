# shellcheck shell=bash disable=SC2034,SC2154	# $top is the suite's, $service for it
# The service beside everything on this machine: its own network namespace, BPF file
# system and /run, so that nothing of this machine's is touched.

inside() { nsenter --mount --net -t "$holder" "$@"; }
# The same in the background: $! is the command itself, to be ended by it.
begins()
{
	nsenter --mount --net -t "$holder" "$@" &
	t_at_end "kill $! 2>/dev/null; wait $! || :"
}

# own_prepare NETLANE LINE... - a service of that build in it, with that configuration
own_prepare()
{
	local netlane=$1
	shift
	# shellcheck disable=SC2016	# it is the other shell's
	unshare -mn sh -c 'mount -t tmpfs none /run && mount -t bpf none /sys/fs/bpf &&
		ip link set lo up && printf "%s\n" "$@" >/run/conf &&
		touch /run/ready && exec sleep infinity' - "[netlane]" "mode = observe" "sweep = 1" "$@" &
	holder=$!
	t_at_end "kill $holder; wait $holder || :"
	t_wait_for 20 inside test -e /run/ready
	begins "$netlane" run --config /run/conf >"$T_TMP/log" 2>&1
	service=$! # its pid, for suites
	t_wait_for 60 grep -q "^mode observe" "$T_TMP/log"
}
