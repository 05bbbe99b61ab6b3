# shellcheck shell=bash
# Scenes: a crooked node, netlane up on it, netlane down again. Each case of a
# suite names the scene and stage that it needs, so any of them runs alone.
# Sourced by the suites after lib.sh, traffic.sh and lanes.sh.
# Rule: a scene starts from the driver's defaults, whatever was before it.

# scene NAME WHAT LANES [UP'S ARGUMENTS] - how the node is made crooked, and the
# lanes that are wanted: "eth0=0,1,2,3" or "eth0=0,1,2,3 eth1=4,5".
declare -A SCENE_WHAT SCENE_LANES SCENE_UP
scene()
{
	SCENE_WHAT[$1]=$2
	SCENE_LANES[$1]=$3
	SCENE_UP[$1]=${4-}
}

scene_nics() { local w; for w in ${SCENE_LANES[$1]}; do echo "${w%%=*}"; done; }
scene_numbers() { scene_nics "$1" | sed 's/^eth//'; }

# scene_each NAME COMMAND... - with NIC CPU... behind it, for each NIC
scene_each()
{
	local word name=$1
	shift
	for word in ${SCENE_LANES[$name]}; do
		# shellcheck disable=SC2046	# CPUs are words
		"$@" "${word%%=*}" $(tr , ' ' <<<"${word#*=}")
	done
}

# up_run, down_run - netlane's output is kept for when the case is red
up_run() { netlane up "$@" || t_fail "netlane up $* failed with $?"; }
down_run() { netlane down || t_fail "netlane down failed with $?"; }

scene_leave()
{
	if [[ -e /var/lib/netlane ]]; then
		netlane down >/dev/null 2>&1 || true
		rm -rf /var/lib/netlane
	fi
	local nics=(/sys/class/net/eth*)
	# shellcheck disable=SC2154	# from lanes.sh
	"$vm/perturb" default,fixed-key "${nics[@]##*/}"
}

stage_crooked()
{
	local nics
	mapfile -t nics < <(scene_nics "$1")
	scene_leave
	[[ -z ${SCENE_WHAT[$1]} ]] || "$vm/perturb" "${SCENE_WHAT[$1]}" "${nics[@]}"
	state_take found --quick
}

need_rss() { ethtool -x eth0 >/dev/null 2>&1 || t_skip "this kernel's driver has no RSS"; }

# reach SCENE crooked|up|down
reach()
{
	local at
	if [[ ${SCENE_WHAT[$1]} == rss-* ]]; then need_rss; fi
	at=$(cat "$T_TMP/at" 2>/dev/null || true)
	[[ $at != "$1 $2" ]] || return 0
	# shellcheck disable=SC2086	# arguments are words
	case $2 in
	crooked) stage_crooked "$1" ;;
	up)	reach "$1" crooked; up_run ${SCENE_UP[$1]} ;;
	down)	reach "$1" up; down_run ;;
	esac
	echo "$1 $2" >"$T_TMP/at"
}

# ---- the claims of a scene

scene_control()	# SCENE KIND...
{
	local name=$1
	reach "$name" crooked
	scene_each "$name" lanes_map >"$T_TMP/map"
	# shellcheck disable=SC2046	# numbers are words
	counts_take control $(scene_numbers "$name")
	went_crooked control "$T_TMP/map" "${@:2}"
}

scene_knobs()
{
	reach "$1" up
	scene_each "$1" knobs_are
}

scene_traffic()
{
	reach "$1" up
	{ scene_each "$1" lanes_map; scene_each "$1" helpers_map; } >"$T_TMP/map"
	# shellcheck disable=SC2046	# numbers are words
	counts_take "up" $(scene_numbers "$1")
	went_straight "up" "$T_TMP/map"
}

# Nothing is opened for writing but netlane's own files, and the driver is not
# asked to change anything.
scene_again()
{
	reach "$1" up
	driver_watch
	# shellcheck disable=SC2086	# arguments are words
	strace -f --seccomp-bpf -o "$T_TMP/strace" -e trace=open,openat,openat2,creat netlane up ${SCENE_UP[$1]}
	driver_was_left_alone
	if grep -E 'O_WRONLY|O_RDWR|creat' "$T_TMP/strace" | grep -E '"/(proc|sys)/'; then
		t_fail "the second up wrote to the kernel"
	fi
}

scene_given_back()
{
	reach "$1" down
	state_is found --quick
}

# scene_claims t_case|t_once SCENE KIND... - KIND: rules that are broken without netlane
scene_claims()
{
	local claim=$1
	shift
	"$claim" "lanes.$1.crooked_without_netlane" scene_control "$@"
	"$claim" "lanes.$1.up_sets_every_knob" scene_knobs "$1"
	"$claim" "lanes.$1.traffic_keeps_to_its_lane" scene_traffic "$1"
	"$claim" "lanes.$1.second_up_writes_nothing" scene_again "$1"
	"$claim" "lanes.$1.down_gives_the_node_back" scene_given_back "$1"
}

# ---- has the driver been asked to change channels or RSS?
driver_calls="virtnet_set_channels virtnet_set_rxfh"
driver_trace=/sys/kernel/tracing/instances/driver
driver_prepare()
{
	local call
	[[ ! -d $driver_trace ]] || return 0
	mkdir "$driver_trace"
	for call in $driver_calls; do
		if grep -q "^$call " /sys/kernel/tracing/available_filter_functions; then
			echo "$call" >>"$driver_trace/set_ftrace_filter"
		fi
	done
	grep -q virtnet_set_channels "$driver_trace/set_ftrace_filter"
	echo function >"$driver_trace/current_tracer"
}

driver_watch() { : >"$driver_trace/trace"; }

driver_was_left_alone()
{
	local calls
	calls=$(grep -v '^#' "$driver_trace/trace" || true)
	[[ -z $calls ]] || t_fail "the driver was asked: $calls"
}

# traffic_prepare NIC... - all that a suite needs to count; before any traffic
traffic_prepare()
{
	"$vm/witness" prepare "$@"
	driver_prepare
	nginx_start
	t_wait_for 20 nginx_answers
}
