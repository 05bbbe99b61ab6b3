# shellcheck shell=bash disable=SC2154,SC2034,SC2054
# The virtual machine: its accelerator, its command line, its end.
# Rule: the verdict comes from the status file that the guest left; no file,
# no verdict.

# KVM is believed only after a kernel has booted in it: /dev/kvm may answer
# and yet a stock kernel hangs. Asked once a boot of the host.
kvm_probe()
{
	local answer=$1
	[[ ! -f $answer ]] || return 0
	say "trying KVM (10 s at most, once a boot of this machine)"
	rm -f "$cache"/kvm-*
	(exec timeout -k 1 10 qemu-system-x86_64 -accel kvm -cpu host -m 256 \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$kernel_dir/vmlinuz" -initrd "$initrd" \
		-append "panic=-1 vm.mode=probe" \
		-device isa-debug-exit,iobase=0xf4,iosize=4) >/dev/null 2>&1 </dev/null
	if (($? == 1)); then echo kvm; else echo tcg; fi >"$answer.new"
	mv "$answer.new" "$answer"
	say "KVM: using $(<"$answer")"
}

accel_get()
{
	local answer
	accel=${NETLANE_VM_ACCEL:-}
	[[ -z $accel ]] || return
	accel=tcg
	[[ $opt_icount == 0 ]] || return
	[[ $opt_arch == amd64 && $(uname -m) == x86_64 && -w /dev/kvm ]] || return
	answer=$cache/kvm-$(</proc/sys/kernel/random/boot_id)
	[[ -f $answer ]] || with_lock kvm kvm_probe "$answer"
	accel=$(<"$answer")
}

# What an emulated CPU has costs: wide vectors, string instructions that are done byte
# by byte, state that is saved at each switch, guards at each access to user memory. This
# one has what Debian's programs ask for, and runs them in two thirds of the time of "max".
emulated_amd64=qemu64,-svm,+ssse3,+sse4.1,+sse4.2,+popcnt,+rdrand,+fsgsbase,+rdtscp

qemu_machine()
{
	local console=ttyS0 cpu=max
	# Instructions are counted on one that has everything.
	[[ $opt_arch != amd64 || $opt_icount == 1 ]] || cpu=$emulated_amd64
	# The emulated AMD CPU shows no threads of a core.
	[[ $opt_arch != amd64 ]] || ((opt_smt == 1)) || cpu+=,vendor=GenuineIntel
	case $opt_arch in
	amd64)	qemu=(qemu-system-x86_64 -M q35
			-device isa-debug-exit,iobase=0xf4,iosize=4) ;;
	arm64)	qemu=(qemu-system-aarch64 -M virt)
		console=ttyAMA0 ;;
	esac
	case $accel in
	kvm)	qemu+=(-accel kvm -cpu host) ;;
	# One thread for all CPUs: with one each, the kernel's patching of its own
	# code (static keys, tracepoints) races in QEMU's translator, and now and
	# then a boot panics with "Oops: int3". Two VMs still use two host CPUs.
	*)	qemu+=(-accel tcg,thread=single -cpu "$cpu") ;;
	esac
	qemu+=(-nodefaults -no-user-config -display none
		-m "$opt_mem" -smp "$opt_cpus,sockets=$opt_numa,cores=$((opt_cpus / opt_numa / opt_smt)),threads=$opt_smt"
		-kernel "$boot_image" -initrd "$initrd"
		-append "console=$console $(kernel_arguments)"
		-serial "file:$run_dir/console")
	[[ $opt_icount == 0 ]] || qemu+=(-icount shift=0,sleep=off -seed 1
		-rtc "base=2026-01-01,clock=vm")
	[[ $opt_systemd == 1 ]] || qemu+=(-no-reboot)
	[[ -z $opt_product ]] || qemu+=(-smbios "type=1,product=${opt_product//,/,,}")
}

