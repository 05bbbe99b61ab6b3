#!/bin/bash
# netlane.ko's keeper: lanes that are not the driver's default stay what they
# are made, whatever has the driver rewrite them, under traffic.
# Rule: a control run without the module loses them first; masks are judged by
# sysfs and procfs; the module is driven by its client alone, without a daemon.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=4 nics=2 queues=4 outside=yes mem=1024
# vm: timeout=1200

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/traffic.sh"
	. "$here/lanes.sh"
	. "$here/kmod.sh"
}

# shellcheck disable=SC2154	# from kmod.sh
[[ ${NETLANE_LIST-} || -f $ko_dir/netlane.ko ]] ||
	t_skip "no netlane.ko for this kernel: run scripts/kmod-build"

prepare()
{
	nginx_start
	soon nginx_answers
}

finish()
{
	module_out
	cpus_all_on
	nic_again eth1
	traffic_stop
}

t_setup prepare
t_at_end finish

control_loses_them()
{
	fresh eth0 bare
	hotplug_once 3
	soon driver_rules eth0
	masks_write eth0
	ethtool -L eth0 combined 2
	ethtool -L eth0 combined 4
	soon driver_rules eth0
}

loaded_alone_does_nothing()
{
	fresh eth0 bare
	module_in
	t_match "$("$keeper" get)" 'rewrite_probe 1.*irq_affinity 1.*events 1.*devices 0'
	hotplug_once 3
	soon driver_rules eth0
}

set_writes_nothing()
{
	fresh eth0 netlane
	"$keeper" clear
	ethtool -L eth0 combined 2
	ethtool -L eth0 combined 4
	masks_keep eth0
	t_eq "$(counter_of devices)" 1 devices
	driver_rules eth0
}

cpu_off_and_on()
{
	fresh eth0 netlane
	load_begin
	load_goes_on
	events_begin
	cpu_set 3 0
	# queue 2 has no CPU left: that one is the driver's for now, the others are ours
	soon event_came 'rewritten .*reason offline put_back 9 left_out 3 failures 0'
	queue_stands eth0 0
	queue_stands eth0 1
	queue_stands eth0 3
	cpu_set 3 1
	soon masks_stand eth0
	soon event_came 'rewritten .*reason none put_back 12 left_out 0 failures 0'
	load_goes_on
}

offline_cpu_is_left_out()
{
	fresh eth0 netlane
	"$keeper" set "$(ifindex_of eth0)" c 1 2 -
	cpu_set 3 0
	soon xps_is eth0 0 2
	cpu_set 3 1
	soon xps_is eth0 0 "2 3"
}

xps_is() { t_eq "$(queue_cpus "$1" "tx-$2/xps_cpus")" "$3" "XPS of $1 tx-$2"; }

channels_down_and_up()
{
	local xps
	fresh eth0 netlane
	load_begin
	load_goes_on
	events_begin
	ethtool -L eth0 combined 2
	soon event_came 'left .*reason queue-count put_back 0 left_out 12'
	xps=$(queue_cpus eth0 tx-0/xps_cpus)
	t_eq "$xps" "0 1" "XPS of tx-0, the driver's own for two queues"
	ethtool -L eth0 combined 4
	soon masks_stand eth0
	event_came 'rewritten .*reason none put_back 12'
	load_goes_on
}

link_down_and_up()
{
	fresh eth1 netlane
	ip link set eth1 down
	hotplug_once 1
	ip link set eth1 up
	soon masks_stand eth1
	ip link set eth1 down
	ip link set eth1 up
	masks_stand eth1
}

rename_goes_on()
{
	fresh eth1 netlane
	ip link set eth1 down
	ip link set eth1 name lane1
	ip link set lane1 up
	hotplug_once 2
	soon masks_stand lane1
	ip link set lane1 down
	ip link set lane1 name eth1
	ip link set eth1 up
}

is_gone() { [[ ! -e /sys/class/net/$1 ]]; }
is_there() { [[ -e /sys/class/net/$1/queues/tx-3 ]]; }

