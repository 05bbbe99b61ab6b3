#!/bin/bash
# Who touched a knob: staged culprits, each in a unit of its own, and what the
# reader says of them.
# Rule: whatever is told while a culprit is at work must name him; one wrong
# name and the case is red, however many were right.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=4 nics=2 queues=4 outside=yes mem=1024
# vm: timeout=1200

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/lanes.sh"
	. "$here/blamed.sh"
}

queue=/sys/class/net/eth0/queues
python=/usr/bin/python3

prepare()
{
	ip link set eth0 up
	ip link set eth1 up
	"$vm/perturb" default eth0 eth1
	irq=$(irq_of eth0 1)
	blamed_start
	grep '^way' "$said"
}

irq_of() { local d; for d in /proc/irq/*/"$(virtio_of "$1")-input.$2"; do d=${d%/*}; echo "${d##*/}"; done; }

# All by the best way; RSS by netlink is not there to be seen on older kernels.
best_ways()
{
	t_eq "$(grep -c $'^way\t' "$said")" 10 "facts"
	t_eq "$(awk -F '\t' '$1 == "way" && $2 != "ethtool rss" && $3 != "fexit"' "$said")" "" "facts seen otherwise"
	grep -q $'^way\tethtool rss\t\(fexit\|No such file or directory\)$' "$said"
}

# ---- staged culprits

bash_xps()
{
	culprit a.service bash -c "echo 3 >$queue/tx-1/xps_cpus; :"
	told comm=bash unit=a.service "what=eth0 xps_cpus tx-1 = 3" queue=1 if=eth0 text=3 ret=0 tty=0 netns=1
	t_eq "$(field bus)" "$(basename "$(dirname "$(cd -P /sys/class/net/eth0/device && pwd)")")" "bus"
	t_eq "$(field index)" "$(</sys/class/net/eth0/ifindex)" "ifindex"
	nobody_else bash a.service
}

echo_rps()
{
	culprit b.service bash -c "/bin/echo f >$queue/rx-2/rps_cpus; :"
	told comm=echo unit=b.service parent=bash "what=eth0 rps_cpus rx-2 = f" queue=2 ret=0
	t_match "$(field who)" '^echo \(pid [0-9]+, unit b.service, by bash\)$' "the sentence"
	nobody_else echo b.service
	echo 0 >"$queue/rx-2/rps_cpus"
}

tee_flow()
{
	culprit c.service bash -c "echo 64 | tee $queue/rx-0/rps_flow_cnt; :"
	told comm=tee unit=c.service "what=eth0 rps_flow_cnt rx-0 = 64" queue=0 ret=0
	nobody_else tee c.service
	echo 0 >"$queue/rx-0/rps_flow_cnt"
}

bash_rxqs()
{
	culprit rxqs.service bash -c "echo 1 >$queue/tx-0/xps_rxqs; :"
	told comm=bash unit=rxqs.service "what=eth0 xps_rxqs tx-0 = 1" ret=0
	nobody_else bash rxqs.service
	echo 0 >"$queue/tx-0/xps_rxqs"
}

bash_irq()
{
	culprit d.service bash -c "echo 4 >/proc/irq/$irq/smp_affinity; :"
	told comm=bash unit=d.service "irq=$irq" text=4 ret=0 "what=irq $irq smp_affinity = 4"
	nobody_else bash d.service
}

dd_irq_list()
{
	culprit e.service bash -c "echo 1-2 | dd of=/proc/irq/$irq/smp_affinity_list status=none; :"
	told comm=dd unit=e.service "irq=$irq" text=1-2 ret=0
	nobody_else dd e.service
}

refused()
{
	culprit refused.service bash -c "echo nonsense >/proc/irq/$irq/smp_affinity; :"
	told comm=bash unit=refused.service "irq=$irq" text=nonsense ret=-22
	nobody_else bash refused.service
}

