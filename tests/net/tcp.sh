# shellcheck shell=bash disable=SC2154	# $a and $b are the suite's
# What suites of netlane tcp share: talkers in the two namespaces of pair.sh, and ss
# as the judge.
# Rule: a talker is ready before its case goes on, and ends with the case.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/pair.sh"
talker=$(dirname "${BASH_SOURCE[0]}")/talker.py

# talks NAMESPACE WORDS - in the background until the case ends; sets talking
talks()
{
	local where=$1 out
	shift
	out=$(mktemp -p "$T_TMP")
	until_end "$where" python3 "$talker" "$@" >"$out" 2>&1
	# shellcheck disable=SC2034	# the cases read it
	talking=$started
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
