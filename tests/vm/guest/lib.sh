# shellcheck shell=bash disable=SC2154,SC2034
# What every guest does around COMMAND, whatever its root and its init.
# Rule: talks to the runner only through files below $share (9p, no cache).
# share and vm_* come from the params file that the runner wrote.

# Interfaces in the order of the runner's NICs, found by their MAC.
vm_nics_name()
{
	local dir mac name want
	for dir in /sys/class/net/*; do
		mac=$(<"$dir/address")
		[[ $mac == 52:54:00:6e:6c:* ]] || continue
		name=${dir##*/}
		want=eth$((16#${mac##*:}))
		[[ $name == "$want" ]] && continue
		ip link set "$name" down name "was-$name"
		vm_renames+=("was-$name $want")
	done
}

vm_nics_up()
{
	local pair
	vm_renames=()
	[[ -s $share/nics ]] || return
	vm_nics_name
	for pair in "${vm_renames[@]}"; do
		ip link set "${pair% *}" name "${pair#* }"
	done
	ip -batch "$share/nics" || echo "vm: a NIC could not be configured" >/dev/console
}

vm_environment()
{
	export PATH="$share/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	export HOME=/root USER=root LOGNAME=root SHELL=/bin/bash LANG=C.UTF-8
	export VM=1 VM_KERNEL VM_BOOT=${VM_BOOT:-1}
	if [[ -n ${VM_QMP:-} ]]; then export VM_QMP; fi
	local word words=()
	mapfile -d '' -t words <"$share/env"
	for word in "${words[@]}"; do export "${word?}"; done
}

# Output goes through a pipe, so that COMMAND may reopen /dev/stdout.
vm_output_start()
{
	mkdir -p /run/vm-out
	rm -f /run/vm-out/*
	mkfifo /run/vm-out/out /run/vm-out/err
	cat /run/vm-out/out >>"$share/out" & vm_out_pid=$!
	cat /run/vm-out/err >>"$share/err" & vm_err_pid=$!
}

# Waits until the pipes are empty; a process that cannot be killed and still
# holds one must not hold up the end.
vm_output_drain()
{
	local i
	for ((i = 0; i < 100; i++)); do
		kill -0 "$vm_out_pid" 2>/dev/null || kill -0 "$vm_err_pid" 2>/dev/null || return
		read -rt 0.02 <> <(:)
	done
}

vm_command_run()
{
	local argv
	mapfile -d '' -t argv <"$share/args"
	vm_output_start
	(
		vm_environment
		exec </dev/null >/run/vm-out/out 2>/run/vm-out/err
		exec "${argv[@]}"
	)
	vm_status=$?
}

vm_shell_run()
{
	(
		vm_environment
		export TERM=$vm_term
		exec setsid -c /bin/bash --rcfile "$share/guest/shellrc" -i \
			</dev/hvc0 >/dev/hvc0 2>&1
	)
	vm_status=$?
}

# vm_status_leave STATUS - where the runner looks for it.
vm_status_leave()
{
	echo "$1" >"$share/rc.new" && mv "$share/rc.new" "$share/rc"
}

# vm_end STATUS - and stop the machine at once.
vm_end()
{
	vm_status_leave "$1"
	if [[ $vm_exit_port == 1 ]]; then
		printf '\0' | dd of=/dev/port bs=1 seek=244 status=none
	fi
	echo o >/proc/sysrq-trigger
	sleep 60
}