balancer()
{
	"$vm/perturb" all-masks eth0 eth1
	mkdir -p /run/irqbalance
	culprit_begin
	in_unit irqbalance.service irqbalance --debug --interval 1 >"$T_TMP/irqbalance" 2>&1 &
	t_at_end "xargs kill </sys/fs/cgroup/irqbalance.service/cgroup.procs; wait"
	t_wait_for 60 told comm=irqbalance unit=irqbalance.service kind=6 ret=0
	nobody_else irqbalance irqbalance.service
}

incumbent()
{
	"$vm/perturb" default eth0
	culprit ecs_mq.service "$vm/perturb" incumbent eth0
	told comm=perturb unit=ecs_mq.service kind=1 queue=0 ret=0
	told comm=perturb unit=ecs_mq.service kind=3 queue=0 ret=0
	told comm=perturb unit=ecs_mq.service kind=5 ret=0
	told comm=perturb unit=ecs_mq.service kind=6 ret=0
	told comm=ethtool unit=ecs_mq.service kind=10 if=eth0 value=3 ret=0
	nobody_else "(perturb|ethtool)" ecs_mq.service
	"$vm/perturb" default eth0
}

channels_netlink()
{
	ip link set eth1 up
	culprit f.service ethtool -L eth0 combined 2
	told comm=ethtool unit=f.service "what=eth0 channels = 2" if=eth0 value=2 ret=0 netns=1
	# what the driver wrote because of it is known to be the same one's
	told comm=ethtool unit=f.service kind=14 if=eth0
	said_since_mark | grep -q $'^behind\tdriver=ethtool\tkthread=0\twho=ethtool (' || t_fail "nobody is behind the driver"
	nobody_else ethtool f.service
	ethtool -L eth0 combined 4
}

# SIOCETHTOOL, as older tools have it: ETHTOOL_GCHANNELS, then SCHANNELS.
channels_ioctl()
{
	cat >"$T_TMP/ioctl.py" <<-'END'
		import fcntl, socket, struct, sys, ctypes
		s = socket.socket()
		c = ctypes.create_string_buffer(struct.pack("9I", 0x3c, *[0] * 8))
		r = struct.pack("16sP16x", b"eth1", ctypes.addressof(c))
		fcntl.ioctl(s, 0x8946, r)
		v = list(struct.unpack("9I", c.raw[:36]))
		v[0], v[8] = 0x3d, int(sys.argv[1])
		c.raw = struct.pack("9I", *v) + b"\0"
		fcntl.ioctl(s, 0x8946, r)
	END
	culprit g.service "$python" "$T_TMP/ioctl.py" 3
	told comm=python3 unit=g.service "what=eth1 channels = 3" if=eth1 value=3 ret=0 netns=1
	nobody_else python3 g.service
	ethtool -L eth1 combined 4
}

rings()
{
	culprit h.service ethtool -G eth0 rx 128 || true
	told comm=ethtool unit=h.service kind=11 if=eth0
	nobody_else ethtool h.service
	ethtool -G eth0 rx 256 || true
}

hash_table()
{
	ethtool -x eth0 >/dev/null 2>&1 || t_skip "this kernel's driver has no RSS"
	culprit i.service ethtool -X eth0 equal 2
	told comm=ethtool unit=i.service kind=12 if=eth0 ret=0
	nobody_else ethtool i.service
	ethtool -X eth0 default
}

cpu_echo()
{
	t_at_end chcpu -e 3
	culprit j.service bash -c "echo 0 >/sys/devices/system/cpu/cpu3/online; :"
	told comm=bash unit=j.service "what=cpu online 3 = 0" cpu=3 ret=0
	nobody_else bash j.service
	driver_wrote_for bash j.service
	culprit j.service bash -c "echo 1 >/sys/devices/system/cpu/cpu3/online; :"
	told comm=bash unit=j.service "what=cpu online 3 = 1" cpu=3 ret=0
	nobody_else bash j.service
	driver_wrote_for bash j.service
}