rebind_forgets()
{
	local virtio old
	fresh eth1 netlane
	events_begin
	virtio=$(virtio_of eth1)
	old=$(ifindex_of eth1)
	echo "$virtio" >/sys/bus/virtio/drivers/virtio_net/unbind
	soon event_came "left ifindex $old reason unregistered"
	t_eq "$(counter_of devices)" 0 "devices kept"
	echo "$virtio" >/sys/bus/virtio/drivers/virtio_net/bind
	soon is_there eth1
	nic_again eth1
	hotplug_once 3
	soon driver_rules eth1
	masks_write eth1
	masks_keep eth1
	hotplug_once 3
	soon masks_stand eth1
}

# The probe dies with the driver's module, and a new one is made with the next SET.
driver_comes_back()
{
	fresh eth1 netlane
	rmmod virtio_net
	t_match "$("$keeper" get)" 'rewrite_probe 0.*devices 0'
	modprobe virtio_net
	soon is_there eth0
	soon is_there eth1
	nic_again eth0
	nic_again eth1
	masks_write eth1
	masks_keep eth1
	hotplug_once 3
	soon masks_stand eth1
}

other_namespace_forgets()
{
	fresh eth1 netlane
	ip netns add elsewhere
	t_at_end ip netns del elsewhere
	ip link set eth1 netns elsewhere
	t_eq "$(counter_of devices)" 0 "devices kept"
	ip -n elsewhere link set eth1 netns 1
	soon is_there eth1
	nic_again eth1
}

kept_of_both()
{
	local nic
	for nic in eth0 eth1; do echo "$(ifindex_of "$nic") queues 4 masks 12"; done
}

clear_ends_it()
{
	fresh eth0 netlane
	masks_write eth1
	masks_keep eth1
	t_eq "$("$keeper" list | sort)" "$(kept_of_both | sort)" "what is kept"
	"$keeper" clear "$(ifindex_of eth0)"
	hotplug_once 3
	soon driver_rules eth0
	soon masks_stand eth1
	"$keeper" clear
	hotplug_once 3
	soon driver_rules eth1
	t_eq "$(counter_of devices)" 0 devices
}

# set_again - a SET takes the place of all that was told before
set_again_replaces()
{
	fresh eth0 netlane
	"$keeper" set "$(ifindex_of eth0)" 8 - - -
	hotplug_once 2
	soon xps_is eth0 0 3
	driver_rules eth0 irqs
}

refused()	# SENTENCE KEEPER'S ARGUMENTS...
{
	local said status=0
	said=$("$keeper" "${@:2}") || status=$?
	t_eq "$status" 1 "status of keeper ${*:2}"
	t_match "$said" "$1"
}

refusals_have_sentences()
{
	local nic foreign
	fresh eth0 netlane
	nic=$(ifindex_of eth0)
	foreign=$(irq_of eth1 input 0)
	refused 'no interface has this number' set 4711 1
	refused 'only virtio-net rewrites masks' set "$(ifindex_of lo)" 1
	refused 'a CPU that this machine cannot have' set "$nic" 1000000000000000000000000
	refused 'more queues than this interface has' set "$nic" 1 1 1 1 1
	refused 'not an interrupt of this device' set "$nic" "1/$foreign:1"
	refused 'not an interrupt of this device' set "$nic" 1/9999:1
	refused 'one queue at least' set "$nic" -
	refused 'nothing is kept for this interface' get "$(ifindex_of eth1)"
	# and what stood before the refusals still does
	hotplug_once 3
	soon masks_stand eth0
}

# Nothing that is said to it, however spoilt, does more than be refused or taken.
spoilt_messages_do_no_harm()
{
	local said
	fresh eth0 netlane
	said=$("$keeper" fuzz "$(ifindex_of eth1)" "${NETLANE_SPOILT:-3000}")
	t_match "$said" 'taken [1-9].*refused [1-9]'
	"$keeper" clear
	masks_keep eth0
	hotplug_once 3
	soon masks_stand eth0
}

as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }

others_are_kept_out()
{
	local said
	fresh eth0 netlane
	said=$(as_nobody "$keeper" get || true)
	t_match "$said" 'only an administrator'
	said=$(as_nobody "$keeper" clear || true)
	t_match "$said" 'only an administrator'
	said=$(as_nobody "$keeper" events || true)
	t_match "$said" 'only an administrator'
	said=$(unshare --net "$keeper" get || true)
	t_match "$said" 'not loaded'
	said=$(as_nobody unshare --user --map-root-user "$keeper" clear || true)
	t_match "$said" 'only an administrator'
	said=$(as_nobody unshare --user --map-root-user "$keeper" events || true)
	t_match "$said" 'only an administrator'
	t_eq "$(counter_of devices)" 1 "devices kept"
}

reload_under_load()
{
	local i
	fresh eth0 bare
	load_begin
	load_goes_on
	shake_begin shake
	for ((i = 0; i < ${NETLANE_RELOADS:-10}; i++)); do
		module_in
		masks_keep eth0
		soon counter_passed rewrites 0
		rmmod netlane
	done
	shake_end
	load_goes_on
	fresh eth0 netlane
	hotplug_once 3
	soon masks_stand eth0
}

# While all this goes on, at most moments something is under way: the probe is
# in the driver's function, the work waits for RTNL or the hotplug lock or
# writes, a request is read, a NIC goes. rmmod comes at any of them.
rmmod_at_any_moment()
{
	local i virtio
	virtio=$(virtio_of eth1)
	fresh eth0 bare
	load_begin
	load_goes_on
	shake_begin shake ask replug
	for ((i = 0; i < ${NETLANE_RELOADS:-20}; i++)); do
		module_in
		[[ $((i % 3)) != 0 ]] || soon counter_passed rewrites 0
		soon rmmod netlane	# a list that is being read holds it
	done
	shake_end
	replug_once "$virtio"	# the last time may have been while a CPU was off: fewer queues
	soon is_there eth1
	nic_again eth1
	load_goes_on
	fresh eth0 netlane
	hotplug_once 3
	soon masks_stand eth0
}

reduced_keeps_xps()
{
	local said
	fresh eth0 bare
	module_in absent-irq
	masks_keep eth0
	said=$("$keeper" get)
	t_match "$said" 'rewrite_probe 1.*irq_affinity 0'
	hotplug_once 3
	soon masks_stand eth0 xps
	driver_rules eth0 irqs
}

blind_refuses()
{
	fresh eth0 bare
	module_in absent-probe
	t_match "$("$keeper" get)" 'rewrite_probe 0'
	refused 'does not show when virtio-net rewrites' set "$(ifindex_of eth0)" 1 1 1 1
}

t_case keeper.control.lost_without_module control_loses_them
t_case keeper.loaded.does_nothing_by_itself loaded_alone_does_nothing
t_case keeper.set.writes_nothing_itself set_writes_nothing
t_case keeper.cpu_off_and_on.masks_come_back cpu_off_and_on
t_case keeper.cpu_off.is_left_out_of_its_mask offline_cpu_is_left_out
t_case keeper.channels.left_alone_until_they_fit channels_down_and_up
t_case keeper.rebind.forgets_the_device rebind_forgets
t_case keeper.reload.works_under_load reload_under_load
t_case keeper.reduced.keeps_xps_only reduced_keeps_xps
t_once keeper.set.replaces_the_last set_again_replaces
t_once keeper.link_down_and_up.masks_stand link_down_and_up
t_once keeper.rename.goes_on rename_goes_on
t_once keeper.driver.may_come_back driver_comes_back
t_once keeper.namespace.forgets_the_device other_namespace_forgets
t_once keeper.clear.ends_it clear_ends_it
t_once keeper.refusals.have_sentences refusals_have_sentences
t_once keeper.spoilt_messages.do_no_harm spoilt_messages_do_no_harm
t_once keeper.others.are_kept_out others_are_kept_out
t_once keeper.rmmod.works_at_any_moment rmmod_at_any_moment
t_once keeper.blind.refuses_to_keep blind_refuses
t_case keeper.kernel.complains_of_nothing kernel_is_silent
t_done