kernel_arguments()
{
	local args="loglevel=5 mitigations=off net.ifnames=0"
	args+=" random.trust_cpu=on vm.mode=$vm_mode vm.shell=$opt_shell"
	if [[ $opt_systemd == 1 ]]; then
		args+=" panic=0 systemd.getty_auto=no systemd.show_status=error"
	else
		args+=" panic=-1"
	fi
	[[ $opt_arch != amd64 ]] || args+=" tsc=reliable no_timer_check"
	# Translated code is found again by its address: execve() takes half as long.
	[[ $accel == kvm ]] || args+=" norandmaps"
	[[ $opt_icount == 0 ]] || args+=" nokaslr"
	echo "$args $opt_append"
}

qemu_numa()
{
	local i each=$((opt_cpus / opt_numa)) mem=$((opt_mem / opt_numa))
	((opt_numa > 1)) || return
	for ((i = 0; i < opt_numa; i++)); do
		qemu+=(-object "memory-backend-ram,id=mem$i,size=${mem}M"
			-numa "node,nodeid=$i,memdev=mem$i,cpus=$((i * each))-$(((i + 1) * each - 1))")
	done
}

qemu_9p()	# TAG PATH READONLY
{
	qemu+=(-fsdev "local,id=$1,path=${2//,/,,},security_model=none,readonly=$3,multidevs=remap"
		-device "virtio-9p-pci,fsdev=$1,mount_tag=$1")
}

# nic_netdev, nic_device - also what --qmp plugs in later, hence one place.
nic_netdev()
{
	echo "tap,id=net$1,ifname=tap$1,queues=$(queues_of "$1"),script=no,downscript=no,vhost=off"
}

nic_device()
{
	local rss=on
	[[ $opt_rss == 1 ]] || rss=off
	printf 'virtio-net-pci,id=nic%d,netdev=net%d,mac=%s,%s,mq=on,vectors=%d,rss=%s,hash=%s' \
		"$1" "$1" "$(mac_of "$1")" "$(nic_place "$1")" $(($(queues_of "$1") * 2 + 2)) $rss $rss
}

qemu_devices()
{
	local i
	if [[ $vm_mode == 9p ]]; then
		qemu_9p rootfs "$root_dir" on
	else
		qemu+=(-drive "file=${disk//,/,,},if=virtio,format=raw$disk_mode")
	fi
	if [[ $own_root == 1 ]]; then
		qemu_9p modules "$kernel_dir/lib/modules/$release" on
		qemu_9p checkout "$checkout" on
	fi
	qemu_9p share "$share" off
	hotplug_ports
	for ((i = 0; i < opt_nics; i++)); do
		qemu+=(-netdev "$(nic_netdev "$i")" -device "$(nic_device "$i")")
	done
	[[ $opt_shell != 1 ]] || qemu+=(-echr 0x1d -device virtio-serial-pci
		-chardev "stdio,id=tty,mux=on,signal=off" -mon chardev=tty
		-device virtconsole,chardev=tty)
}