# The driver's rewrite is nobody's by itself, and its asker's once he is known.
driver_wrote_for()
{
	local lines
	lines=$(said_since_mark | grep $'^touch.*\tkind=14\t' || :)
	[[ $lines ]] || t_fail "the driver was not seen to rewrite"
	if grep -P '\tcomm=(cpuhp|kworker)[^\t]*\t.*\tknown=1\t' <<<"$lines"; then t_fail "a kernel thread is named"; fi
	said_since_mark | grep -q "^behind.*who=$1 (pid [0-9]*, unit $2" || t_fail "nobody is behind the driver: $(said_since_mark)"
}

cpu_chcpu()
{
	t_at_end chcpu -e 2
	culprit k.service chcpu -d 2
	told comm=chcpu unit=k.service cpu=2 text=0 ret=0
	nobody_else chcpu k.service
	driver_wrote_for chcpu k.service
	culprit k.service chcpu -e 2
	told comm=chcpu unit=k.service cpu=2 text=1 ret=0
	nobody_else chcpu k.service
}

unbind()
{
	local virtio
	virtio=$(virtio_of eth1)
	culprit l.service bash -c "echo $virtio >/sys/bus/virtio/drivers/virtio_net/unbind; :"
	told comm=bash unit=l.service "what=driver unbind = $virtio" "text=$virtio" ret=0
	nobody_else bash l.service
	culprit l.service bash -c "echo $virtio >/sys/bus/virtio/drivers/virtio_net/bind; :"
	told comm=bash unit=l.service "what=driver bind = $virtio" "text=$virtio" ret=0
	# udev or the kernel may write in the new device's name as well: not as somebody else
	nobody_else bash l.service
	t_wait_for 10 test -e /sys/class/net/eth1
	ip link set eth1 up
}

sysctl_flows()
{
	culprit m.service sysctl -qw net.core.rps_sock_flow_entries=4096
	told comm=sysctl unit=m.service "what=rps_sock_flow_entries = 4096" ret=0
	nobody_else sysctl m.service
	sysctl -qw net.core.rps_sock_flow_entries=0
}

python_xps()
{
	culprit n.service "$python" -c "open('$queue/tx-2/xps_cpus', 'w').write('c')"
	told comm=python3 unit=n.service "what=eth0 xps_cpus tx-2 = c" ret=0
	nobody_else python3 n.service
}

# Read when both the process and its unit have gone.
short_lived()
{
	blamed_tell stop
	culprit gone.service bash -c "/bin/echo 1 >$queue/tx-0/xps_cpus; :"
	culprit stays.service bash -c "/bin/echo 2 >$queue/tx-1/xps_cpus; :" keep
	t_wait_for 10 rmdir /sys/fs/cgroup/gone.service
	mark=0
	blamed_tell go
	told comm=echo unit=gone.service queue=0 text=1
	told comm=echo unit=stays.service queue=1 text=2
}

deep_in_a_unit()
{
	mkdir -p /sys/fs/cgroup/deep.slice/deep.service/inner
	culprit deep.slice/deep.service/inner bash -c "echo 3 >$queue/tx-1/xps_cpus; :"
	told comm=bash unit=deep.service
	nobody_else bash deep.service
}

# By a controller, which the kernel tells even of who has gone.
cgroup_v1()
{
	local at=$T_TMP/pids
	mkdir -p "$at"
	mount -t cgroup -o pids pids "$at" || t_skip "no cgroup v1 with this kernel"
	t_at_end umount "$at"
	mkdir "$at/old.service"
	t_at_end rmdir "$at/old.service"
	blamed_tell stop
	culprit_begin
	bash -c "echo \$\$ >$at/old.service/cgroup.procs; exec bash -c 'echo 3 >$queue/tx-1/xps_cpus; :'"
	blamed_tell go
	told comm=bash unit=old.service queue=1
}

