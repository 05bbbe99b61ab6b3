#!/bin/bash
# The service with netlane.ko under it, loaded by modprobe because the
# configuration says so: masks come back from the kernel, and all of it is
# taken away again.
# Rule: that it was the module is read from its own counters, over its client;
# masks are judged by the kernel's files.
#
# vm: kernels=6.1,newest cpus=4 nics=2 queues=4 mem=1024
# vm: timeout=900

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/traffic.sh"
	. "$here/lanes.sh"
	. "$here/scenes.sh"
	. "$here/keep.sh"
	. "$here/kmod.sh"
}
t_setup without_counters

# shellcheck disable=SC2154	# from kmod.sh
[[ ${NETLANE_LIST-} || -f $ko_dir/netlane.ko ]] ||
	t_skip "no netlane.ko for this kernel: run scripts/kmod-build"

scene bare	"" "eth0=0,1,2,3 eth1=0,1,2,3"

# Where modprobe finds it; the guest's root is an overlay, so nothing stays. An
# emulated depmod takes a minute where modules are compressed: one will do.
modules=/lib/modules/$(uname -r)
prepare()
{
	mkdir "$T_TMP/without" "$T_TMP/with"
	cp "$modules"/modules.* "$T_TMP/without"
	install -D -m 644 "$ko_dir/netlane.ko" "$modules/extra/netlane.ko"
	depmod
	cp "$modules"/modules.* "$T_TMP/with"
	modinfo netlane >/dev/null
}
finish()
{
	keep_end
	module_out
	cpus_all_on
	rm -f "$keep_conf"
}
t_setup prepare
t_at_end finish

configure()
{
	printf '%s\n' "[netlane]" "mode = hold" "sweep = off" "$@" \
		"[nic *]" "cpus = 2,0,3,1" "allow_risk = blip" >"$keep_conf"
}

module_is_loaded() { [[ -d /sys/module/netlane ]] || t_fail "netlane.ko is not loaded"; }
module_is_gone() { [[ ! -d /sys/module/netlane ]] || t_fail "netlane.ko is still loaded"; }
# All four queues of both NICs.
module_keeps_both() { t_eq "$("$keeper" list 2>&1 | grep -c 'queues 4 masks 12')" 2 "NICs that the module keeps"; }

# From the driver's defaults, with the module of the service's.
held()
{
	keep_end
	reach bare crooked
	rm -f "$T_TMP/at"
	module_out
	mkdir -p "${keep_conf%/*}"
	configure "module = yes"
	keep_start
	knobs_are eth1 "${LANES[@]}"
	module_is_loaded
	soon module_keeps_both
}

offline() { [[ $(<"/sys/devices/system/cpu/cpu$1/online") == 0 ]]; }
hotplug() { cpu_set 2 0; soon offline 2; cpu_set 2 1; }
channels() { ethtool -L eth1 combined 2; ethtool -L eth1 combined 4; }

# The service stands still meanwhile, so that nobody but the module can do it.
module_alone_puts_back()	# WHAT
{
	local before
	held
	before=$(counter_of put_back)
	kill -STOP "$(keep_pid)"
	"$1"
	soon masks_stand eth1
	soon counter_passed put_back "$before"
	kill -CONT "$(keep_pid)"
	lanes_come_back eth1 "${LANES[@]}"
	t_wait_for 20 service_said '^module eth1: the driver rewrote its masks, [0-9]+ put back'
}

puts_back_with_the_service()	# WHAT
{
	local before
	held
	before=$(counter_of put_back)
	"$1"
	lanes_come_back eth1 "${LANES[@]}"
	soon counter_passed put_back "$before"
	t_wait_for 20 service_said '^module eth1: the driver rewrote|^repair eth1' ||
		t_fail "nobody said it: $(<"$T_TMP/service")"
	knobs_are eth0 "${LANES[@]}"
}

rmmod_leaves_it_to_the_service()
{
	held
	rmmod netlane
	hotplug
	lanes_come_back eth1 "${LANES[@]}"
	t_wait_for 20 service_said '^repair eth1'
	module_is_gone
}

told_again()
{
	local before
	rmmod_leaves_it_to_the_service
	modprobe netlane
	soon module_keeps_both
	before=$(counter_of put_back)
	: >"$T_TMP/service"
	hotplug
	lanes_come_back eth1 "${LANES[@]}"
	soon counter_passed put_back "$before"
	t_wait_for 20 service_said '^module eth1: the driver rewrote' ||
		t_fail "its events are not heard: $(<"$T_TMP/service")"
}

# Away and back before the service looks.
told_again_after_a_swap()
{
	held
	kill -STOP "$(keep_pid)"
	rmmod netlane
	modprobe netlane
	kill -CONT "$(keep_pid)"
	soon module_keeps_both
	: >"$T_TMP/service"
	hotplug
	t_wait_for 20 service_said '^module eth1: the driver rewrote' ||
		t_fail "its events are not heard: $(<"$T_TMP/service")"
	lanes_come_back eth1 "${LANES[@]}"
}

