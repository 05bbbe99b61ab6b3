# shellcheck shell=bash
# The service on a node under test, without systemd: begun, ended, waited for.
# Sourced by the suites of the keeper after scenes.sh.
# Rule: lanes are judged by the kernel's files (knobs_are); what the service
# says is only read to see whom it names.

# shellcheck disable=SC2154,SC2119,SC2120	# vm is of lanes.sh; arguments come where they matter
# shellcheck source-path=SCRIPTDIR
. "$here/../notified.sh"

keep_conf=/etc/netlane/netlane.conf

# keep_configure LINE... - hold, no sweep: only events may mend
keep_configure()
{
	mkdir -p "${keep_conf%/*}"
	printf '%s\n' "[netlane]" "mode = hold" "sweep = off" "$@" >"$keep_conf"
}

keep_answers() { grep -q '^mode ' "$T_TMP/service"; }
keep_pid() { cat /run/netlane/run.pid 2>/dev/null || true; }
keep_lives() { [[ $(keep_pid) && -d /proc/$(keep_pid) ]]; }
keep_is_gone() { [[ ! -d /proc/$1 || $(awk '{ print $3 }' "/proc/$1/stat") == Z ]]; }

# keep_start - returns when it has done as configured
keep_start()
{
	: >"$T_TMP/service"
	NOTIFY_SOCKET=$T_TMP/notify netlane run >>"$T_TMP/service" 2>&1 &
	t_wait_for 60 keep_answers || t_fail "the service did not get ready: $(<"$T_TMP/service")"
}

# keep_end [SIGNAL] - another case may have begun it
keep_end()
{
	local pid
	keep_lives || return 0
	pid=$(keep_pid)
	kill "-${1:-TERM}" "$pid"
	t_wait_for 60 keep_is_gone "$pid"
}

# lanes_stand NIC CPU... - is every knob as wanted? In a condition set -e does nothing.
lanes_stand()
{
	(
		t_fail() { echo "$*"; exit 1; }
		knobs_are "$@"
	) >"$T_TMP/stand" 2>&1
}

# lanes_come_back NIC CPU... - by the service, and how long that took
lanes_come_back()
{
	local began=${EPOCHREALTIME/./}
	t_wait_for 60 lanes_stand "$@" ||
		t_fail "the lanes did not come back: $(tail -n 3 "$T_TMP/stand"); the service: $(tail -n 5 "$T_TMP/service")"
	echo "back after $(((${EPOCHREALTIME/./} - began) / 1000)) ms as seen from here"
}

# service_said PATTERN
service_said() { grep -Eq -- "$1" "$T_TMP/service"; }

# But for the service itself, its configuration and its folder.
but_service() { grep -v '^process netlane\|^file .*/run/netlane\|^file .*/etc/netlane\|^file .*/sys/fs/bpf/netlane'; }

# ---- what suite-keep and suite-writer have in common
LANES=(2 0 3 1)
scene bare	"" "eth0=0,1,2,3 eth1=0,1,2,3"
load_pid=

keep_finish()
{
	keep_end
	load_stop
	cpu_set 2 1
	nic_again eth1
	traffic_stop
	rm -f "$keep_conf"
	notify_end
}
keep_prepare()
{
	notify_start
	nginx_start
	t_wait_for 20 nginx_answers
}

cpu_set() { echo "$2" >"/sys/devices/system/cpu/cpu$1/online" 2>/dev/null || true; }

# Requests go on while the case does what it does.
load_start()
{
	(while :; do requests 1 1 >/dev/null 2>&1 || :; done) &
	load_pid=$!
}
load_stop()
{
	[[ $load_pid ]] || return 0
	kill "$load_pid" 2>/dev/null
	wait "$load_pid" 2>/dev/null || true
	load_pid=
}

configure()
{
	keep_configure "[nic *]" "cpus = 2,0,3,1" "allow_risk = blip" "$@"
}

# The service holds eth0 and eth1, from the driver's defaults.
held()
{
	if keep_lives && [[ -e $T_TMP/held ]]; then
		: >"$T_TMP/service"
		return 0
	fi
	keep_end
	reach bare crooked
	rm -f "$T_TMP/at"
	configure
	keep_start
	knobs_are eth1 "${LANES[@]}"
	: >"$T_TMP/held"
}
unheld() { keep_end; rm -f "$T_TMP/held"; scene_leave; }

# ---- what rewrites them
hotplug() { cpu_set 2 0; t_wait_for 10 offline 2; cpu_set 2 1; }
offline() { [[ $(<"/sys/devices/system/cpu/cpu$1/online") == 0 ]]; }
channels() { ethtool -L eth1 combined 2; ethtool -L eth1 combined 4; }
fewer_channels() { ethtool -L eth1 combined 2; }
link() { ip link set eth1 down; ip link set eth1 up; }
rings() { ethtool -G eth1 rx 128 || ethtool -G eth1 rx 256; }
rebind()
{
	local device
	device=$(virtio_of eth1)
	echo "$device" >/sys/bus/virtio/drivers/virtio_net/unbind
	echo "$device" >/sys/bus/virtio/drivers/virtio_net/bind
	t_wait_for 10 test -e /sys/class/net/eth1
	nic_again eth1
}
rude_xps() { echo f >/sys/class/net/eth1/queues/tx-1/xps_cpus; }
rude_irq()
{
	local dir
	for dir in /proc/irq/*/"$(virtio_of eth1)-input.2"; do echo f >"${dir%/*}/smp_affinity"; done
}
rude_rps() { echo f >/sys/class/net/eth1/queues/rx-0/rps_cpus; }
incumbent_script() { "$vm/perturb" incumbent eth1; }

says_all() { echo "--- the service:"; cat "$T_TMP/service"; }
at_terminal() { script -qec "$1" /dev/null </dev/null >/dev/null; }

node_is_as_found()
{
	"$vm/node-state" --quick | but_service >"$T_TMP/now"
	but_service <"$T_TMP/state.found" | diff - "$T_TMP/now" >"$T_TMP/diff"
}