# By systemd's own hierarchy, which only /proc tells: of who is still there.
cgroup_named()
{
	local at=$T_TMP/named pid
	mkdir -p "$at"
	mount -t cgroup -o none,name=systemd systemd "$at" || t_skip "no cgroup v1 with this kernel"
	t_at_end umount "$at"
	mkdir "$at/live.service"
	culprit_begin
	bash -c "echo \$\$ >$at/live.service/cgroup.procs; echo 3 >$queue/tx-1/xps_cpus; exec sleep 100" &
	pid=$!
	told comm=bash unit=live.service queue=1 "pid=$pid"
	kill "$pid"
	wait "$pid" || :
	t_wait_for 10 rmdir "$at/live.service"
	blamed_tell stop
	mkdir "$at/dead.service"
	bash -c "echo \$\$ >$at/dead.service/cgroup.procs; echo 3 >$queue/tx-2/xps_cpus"
	t_wait_for 10 rmdir "$at/dead.service"
	blamed_tell go
	told comm=bash unit= queue=2
}

at_a_terminal()
{
	culprit o.service script -qc "echo 3 >$queue/tx-3/xps_cpus" /dev/null
	told unit=o.service tty=1 "what=eth0 xps_cpus tx-3 = 3"
	t_match "$(field who)" 'at a terminal\)$' "the sentence"
}

link()
{
	ip link set eth1 up
	culprit p.service ip link set eth1 down
	told comm=ip unit=p.service "what=eth1 link down" if=eth1 ret=0
	nobody_else ip p.service
	culprit p.service ip link set eth1 up
	told comm=ip unit=p.service "what=eth1 link up" if=eth1 ret=0
	nobody_else ip p.service
}

other_namespace()
{
	ip netns add other
	t_at_end ip netns del other
	ip -n other link add eth0 type veth peer name peer
	culprit q.service ip netns exec other bash -c "echo 1 >/sys/class/net/eth0/queues/rx-0/rps_cpus; :"
	told comm=bash unit=q.service kind=3 netns=0 bus=
}

# ---- what is nobody's business, and ours

