#!/usr/bin/env bash
# The plans of known nodes, whole: as text, as JSON and as a shell script.
#
#   tests/golden/golden.sh            TAP
#   tests/golden/golden.sh --update   rewrites what is expected; look at the diff
#
# plan/NAME.facts.json (from make-facts), and plan/NAME.conf where the node has
# a configuration, give plan/NAME.plan.txt, NAME.plan.json and NAME.sh.
#
# The rule: the expected files are read by a person before they are committed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
netlane=$top/build/netlane
cd "$top/tests/golden/plan" || exit

# plan NAME [OPTION...]: independent of the terminal, the locale and this node
plan() {
	local conf=/dev/null
	[ ! -e "$1.conf" ] || conf=$1.conf
	LC_ALL=C COLUMNS=100 TERM=dumb "$netlane" plan --facts "$1.facts.json" --config "$conf" "${@:2}"
}

# as NAME SUFFIX: the plan in the form that the suffix stands for
as() {
	case $2 in
	plan.txt) plan "$1" ;;
	plan.json) plan "$1" --json ;;
	sh) plan "$1" --as shell ;;
	esac
}

same() {
	as "$1" "$2" >"$T_TMP/now"
	diff -u "$1.$2" "$T_TMP/now"
}

sound() {
	local name
	for name in "${names[@]}"; do sh -n "$name.sh"; done
	command -v shellcheck >/dev/null || t_skip "no shellcheck here"
	shellcheck "${names[@]/%/.sh}"
}

# Every file belongs to a node, and the nodes are those of make-facts.
complete() {
	local name
	cp ../make-facts "$T_TMP/make-facts"
	mkdir "$T_TMP/plan"
	"$T_TMP/make-facts"
	for name in *.facts.json; do diff "$name" "$T_TMP/plan/$name"; done
	for name in "$T_TMP"/plan/*; do [ -e "${name##*/}" ]; done
	for name in *; do [ -e "${name%%.*}.facts.json" ]; done
}

names=(*.facts.json)
names=("${names[@]%.facts.json}")

if [ "${1-}" = --update ]; then
	../make-facts
	for name in *.facts.json; do
		name=${name%.facts.json}
		for suffix in plan.txt plan.json sh; do as "$name" $suffix >"$name.$suffix"; done
	done
	exit
fi

for name in "${names[@]}"; do
	t_case "golden.$name.text" same "$name" plan.txt
	t_case "golden.$name.json" same "$name" plan.json
	t_case "golden.$name.script" same "$name" sh
done
t_case golden.scripts.are_sound sound
t_case golden.nodes.are_complete complete
t_done
