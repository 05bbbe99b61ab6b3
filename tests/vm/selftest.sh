#!/bin/bash
# The test of the VM runner itself: that red is red, that nothing is left
# behind. Prints TAP; VM_SELFTEST="exit_status outside" runs only what matches.
# host: timeout=1200 (the first run fetches kernels and makes two root file systems)
# Rule: each test runs tests/vm/run as a user would and judges from outside.
# Functions are called by name, and what is in single quotes runs in the guest.
# shellcheck disable=SC2317,SC2016

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
run=$here/run
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nr=0
nr_failed=0
only=${VM_SELFTEST:-}

# claim WHAT COMMAND... - note why a test fails; the first reason is shown.
claim()
{
	local what=$1
	shift
	"$@" || why=${why:-$what}
}

test_run()	# NAME FUNCTION
{
	[[ -z $only || $1 =~ ${only// /|} ]] || return
	nr=$((nr + 1))
	why=
	skip=
	"$2"
	if [[ -n $skip ]]; then
		echo "ok $nr vm.$1 # SKIP $skip"
	elif [[ -z $why ]]; then
		echo "ok $nr vm.$1"
	else
		echo "not ok $nr vm.$1"
		echo "# $why"
		tail -n 20 "$work/err" | sed 's/^/#   /'
		nr_failed=$((nr_failed + 1))
	fi
}

# vm ARGUMENTS - stdout in $work/out, stderr in $work/err, status in $status.
vm()
{
	"$run" "$@" >"$work/out" 2>"$work/err"
	status=$?
}

not()	{ ! "$@"; }
said()	{ grep -Eq "$2" "$work/$1"; }
ends()	{ [[ $status == "$1" ]]; }
printed() { [[ $(<"$work/out") == "$1" ]]; }

exit_status()
{
	local s
	for s in 0 7 255; do
		vm --nics 0 -- bash -c "echo out; echo err >&2; exit $s"
		claim "exit $s came back as $status" ends "$s"
		claim "stdout is not as written" printed out
		claim "stderr is not as written" said err '^err$'
	done
}

# wait_for_output PID - until it has printed something or has ended.
wait_for_output()
{
	while [[ ! -s $work/out ]] && kill -0 "$1" 2>/dev/null; do sleep 0.1; done
}

output_streams()
{
	local pid
	: >"$work/out"
	"$run" --nics 0 -- bash -c 'echo first; read -t 300 x <> <(:)' >"$work/out" 2>"$work/err" &
	pid=$!
	wait_for_output "$pid"
	claim "no output while the command was running" printed first
	claim "the runner has ended too early" kill -0 "$pid"
	kill -TERM "$pid"
	wait "$pid"
	status=$?
	claim "a runner that is told to end says $status, not 143" ends 143
}

crash()
{
	vm --nics 0 -- bash -c 'echo c >/proc/sysrq-trigger'
	claim "a panic came back as $status" ends 125
	claim "the console does not show the panic" said err 'Kernel panic'
}

splat()
{
	local oops='echo "<3>BUG: made by the self-test" >/dev/kmsg'
	vm --nics 0 -- bash -c "$oops"
	claim "a kernel complaint came back as $status" ends 125
	claim "the complaint is not shown" said err 'BUG: made by the self-test'
	vm --nics 0 --allow-splat -- bash -c "$oops; exit 3"
	claim "--allow-splat: came back as $status" ends 3
}

timeout_ends()
{
	vm --nics 0 --timeout 15 -- sleep 1000
	claim "a command without end came back as $status" ends 125
	claim "the reason is not said" said err 'no end within 15 s'
}

wrong_usage()
{
	vm --kernel 4.4 -- true
	claim "an unknown kernel came back as $status" ends 2
	claim "the known kernels are not said" said err '5.10 6.1'
	vm --cpus 0 -- true
	claim "--cpus 0 came back as $status" ends 2
}

parallel()
{
	local p
	for p in 1 2; do
		"$run" -- bash -c "ip -4 addr show dev eth0 | grep -q 10.9.0.2 && echo $p" \
			>"$work/out$p" 2>"$work/err" &
	done
	wait
	claim "the first of two has no output" [ "$(<"$work/out1")" = 1 ]
	claim "the second of two has no output" [ "$(<"$work/out2")" = 2 ]
}

root_is_kept()
{
	local mark=/etc/vm-selftest-$$
	vm --nics 0 -- bash -c "touch $mark / /etc && test -e $mark"
	claim "the guest could not write to its root: $status" ends 0
	claim "the guest wrote to this machine's root" [ ! -e "$mark" ]
	rm -f "$mark"
}

queues()
{
	vm --cpus 4 --queues 4,2 -- bash -c '
		for i in 0 1; do ls -d /sys/class/net/eth$i/queues/rx-* | wc -l; done
		cat /sys/class/net/eth1/address
		ethtool -x eth0 | head -n 1'
	claim "status $status" ends 0
	claim "not 4 and 2 queues, or not eth1's address" \
		[ "$(head -n 3 "$work/out" | xargs)" = "4 2 52:54:00:6e:6c:01" ]
	claim "no RSS table" said out 'indirection table for eth0 with 4 RX'
}

topology()
{
	vm --nics 0 --cpus 4 --numa 2 --smt 2 --smbios-product "Alibaba Cloud ECS" -- bash -c '
		ls -d /sys/devices/system/node/node[0-9]* | wc -l
		cat /sys/devices/system/node/node1/cpulist \
			/sys/devices/system/cpu/cpu0/topology/thread_siblings_list \
			/sys/class/dmi/id/product_name'
	claim "not as asked for: $(<"$work/out")" \
		[ "$(xargs <"$work/out")" = "2 2-3 0-1 Alibaba Cloud ECS" ]
}

outside()
{
	vm --outside --env MARK="$work/started" -- bash -c '
		outside ip -br addr show tap0; outside bash -c "exit 9"; echo "rc $?"
		outside --bg job bash -c "echo started; : >$MARK; sleep 1000"
		until outside test -e "$MARK"; do :; done
		outside --bg job true || echo "refused $?"
		outside --stop job; echo "stop $?"
		outside --bg job bash -c "exit 4"; outside --wait job; echo "wait $?"'
	claim "status $status" ends 0
	claim "not in the namespace" said out '10.9.0.1/24'
	claim "exit status lost" said out '^rc 9$'
	claim "a name was given twice" said out '^refused 125$'
	claim "output of a stopped job lost" said out '^started$'
	claim "--stop" said out '^stop 0$'
	claim "--wait" said out '^wait 4$'
}

hotplug()
{
	vm --cpus 2 --qmp --spare-nics 1 --outside -- bash -c '
		eth1=/sys/class/net/eth1
		outside nic-add 1 || exit
		for ((i = 0; i < 300; i++)); do [ ! -e $eth1 ] || break; sleep 0.1; done
		cat $eth1/address
		outside nic-del 1 || exit
		[ ! -e $eth1 ] || echo "still there"
		outside qmp "$VM_QMP" "{\"execute\": \"query-status\"}"
		outside nic-add 2; echo "refused $?"'
	claim "status $status" ends 0
	claim "a plugged NIC has not come" said out '^52:54:00:6e:6c:01$'
	claim "an unplugged NIC is still there" not said out 'still there'
	claim "the monitor does not answer" said out '"status": "running"'
	claim "a NIC that is not there was not refused" said out '^refused 125$'
}

own_init()
{
	local disk=$work/disk
	needs_mmdebstrap || return
	vm --systemd --disk "$disk" --cpus 2 --timeout 900 -- bash -c '
		echo "boot $VM_BOOT $(systemctl is-system-running) $(cat /kept 2>/dev/null)"
		echo mark >/kept; [ "$VM_BOOT" = 2 ] && exit 3
		systemctl reboot; sleep 1000'
	rm -f "$disk"
	claim "status $status, not 3" ends 3
	claim "no first boot" said out '^boot 1 (running|degraded) $'
	claim "no second boot, or the disk was not kept" said out '^boot 2 (running|degraded) mark$'
}

arm64()
{
	needs_mmdebstrap || return
	command -v qemu-system-aarch64 >/dev/null || { skip="no qemu-system-arm"; return; }
	vm --arch arm64 --cpus 2 --timeout 900 -- bash -c 'uname -m; ip -br addr show eth0; exit 6'
	claim "status $status, not 6" ends 6
	claim "not arm64 with an address" said out '10.9.0.2/24'
}

needs_mmdebstrap()
{
	command -v mmdebstrap >/dev/null || { skip="no mmdebstrap"; return 1; }
}

killed_outright()
{
	local pid lock
	: >"$work/out"
	"$run" --outside -- bash -c 'outside --bg x sleep 1000; echo up; sleep 1000' \
		>"$work/out" 2>"$work/err" &
	pid=$!
	wait_for_output "$pid"
	lock=$(find "/proc/$pid/fd" -lname '*/nlvm-*/lock' -exec readlink {} +)
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	# its children end with it, but not in the same moment
	timeout 20 flock "$lock" true
	claim "a killed run lived on for 20 s" not lives "$lock"
	vm --nics 0 -- true
	claim "the next run after a killed one came back as $status" ends 0
	claim "a killed run left: $(leftovers)" [ -z "$(leftovers)" ]
}

nothing_left()
{
	claim "namespaces left: $(leftovers)" [ -z "$(leftovers)" ]
}

lives() { [[ -e $1 ]] && ! flock -n "$1" true; }
runs_now() { mkdir -p /run/netns; find /run/netns "${TMPDIR:-/tmp}" -maxdepth 1 -name 'nlvm-*' | sort; }

# Those that were there before are other people's runs.
leftovers()
{
	comm -13 "$work/before" <(runs_now) |
	while read -r x; do
		# a run that began meanwhile and lives, which its lock tells, is somebody else's too
		lives "${TMPDIR:-/tmp}/${x##*/}/lock" || [[ ! -e $x ]] || echo "$x"
	done
}

[[ $EUID == 0 ]] || { echo "ok 1 vm.selftest # SKIP needs root"; echo 1..1; exit 0; }
runs_now >"$work/before"
test_run wrong_usage.is_refused wrong_usage
test_run exit_status.is_passed_through exit_status
test_run output.streams_until_killed output_streams
test_run crash.gives_125 crash
test_run splat.gives_125_unless_allowed splat
test_run timeout.gives_125 timeout_ends
test_run two_runs.work_at_once parallel
test_run root.is_not_written root_is_kept
test_run queues.are_as_asked queues
test_run topology.is_as_asked topology
test_run outside.runs_in_the_namespace outside
test_run nic.is_plugged_in_and_out hotplug
test_run own_init.reboots_and_keeps_its_disk own_init
test_run arm64.passes_status arm64
test_run killed_run.is_cleaned_by_the_next killed_outright
test_run end.leaves_nothing nothing_left
echo "1..$nr"
exit $((nr_failed > 0))
