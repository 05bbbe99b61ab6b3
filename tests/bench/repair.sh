#!/bin/bash
# How long a lane is wrong after the driver has rewritten it (ethtool -L down
# and up), until its masks stand again: by the kernel module, by the service
# without it, by irqbalance alone, by a shell loop that looks once a second.
# Rule: seen from outside, by reading the masks as fast as a shell can; in an
# emulated VM, so the rows compare with each other and with nothing else.
#
#   tests/bench/repair.sh [KERNEL...]     default: 6.1

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 2
set -u
rounds=10
patience_s=20
lanes=(2 0 3 1)
conf=/etc/netlane/netlane.conf

# ---- in the VM
virtio() { (cd -P /sys/class/net/eth1/device && echo "${PWD##*/}"); }
mask() { printf '%x' $((1 << lanes[$1])); }

# The files of eth1's masks, and what each has to be.
wanted_find()
{
	local q dir
	files=() wanted=()
	for q in 0 1 2 3; do
		files+=("/sys/class/net/eth1/queues/tx-$q/xps_cpus")
		wanted+=("$(mask $q)")
		for dir in /proc/irq/*/"$(virtio)"-*put."$q"; do
			files+=("${dir%/*}/smp_affinity")
			wanted+=("$(mask $q)")
		done
	done
}

stands()
{
	local i now
	for i in "${!files[@]}"; do
		now=$(<"${files[i]}") 2>/dev/null || return 1
		((16#${now##*,} == 16#${wanted[i]})) || return 1
	done
}

masks_write()
{
	local i
	for i in "${!files[@]}"; do echo "${wanted[i]}" >"${files[i]}"; done 2>/dev/null # a queue may be away just now
}

# until_stands - milliseconds, or "never"
until_stands()
{
	local began=${EPOCHREALTIME/./} now
	until stands; do
		now=${EPOCHREALTIME/./}
		((now - began < patience_s * 1000000)) || { echo never; return; }
	done
	now=${EPOCHREALTIME/./}
	echo $(((now - began + 500) / 1000))
}

shell_loop() { while sleep 1; do stands || masks_write; done; }

begin()	# WAY
{
	mkdir -p "${conf%/*}" /run/irqbalance
	printf '%s\n' "[netlane]" "mode = hold" "[nic eth1]" "cpus = 2,0,3,1" >"$conf"
	case $1 in
	module)	insmod "build/kmod/$(uname -r)/netlane.ko"; netlane run >/dev/null 2>&1 & ;;
	service) netlane run >/dev/null 2>&1 & ;;
	irqbalance) masks_write; irqbalance --foreground --interval 10 >/dev/null 2>&1 & ;;
	loop)	masks_write; shell_loop & ;;
	esac
	pid=$!
	[[ $1 != module && $1 != service ]] || until [[ $(until_stands) != never ]]; do :; done
	# the service has told the module when the module says so
	[[ $1 != module ]] || until build/tests/keeper get | grep -q 'devices 2'; do sleep 0.2; done
}

end()
{
	kill "$pid"
	wait "$pid" 2>/dev/null
	netlane down >/dev/null 2>&1
	rmmod netlane 2>/dev/null
	rm -rf "$conf" /var/lib/netlane # down means hands off
}

inside()
{
	local way round
	wanted_find
	for way in module service loop irqbalance; do
		begin "$way"
		for ((round = 0; round < rounds; round++)); do
			# accidents do not come in a row; and by chance, for the loop's sake
			sleep "$((2 + RANDOM % 2)).$((RANDOM % 10))"
			ethtool -L eth1 combined 2
			ethtool -L eth1 combined 4
			echo "$way $(until_stands)"
			[[ $way != irqbalance ]] || break # it never does: once is enough
		done
		end
	done
}

report()
{
	awk '
	{ if (!($1 in n)) order[++nr] = $1; ms[$1, ++n[$1]] = $2 }
	END {
		label["module"] = "netlane with its module"
		label["service"] = "netlane without"
		label["loop"] = "a shell loop, every second"
		label["irqbalance"] = "irqbalance alone"
		printf "%-30s %8s %16s\n", "ms until the masks stand", "median", "range"
		for (k = 1; k <= nr; k++) {
			w = order[k]
			for (i = 1; i <= n[w]; i++) for (j = i + 1; j <= n[w]; j++)
				if (ms[w, j] + 0 < ms[w, i] + 0) { t = ms[w, i]; ms[w, i] = ms[w, j]; ms[w, j] = t }
			printf "%-30s %8s %8s to %s\n", label[w], ms[w, int((n[w] + 1) / 2)], ms[w, 1], ms[w, n[w]]
		}
	}'
}

if [[ ${1:-} == --inside ]]; then inside; exit; fi
[[ $# -gt 0 ]] || set -- 6.1
for kernel; do
	echo "Linux $kernel, $rounds rounds each, 4 queues, emulated; never: not within $patience_s s"
	tests/vm/run --kernel "$kernel" --cpus 4 --nics 2 --queues 4 --outside --mem 1024 --timeout 550 \
		-- tests/bench/repair.sh --inside | report
done
