# shellcheck shell=bash disable=SC2154	# $a and $b are the suite's
# What suites of netlane tcp share: two namespaces, $a (the client, opens) and $b
# (the server), talkers in them, and ss as the judge.
# Rule: a talker is ready before its case goes on, and ends with the case.

talker=$(dirname "${BASH_SOURCE[0]}")/talker.py

client() { ip netns exec "$a" "$@"; }
server() { ip netns exec "$b" "$@"; }
needs_root() { [[ $(id -u) == 0 ]] || t_skip "needs root"; }

# Two namespaces with a veth pair; 10.9.8.1 and .2, fd09:8::1 and ::2.
pair_make()
{
	ip netns add "$a"
	ip netns add "$b"
	t_at_end pair_drop
	ip -n "$a" link add there type veth peer name here netns "$b"
	ip -n "$a" addr add 10.9.8.1/24 dev there
	ip -n "$b" addr add 10.9.8.2/24 dev here
	ip -n "$a" addr add fd09:8::1/64 dev there nodad
	ip -n "$b" addr add fd09:8::2/64 dev here nodad
	ip -n "$a" link set lo up
	ip -n "$b" link set lo up
	ip -n "$a" link set there up
	ip -n "$b" link set here up
	for addr in 10.9.8.2 fd09:8::2; do hear "$a" there "$addr"; done
	for addr in 10.9.8.1 fd09:8::1; do hear "$b" here "$addr"; done
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
pair_drop() { ip netns pids "$b" | xargs -r kill; ip netns pids "$a" | xargs -r kill; ip netns del "$a"; ip netns del "$b"; }

# talks NAMESPACE WORDS - in the background until the case ends; sets talking
talks()
{
	local where=$1 out
	shift
	out=$(mktemp -p "$T_TMP")
	ip netns exec "$where" python3 "$talker" "$@" >"$out" 2>&1 &
	talking=$!
	t_at_end "kill $talking 2>/dev/null || :"
	t_wait_for 60 grep -q . "$out"
	grep -qx ready "$out" || t_fail "talker $*: $(<"$out")"
}

netlane_bin=${netlane_bin:-build/netlane}
tcp_json() { "$1" "$netlane_bin" tcp --json "${@:2}"; }	# client|server OPTIONS

# pick EXPRESSION - of the JSON on standard input, as d; group("NAME") is one of them
pick()
{
	python3 -c '
import json, sys
d = json.load(sys.stdin)
class Row(dict):
    __getattr__ = dict.get
def group(name, of="group"):
    return Row(next((g for g in d[of] if g["name"] == name), {}))
def listener(port):
    return Row(next((r for r in d["row"] if r["port"] == port), {}))
print(eval(sys.argv[1]))' "$1"
}

# sums of what ss says of each connection: ss_sum client|server WORD [FILTER...]
# "data_segs_out:5" counts 5; "retrans:0/3" counts 3, those that were in all
ss_sum()
{
	"$1" ss -Htin "${@:3}" | tr ' ' '\n' | awk -F '[:/]' -v word="$2" '
		$1 == word { sum += $NF } END { print sum + 0 }'
}
ss_count() { "$1" ss -Htn "${@:2}" | wc -l; }
counter() { "$1" nstat -asz "$2" | awk -v name="$2" '$1 == name { print $2 }'; }	# client|server NAME
# Nothing is under way or waits to be sent.
all_is_acked() { [[ $("$1" ss -Htin | grep -c 'unacked\|notsent') == 0 ]]; }

# The histogram of RTTs that ss shows: how many of 2^b us and more, below 2^(b + 1).
rtts_by_ss()
{
	client ss -Htin | tr ' ' '\n' | sed -n 's/^rtt:\([0-9.]*\).*/\1/p' | python3 -c '
import sys
bucket = [0] * 32
for line in sys.stdin:
    bucket[round(float(line) * 1000).bit_length() - 1] += 1
print(bucket)'
}
