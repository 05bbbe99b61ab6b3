#!/bin/bash
# What one look at the connections costs: netlane tcp and netlane ports beside ss,
# over N connections between two namespaces (not loopback: each end has its own).
# Rule: CPU time of the process, the kernel's part of the walk in it; the programs
# take turns, so that what else runs here meets all of them. Where this kernel lets
# it: no VM, no root but for the namespaces.
#
#   tests/bench/tcp.sh [CONNECTIONS [ROUNDS]]     default: 20000 15

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 2
set -u
nr=${1:-20000} rounds=${2:-15}
a=nlbench-a-$$ b=nlbench-b-$$
T_TMP=$(mktemp -d)

finish()
{
	ip netns pids "$b" 2>/dev/null | xargs -r kill
	ip netns pids "$a" 2>/dev/null | xargs -r kill
	ip netns del "$a" 2>/dev/null
	ip netns del "$b" 2>/dev/null
	rm -rf "$T_TMP"
}
trap finish EXIT

ready() { until grep -q ready "$1" 2>/dev/null; do sleep 0.1; done; }

[[ $(id -u) == 0 ]] || { echo "needs root" >&2; exit 2; }
ulimit -n "$(ulimit -Hn)"
ip netns add "$a" && ip netns add "$b" || exit 2
ip -n "$a" link add there type veth peer name here netns "$b"
ip -n "$a" addr add 10.9.8.1/24 dev there
ip -n "$b" addr add 10.9.8.2/24 dev here
ip -n "$a" link set there up
ip -n "$b" link set here up
ip netns exec "$a" sysctl -qw net.ipv4.ip_local_port_range="1024 65535"
for i in 1 2 3 4; do	# a process may have too few files for all
	ip netns exec "$b" python3 tests/net/talker.py sink 800$i >"$T_TMP/sink$i" &
	ready "$T_TMP/sink$i"
	ip netns exec "$a" python3 tests/net/talker.py hold 10.9.8.2 800$i $((nr / 4)) 100 >"$T_TMP/hold$i" &
	ready "$T_TMP/hold$i"
done
echo "$(uname -r), $(ip netns exec "$a" ss -Htn | wc -l) connections, $rounds rounds, CPU ms a run:"
ip netns exec "$a" python3 - "$rounds" <<'END'
import os, subprocess, sys
rounds = int(sys.argv[1])
commands = {
    "netlane tcp --worst 0": ["build/netlane", "tcp", "--worst", "0"],
    "netlane tcp": ["build/netlane", "tcp", "--order", "rtt"],
    "netlane tcp --json": ["build/netlane", "tcp", "--json", "--order", "rtt"],
    "netlane ports": ["build/netlane", "ports"],
    "ss -tin": ["ss", "-Htin"],
    "ss -tn": ["ss", "-Htn"],
}
spent = {name: [] for name in commands}
for _ in range(rounds):
    for name, words in commands.items():
        child = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        usage = os.wait4(child.pid, 0)[2]
        spent[name].append((usage.ru_utime * 1000, usage.ru_stime * 1000))
print("%-24s %8s %8s %8s %8s" % ("", "least", "median", "user", "system"))
for name, runs in spent.items():
    runs.sort(key=sum)
    mid = runs[len(runs) // 2]
    print("%-24s %8.1f %8.1f %8.1f %8.1f" % (name, sum(runs[0]), sum(mid), *mid))
END
