# shellcheck shell=bash
# The keeper's scenes: a node whose lanes are not the driver's default, what
# makes the driver rewrite it, and whether the masks stand. Sourced by the
# suites after lib.sh, traffic.sh and lanes.sh.
# Rule: masks are looked at in sysfs and procfs, never by the module's words.

ko_dir=build/kmod/$(uname -r)
keeper=build/tests/keeper
# Lane i is on the i-th of these: nowhere where the driver would put it.
lane_cpus=(2 0 3 1)
# A repair waits for RTNL and the hotplug lock; emulated CPUs on a busy machine are slow.
soon() { t_wait_for "${NETLANE_PATIENCE:-30}" "$@"; }

mask_of() { printf '%x' $((1 << $1)); }
ifindex_of() { cat "/sys/class/net/$1/ifindex"; }

irq_of()	# NIC input|output QUEUE
{
	local dir
	for dir in /proc/irq/*/"$(virtio_of "$1")-$2.$3"; do
		dir=${dir%/*}
		echo "${dir##*/}"
	done
}

cpu_set()	# CPU 0|1
{
	echo "$2" >"/sys/devices/system/cpu/cpu$1/online"
}

cpus_all_on()
{
	local cpu
	for cpu in 1 2 3; do cpu_set "$cpu" 1; done
}

# masks_write NIC - as a daemon does it, before it tells the module
masks_write()
{
	local i mask
	for i in 0 1 2 3; do
		mask=$(mask_of "${lane_cpus[i]}")
		echo "$mask" >"/sys/class/net/$1/queues/tx-$i/xps_cpus"
		echo "$mask" >"/proc/irq/$(irq_of "$1" input $i)/smp_affinity"
		echo "$mask" >"/proc/irq/$(irq_of "$1" output $i)/smp_affinity"
	done
}

# masks_keep NIC - tells the module the same
masks_keep()
{
	local i mask queues=()
	for i in 0 1 2 3; do
		mask=$(mask_of "${lane_cpus[i]}")
		queues+=("$mask/$(irq_of "$1" input $i):$mask/$(irq_of "$1" output $i):$mask")
	done
	"$keeper" set "$(ifindex_of "$1")" "${queues[@]}"
}

queue_stands()	# NIC QUEUE [xps|irqs]
{
	local cpu=${lane_cpus[$2]}
	if [[ ${3-xps} == xps ]]; then
		t_eq "$(queue_cpus "$1" "tx-$2/xps_cpus")" "$cpu" "XPS of $1 tx-$2" || return
	fi
	if [[ ${3-irqs} == irqs ]]; then
		t_eq "$(irq_cpus "$1" input "$2")" "$cpu" "CPUs of $1 input.$2" || return
		t_eq "$(irq_cpus "$1" output "$2")" "$cpu" "CPUs of $1 output.$2" || return
	fi
}

masks_stand()	# NIC [xps|irqs]
{
	local i
	for i in 0 1 2 3; do queue_stands "$1" $i "${@:2}" || return; done
}

driver_rules()	# NIC [xps|irqs] - every queue as the driver makes it with 4 CPUs
{
	local lane_cpus=(0 1 2 3)
	masks_stand "$@"
}

counter_of()	# NAME [IFINDEX]
{
	"$keeper" get ${2:+"$2"} | sed -n "s/^$1 //p"
}

counter_passed()	# NAME NUMBER
{
	local now
	now=$(counter_of "$1")
	((now > $2)) || t_fail "$1 is $now, more than $2 is wanted"
}

module_in() { insmod "$ko_dir/${1:-netlane}.ko"; }
module_out()
{
	if [[ -d /sys/module/netlane ]]; then rmmod netlane; fi
}

# fresh NIC MODULE|bare - the driver's own masks, then ours; the module told
fresh()
{
	module_out
	cpus_all_on
	ethtool -L "$1" combined 2
	ethtool -L "$1" combined 4
	soon driver_rules "$1"
	masks_write "$1"
	masks_stand "$1"
	[[ $2 != bare ]] || return 0
	module_in "$2"
	masks_keep "$1"
}

# ---- events, in a file, by a process of their own
events_pid=
events_begin()
{
	"$keeper" events >"$T_TMP/events" &
	events_pid=$!
	t_at_end events_end
	soon grep -q listening "$T_TMP/events"
}

events_end()
{
	[[ -n $events_pid ]] || return 0
	kill "$events_pid"
	wait "$events_pid" || true
	events_pid=
}

event_came() { grep -Eq "$1" "$T_TMP/events" || t_fail "no event '$1' among: $(cat "$T_TMP/events")"; }

# ---- traffic that crosses all of it
load_begin() { outside --bg load wrk -t1 -c"${NETLANE_LOAD:-24}" -d1200 http://10.9.0.2/; t_at_end load_drop; }
load_drop() { outside --stop load >/dev/null 2>&1 || true; }

interrupts_of()	# NIC
{
	awk -v dev="$(virtio_of "$1")-" 'index($NF, dev) { for (i = 2; i <= 5; i++) n += $i } END { print n + 0 }' /proc/interrupts
}

traffic_flows()	# NIC INTERRUPTS-BEFORE
{
	(($(interrupts_of "$1") > $2 + 50)) || t_fail "$1 carries no traffic"
}

# Traffic from now on, or red.
load_goes_on()
{
	local before
	before=$(interrupts_of eth0)
	soon traffic_flows eth0 "$before"
}

# ---- what the module has to bear, all at once if wanted
hotplug_once() { cpu_set "$1" 0; cpu_set "$1" 1; }

# Both edges at once, as long as the flag is there.
shake()
{
	while [[ -e $T_TMP/shake ]]; do
		hotplug_once 3
		ethtool -L eth0 combined 2
		ethtool -L eth0 combined 4
	done
}

# Requests of others without a pause; most find no module, or one that goes.
ask()
{
	while [[ -e $T_TMP/shake ]]; do
		masks_keep eth0 || true
		"$keeper" list || true
		"$keeper" get || true
		"$keeper" clear 1 || true	# nothing; a clear of eth0 would leave nothing to do
	done >/dev/null 2>&1
}

replug_once()	# VIRTIO-DEVICE
{
	echo "$1" >/sys/bus/virtio/drivers/virtio_net/unbind
	echo "$1" >/sys/bus/virtio/drivers/virtio_net/bind
}

replug()
{
	local virtio
	virtio=$(virtio_of eth1)
	while [[ -e $T_TMP/shake ]]; do replug_once "$virtio"; done
}

shakers=()
shake_begin()	# WHAT...
{
	local what
	: >"$T_TMP/shake"
	t_at_end shake_end
	for what; do
		"$what" &
		shakers+=($!)
	done
}

shake_end()
{
	local pid
	rm -f "$T_TMP/shake"
	for pid in "${shakers[@]}"; do wait "$pid"; done
	shakers=()
}