# share_fill - what the guest finds in its side of the shared folder.
share_fill()
{
	mkdir -p "$share/bin" "$share/guest" "$share/outside"
	cp "$here"/guest/* "$share/guest/"
	ln -s "$checkout/$build/netlane" "$share/bin/netlane"
	ln -s ../guest/outside "$share/bin/outside"
	[[ $opt_outside == 1 ]] || rmdir "$share/outside"
	touch "$share/out" "$share/err"
	nics_batch >"$share/nics"
	printf '%s\0' "${command[@]}" >"$share/args"
	: >"$share/env"
	((${#opt_env[@]} == 0)) || printf '%s\0' "${opt_env[@]}" >"$share/env"
	{
		printf 'share=/run/vm\nVM_KERNEL=%q\n' "$opt_kernel"
		printf 'vm_checkout=%q\nvm_kernel_dir=%q\n' "$checkout" "$kernel_dir"
		printf 'vm_shell=%q\nvm_term=%q\n' "$opt_shell" "${TERM:-linux}"
		printf 'vm_own_root=%d\nvm_exit_port=%d\n' "$own_root" "$exit_port"
		printf 'vm_keep_disk=%d\n' $((${#opt_disk} > 0))
		[[ $opt_qmp != 1 ]] || printf 'VM_QMP=%q\n' "$run_dir/qmp.sock"
	} >"$share/params"
}

# terminal_wire - for a shell, the terminal is qemu's; else it is nobody's.
terminal_wire()
{
	qemu_out=/dev/null
	exec 3</dev/null
	[[ $opt_shell == 1 ]] || return
	qemu_out=/dev/stdout
	exec 3<&0
	tty_state=$(stty -g)
	winsize_tell
	trap winsize_tell WINCH
	say "starting kernel $release ($accel); \`exit\` ends the VM, so does Ctrl-] x"
}

winsize_tell()
{
	stty size <&3 >"$share/winsize.new" && mv "$share/winsize.new" "$share/winsize"
}

qemu_start()
{
	local dies=(setpriv --pdeathsig KILL)
	detail "$release, $accel, $opt_cpus CPUs, ${opt_mem} MB, $opt_nics NICs, namespace $ns"
	"${dies[@]}" timeout --foreground -k 2 "$opt_timeout" \
		"${dies[@]}" nsenter "--net=/run/netns/$ns" "${qemu[@]}" \
		<&3 >"$qemu_out" 2>"$run_dir/qemu.err" &
	qemu_pid=$!
}

# qemu_wait - signals that have a trap end a wait, but not qemu.
qemu_wait()
{
	local status
	while :; do
		wait "$qemu_pid"
		status=$?
		kill -0 "$qemu_pid" 2>/dev/null || return "$status"
	done
}

# panic_watch - a guest that may reboot stands still after a panic, so that it
# is not taken for a reboot; then there is nothing to wait for.
panic_watch()
{
	while kill -0 "$qemu_pid" 2>/dev/null; do
		if grep -q 'end Kernel panic' "$run_dir/console"; then
			kill "$qemu_pid"
		fi
		sleep 1
	done
}

# output_follow - COMMAND's output while the VM runs, and the rest after.
output_follow()
{
	tail -q -c +1 -s 0.02 -f --pid="$qemu_pid" "$share/out" 2>/dev/null &
	out_pid=$!
	tail -q -c +1 -s 0.02 -f --pid="$qemu_pid" "$share/err" >&2 2>/dev/null &
	err_pid=$!
}

console_tail()
{
	local first
	first=$(grep -m 1 -E "$splat" "$run_dir/console")
	[[ -z $first ]] || quote 'vm| ' <<<"$first"
	say "the last of the console:"
	tail -n 40 "$run_dir/console" | quote 'vm| '
	grep -vE 'libbpf:|eBPF RSS' "$run_dir/qemu.err" | quote 'qemu| '
}

# splats_say - true if there were any.
splats_say()
{
	local lines
	lines=$(grep -E "$stall" "$run_dir/console" | head -n 5)
	if [[ -n $lines ]]; then
		say "stalls in the console (a busy machine?):"
		quote 'vm| ' <<<"$lines"
	fi
	[[ $opt_allow_splat != 1 ]] || return
	lines=$(grep -vE "$stall|$kernels_own" "$run_dir/console" | grep -E -A 25 "$splat" | head -n 60)
	[[ -n $lines ]] || return
	say "the kernel complained (--allow-splat to accept):"
	quote 'vm| ' <<<"$lines"
}

# verdict QEMU_STATUS - COMMAND's exit status, or VM_FAILED with the reason.
verdict()
{
	local status=
	[[ ! -f $share/rc ]] || read -r status <"$share/rc"
	if [[ ! $status =~ ^[0-9]+$ ]]; then
		if (($1 == 124 || $1 == 137)); then
			say "no end within $opt_timeout s (--timeout)"
		elif (($1 == 0 && opt_shell)); then
			say "the VM was ended, not its shell"
			return "$VM_FAILED"
		else
			say "the VM ended without a status of COMMAND (crash, panic, power off?)"
		fi
		console_tail
		return "$VM_FAILED"
	fi
	if splats_say && ((status == 0)); then return "$VM_FAILED"; fi
	return "$status"
}