irrelevant()
{
	culprit r.service bash -c "
		cat /sys/class/net/eth0/queues/*/*ps_cpus /proc/irq/$irq/smp_affinity /proc/sys/net/core/rps_sock_flow_entries
		ethtool -l eth0; ethtool -g eth0; ethtool -x eth0; ethtool -K eth0 gro on; ip link set eth0 alias x
		echo 1000 >/sys/class/net/eth0/tx_queue_len
		echo 128 >/proc/sys/net/core/somaxconn
		cat /proc/irq/default_smp_affinity >/proc/irq/default_smp_affinity
		echo 2 >/sys/class/net/eth0/queues/tx-0/tx_timeout
		for f in /sys/devices/system/memory/memory0/online; do cat \$f >\$f; done
		echo online >/dev/null; echo 1 >$T_TMP/xps_cpus; echo 1 >/proc/self/oom_score_adj
		:" >/dev/null 2>&1
	culprit_ends
	t_eq "$(said_since_mark | grep -vc "unit=fence.service" || :)" 0 "lines told: $(said_since_mark)"
}

own()
{
	culprit_begin
	blamed_tell "own $queue/tx-0/xps_cpus 1"
	told ours=1 comm=blamed "what=eth0 xps_cpus tx-0 = 1"
	culprit s.service bash -c "echo 1 >$queue/tx-0/xps_cpus; :"
	told ours=0 comm=bash unit=s.service
}

# ---- many, fewer, none

quick_writes()
{
	culprit t.service bash -c "for ((i = 0; i < 1000; i++)); do echo \$((i % 16)) >$queue/rx-0/rps_cpus; done"
	t_wait_for 60 told_times 1000 t.service
	nobody_else bash t.service
}

# Nobody reads: what does not fit is counted.
flood()
{
	blamed_tell stop
	culprit u.service bash -c "for ((i = 0; i < 4000; i++)); do echo 1 >$queue/rx-0/rps_cpus; done" keep
	blamed_tell go
	blamed_tell lost
	lost=$(said_since_mark | sed -n 's/^lost //p' | tail -n 1)
	((lost > 0)) || t_fail "nothing was lost, so that nothing was tried"
	t_wait_for 60 told_times $((4000 - lost)) u.service
	nobody_else bash u.service
}

# ---- other ways, and the end

# by_way WAY [syscalls] - the knobs of a node, seen so
by_way()
{
	blamed_stop
	NETLANE_BLAME=$1 blamed_start "${2-}"
	t_at_end "blamed_stop; blamed_start"
	t_eq "$(awk -F '\t' '$1 == "way" && $2 ~ /sysfs|affinity|sysctl|ioctl/ { print $3 }' "$said" | sort -u)" "$1" "the way"
	bash_xps
	echo_rps
	bash_irq
	dd_irq_list
	refused
	channels_ioctl
	sysctl_flows
	cpu_way "$1"
	[[ $1 == syscalls ]] || { channels_netlink; link; }
}

cpu_way()
{
	[[ $1 != syscalls ]] || { culprit v.service chcpu -d 2; told comm=chcpu unit=v.service cpu=2; chcpu -e 2; return; }
	cpu_echo
}

bpf_objects() { bpftool prog list | sed -n 's/.* name \([kf]_[^ ]*\|call_[^ ]*\) .*/\1/p'; bpftool link list; bpftool map list | grep blame || :; }

nothing_left()
{
	[[ $(bpf_objects) == *f_in_sysfs* ]] || t_fail "not seen while it runs: $(bpf_objects)"
	blamed_stop
	t_wait_for 20 nothing_there
	blamed_start
}
nothing_there() { [[ ! $(bpf_objects) ]] || { bpf_objects; return 1; }; }

[[ -e /sys/kernel/btf/vmlinux || ${NETLANE_LIST-} ]] || t_skip "this kernel has no BTF"
t_setup prepare
t_at_end blamed_stop

t_case blame.each_fact.is_seen_the_best_way	best_ways
t_case blame.bash_into_xps.is_named		bash_xps
t_case blame.echo_into_rps.is_named_with_its_shell	echo_rps
t_case blame.tee_into_rps_flow_cnt.is_named	tee_flow
t_case blame.bash_into_xps_rxqs.is_named	bash_rxqs
t_case blame.bash_into_smp_affinity.is_named	bash_irq
t_case blame.dd_into_smp_affinity_list.is_named	dd_irq_list
t_case blame.refused_write.says_so		refused
t_case blame.irqbalance.is_named		balancer
t_case blame.incumbent_script.is_named		incumbent
t_case blame.channels_by_netlink.is_named	channels_netlink
t_case blame.channels_by_ioctl.is_named		channels_ioctl
t_case blame.rings.is_named			rings
t_case blame.rss.is_named			hash_table
t_case blame.cpu_by_echo.is_named_not_cpuhp	cpu_echo
t_case blame.cpu_by_chcpu.is_named_not_cpuhp	cpu_chcpu
t_case blame.unbind_and_bind.is_named		unbind
t_case blame.sysctl.is_named			sysctl_flows
t_case blame.python.is_named			python_xps
t_case blame.gone_process_and_unit.are_named	short_lived
t_case blame.deep_in_a_unit.names_the_unit	deep_in_a_unit
t_case blame.cgroup_v1.names_the_unit		cgroup_v1
t_case blame.systemd_v1.names_the_unit_or_none	cgroup_named
t_case blame.person.is_at_a_terminal		at_a_terminal
t_case blame.link_down_and_up.is_named		link
t_case blame.other_namespace.is_not_ours	other_namespace
t_case blame.other_writes.are_not_told		irrelevant
t_case blame.own_writes.are_marked		own
t_case blame.thousand_writes.lose_nothing	quick_writes
t_case blame.flood.is_counted			flood
t_case blame.by_kprobe.sees_the_same		by_way kprobe
t_case blame.by_syscalls.sees_files_and_ioctl	by_way syscalls syscalls
t_case blame.closed.leaves_nothing		nothing_left
t_done
