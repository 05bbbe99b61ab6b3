# shellcheck shell=bash disable=SC2154	# $a and $b are the suite's
# Two network namespaces, $a (the client, opens) and $b (the server), joined by a veth
# pair: "there" is in $a, "here" in $b.
# Rule: they know each other without asking, and IPv6 says at once what it has to say on
# its own, so that no packet is there but what a case sends.

client() { ip netns exec "$a" "$@"; }
server() { ip netns exec "$b" "$@"; }
needs_root() { [[ $(id -u) == 0 ]] || t_skip "needs root"; }

# pair_make NET4 NET6 [QUEUES] - "10.9.8 fd09:8": 10.9.8.1 and .2, fd09:8::1 and ::2
pair_make()
{
	local ns net4=$1 net6=$2 queues="numtxqueues ${3:-1} numrxqueues ${3:-1}"
	ip netns add "$a"
	ip netns add "$b"
	t_at_end pair_drop
	for ns in "$a" "$b"; do
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.default.mldv2_unsolicited_report_interval=1 \
			net.ipv6.conf.default.addr_gen_mode=1
		ip -n "$ns" link set lo up
	done
	# shellcheck disable=SC2086	# words
	ip -n "$a" link add there $queues type veth peer name here $queues netns "$b"
	ip -n "$a" addr add "$net4.1/24" dev there
	ip -n "$b" addr add "$net4.2/24" dev here
	ip -n "$a" addr add "$net6::1/64" dev there nodad
	ip -n "$b" addr add "$net6::2/64" dev here nodad
	ip -n "$a" link set there up
	ip -n "$b" link set here up
	t_wait_for 10 pair_has_carrier
	for addr in "$net4.2" "$net6::2"; do hear "$a" there "$addr"; done
	for addr in "$net4.1" "$net6::1"; do hear "$b" here "$addr"; done
}
pair_has_carrier() { [[ $(server cat /sys/class/net/here/carrier) == 1 ]]; }
pair_drop()
{
	{ ip netns pids "$a"; ip netns pids "$b"; } | xargs -r kill
	ip netns del "$a"
	ip netns del "$b"
}

# deafen NAMESPACE DEVICE ADDRESS - what is sent to it is lost, until hear. The two know
# each other without asking: an answer to that would be lost as well.
deafen() { ip -n "$1" neigh replace "$3" lladdr 02:00:00:00:00:99 nud permanent dev "$2"; }
hear()
{
	local there=$b its=here
	[[ $1 == "$a" ]] || there=$a its=there
	ip -n "$1" neigh replace "$3" nud permanent dev "$2" \
		lladdr "$(ip netns exec "$there" cat "/sys/class/net/$its/address")"
}

# until_end NAMESPACE COMMAND... - a program in it, in the background until the case (or
# the suite) ends; sets started. A function of the suite would not do: what is killed
# then is the shell that runs it, and the program goes on. What comes next at the end
# finds its connections closed.
until_end()
{
	ip netns exec "$@" &
	started=$!
	t_at_end "kill $started 2>/dev/null || :; wait $started 2>/dev/null || :"
}