but_service() { grep -v '^process netlane\|^file .*/run/netlane\|^file .*/etc/netlane'; }
node_is_as_found()
{
	"$vm/node-state" --quick | but_service >"$T_TMP/now"
	but_service <"$T_TMP/state.found" | diff - "$T_TMP/now" >"$T_TMP/diff"
}

down_unloads()
{
	held
	down_run
	module_is_gone
	node_is_as_found || t_fail "the node is not as it was: $(<"$T_TMP/diff")"
	# and up has it back
	netlane up
	knobs_are eth1 "${LANES[@]}"
	soon module_keeps_both
}

down_without_the_service_unloads()
{
	held
	keep_end KILL
	module_is_loaded
	down_run
	module_is_gone
	node_is_as_found || t_fail "the node is not as it was: $(<"$T_TMP/diff")"
}

# A module that was there before is somebody else's: used, cleared, left.
down_leaves_a_foreign_module()
{
	keep_end
	reach bare crooked
	rm -f "$T_TMP/at"
	module_out
	modprobe netlane
	configure "module = yes"
	keep_start
	soon module_keeps_both
	down_run
	module_is_loaded
	t_eq "$(counter_of devices)" 0 "devices that the module keeps after down"
	module_out
}

reload_without_it_unloads()
{
	held
	configure "module = no"
	kill -HUP "$(keep_pid)"
	soon module_is_gone
	hotplug
	lanes_come_back eth1 "${LANES[@]}"
	configure "module = yes"
	kill -HUP "$(keep_pid)"
	soon module_keeps_both
}

at_terminal() { script -qec "$1" /dev/null </dev/null >/dev/null; }
masks_kept() { "$keeper" list | awk -v nic="$(ifindex_of "$1")" '$1 == nic { print $5 }'; }
keeps_masks() { t_eq "$(masks_kept "$1")" "$2" "masks of $1 that the module keeps"; }
yielded_is_not_put_back()
{
	local file=/sys/class/net/eth1/queues/tx-1/xps_cpus
	held
	at_terminal "echo f >$file"
	lanes_come_back eth1 "${LANES[@]}"
	at_terminal "echo e >$file"
	t_wait_for 20 service_said '^yield .*eth1 xps tx-1' || t_fail "no yield: $(<"$T_TMP/service")"
	soon keeps_masks eth1 11
	t_eq "$(cpus_of "$(<"$file")")" "1 2 3" "what he set"
	# the driver's rewrite takes his away, and the module brings only the others back
	ethtool -L eth1 combined 2
	ethtool -L eth1 combined 4
	soon queue_stands eth1 0
	soon queue_stands eth1 2
	soon queue_stands eth1 3
	[[ "$(cpus_of "$(<"$file")")" != 0 ]] || t_fail "the module took back what is his"
	# a service that looked between the two has it forget the NIC until they fit
	soon keeps_masks eth1 11
	netlane up
	knobs_are eth1 "${LANES[@]}"
	soon keeps_masks eth1 12
}

keeps_while_the_service_is_away()
{
	local before
	held
	keep_end KILL
	before=$(counter_of put_back)
	hotplug
	soon masks_stand eth1
	counter_passed put_back "$before"
	channels
	soon masks_stand eth1
	keep_start
	lanes_come_back eth1 "${LANES[@]}"
	module_is_loaded
	down_run
	module_is_gone
}

not_installed_is_said()
{
	local ko=$modules/extra/netlane.ko
	keep_end
	reach bare crooked
	rm -f "$T_TMP/at"
	module_out
	mv "$ko" "$T_TMP/netlane.ko"
	cp "$T_TMP/without"/* "$modules"
	if modinfo netlane; then t_fail "netlane.ko is still found"; fi
	configure "module = yes"
	keep_start
	mv "$T_TMP/netlane.ko" "$ko"
	cp "$T_TMP/with"/* "$modules"
	t_match "$(<"$T_TMP/service")" "netlane.ko cannot be loaded"
	hotplug
	lanes_come_back eth1 "${LANES[@]}"
}

nothing_is_left()
{
	keep_end
	scene_leave
	module_is_gone
	rm -f "$keep_conf"
	[[ ! -e /run/netlane/module-is-ours ]] || t_fail "the mark of the loaded module is left"
	kernel_is_silent
}

for what in hotplug channels; do
	t_case "keep_module.$what.module_alone_puts_back"	module_alone_puts_back "$what"
	t_case "keep_module.$what.with_the_service"	puts_back_with_the_service "$what"
done
t_case keep_module.rmmod.leaves_it_to_the_service	rmmod_leaves_it_to_the_service
t_once keep_module.loaded_again.is_told_again	told_again
t_once keep_module.swapped.is_told_again	told_again_after_a_swap
t_case keep_module.yielded.is_not_put_back	yielded_is_not_put_back
t_case keep_module.killed_service.module_keeps	keeps_while_the_service_is_away
t_case keep_module.down.unloads_it		down_unloads
t_once keep_module.down.without_the_service_unloads_it	down_without_the_service_unloads
t_once keep_module.down.leaves_a_foreign_one	down_leaves_a_foreign_module
t_once keep_module.reload.without_it_unloads	reload_without_it_unloads
t_once keep_module.not_installed.is_said	not_installed_is_said
t_case keep_module.nothing.is_left		nothing_is_left
t_done
