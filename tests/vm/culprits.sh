# shellcheck shell=bash disable=SC2154,SC2034	# set and used by the suite
# Staged culprits: each touches a knob from a unit of its own and must be named.
# Sourced by suite-blame.sh after lanes.sh and blamed.sh.
# Rule: each leaves the knob as it may be found by the next one.

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
	said_since_mark | t_finds $'^behind\tdriver=ethtool\tkthread=0\twho=ethtool (' || t_fail "nobody is behind the driver"
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
	said_since_mark | t_finds "^behind.*who=$1 (pid [0-9]*, unit $2" || t_fail "nobody is behind the driver: $(said_since_mark)"
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
