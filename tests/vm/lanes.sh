# shellcheck shell=bash
# What "straight" means, checked from outside: the kernel's own files after an
# `up`, and the witness's counts under traffic, against lanes that the suite
# spells out. Sourced by the suites and by the demo, after traffic.sh.
# Rule: netlane's own output is never what a lane is judged by.

vm=${BASH_SOURCE[0]%/*}
# shellcheck source-path=SCRIPTDIR
. "$vm/splats.sh"

# The kernel moves an interrupt at its next arrival, so one may come late.
LATE_INTERRUPTS=1
# A connection with packets in flight keeps its queue when its thread moves or
# a softirq answers for it: the kernel wants no reordering. Pinned senders
# have no such excuse and are held to all.
WEB_SHARE_PCT=95
# Nobody listens at the other end: each ICMP error that comes back fails one
# later write of the sender, so at worst every second packet is sent.
SENT_EACH=50
SEEN_AT_LEAST=25

# cpus_of MASK - "3 5": the CPUs of a hex mask of up to 32 CPUs.
cpus_of()
{
	local bits=$((16#${1##*,})) cpu out=()
	for ((cpu = 0; cpu < 32; cpu++)); do
		if ((bits >> cpu & 1)); then out+=("$cpu"); fi
	done
	echo "${out[*]}"
}

virtio_of() { (cd -P "/sys/class/net/$1/device" && echo "${PWD##*/}"); }

irq_cpus()	# NIC input|output QUEUE
{
	local dir
	for dir in /proc/irq/*/"$(virtio_of "$1")-$2.$3"; do
		cpus_of "$(<"${dir%/*}/smp_affinity")"
	done
}

queue_cpus() { cpus_of "$(<"/sys/class/net/$1/queues/$2")"; }

channels_now() { ethtool -l "$1" | awk '$1 == "Combined:" { n = $2 } END { print n }'; }

# lanes_map NIC CPU... - the map that counts are judged by: lane i on CPU i.
lanes_map()
{
	local nic=$1 queue=0 cpu
	shift
	for cpu; do
		echo "lane $nic $queue $cpu"
		echo "xps $nic $cpu $queue"
		queue=$((queue + 1))
	done
}

# helpers_map NIC CPU... - the CPUs without a lane there, by the queue whose XPS has them.
helpers_map()
{
	local nic=$1 queue cpu
	shift
	for ((queue = 0; queue < $#; queue++)); do
		for cpu in $(words_without "$(queue_cpus "$nic" "tx-$queue/xps_cpus")" " $* "); do
			echo "xps $nic $cpu $queue"
			echo "helper $cpu"
		done
	done
}

# knobs_are NIC CPU... - every knob of a NIC whose lane i is on the i-th CPU.
knobs_are()
{
	local nic=$1 queue=0 cpu xps helpers seen=() lanes
	shift
	lanes=" $* "
	t_eq "$(channels_now "$nic")" $# "channels of $nic"
	for cpu; do
		t_eq "$(irq_cpus "$nic" input $queue)" "$cpu" "CPUs of $nic input.$queue"
		t_eq "$(irq_cpus "$nic" output $queue)" "$cpu" "CPUs of $nic output.$queue"
		xps=$(queue_cpus "$nic" tx-$queue/xps_cpus)
		t_match " $xps " " $cpu " "XPS of $nic tx-$queue"
		read -ra helpers <<<"$(words_without " $xps " "$lanes")"
		rps_is "$nic" $queue "${helpers[*]}"
		read -ra seen <<<"${seen[*]} $xps"
		queue=$((queue + 1))
	done
	t_eq "$(printf '%s\n' "${seen[@]}" | sort -n | xargs)" "$(cpus_online | xargs)" \
		"CPUs over all XPS masks of $nic"
	rss_is_even "$nic" $#
}

words_without()	# WORDS NOT
{
	local word out=()
	for word in $1; do
		[[ "$2" == *" $word "* ]] || out+=("$word")
	done
	echo "${out[*]}"
}

rps_is()	# NIC QUEUE HELPERS
{
	local flows
	t_eq "$(queue_cpus "$1" "rx-$2/rps_cpus")" "$3" "RPS of $1 rx-$2"
	flows=$(<"/sys/class/net/$1/queues/rx-$2/rps_flow_cnt")
	if [[ $3 ]]; then
		((flows > 0)) || t_fail "$1 rx-$2 has helpers but no RFS table"
	else
		t_eq "$flows" 0 "RFS table of $1 rx-$2"
	fi
}

# All of the first COUNT queues, equally often give or take one.
rss_is_even()	# NIC COUNT
{
	local table
	table=$(ethtool -x "$1" 2>&1) || return 0	# no RSS on this kernel
	awk -v nr="$2" '
		/^ *[0-9]+:/ { for (i = 2; i <= NF; i++) { n[$i]++; all++ } }
		END {
			for (q in n) if (q >= nr || n[q] < int(all / nr)) exit 1
			for (q = 0; q < nr; q++) if (!(q in n)) exit 1
		}' <<<"$table" || t_fail "RSS of $1 is not even over $2 queues: $table"
}

# counts_take NAME NIC-NUMBER... - traffic over the NICs under the eyes of the
# witness: $T_TMP/NAME.web from nginx, $T_TMP/NAME.sent from a sender a CPU.
counts_take()
{
	local name=$1 nr
	shift
	"$vm/witness" begin
	for nr; do requests "$nr" 1 >"$T_TMP/wrk"; done
	"$vm/witness" end >"$T_TMP/$name.web"
	t_wait_for 30 web_is_quiet	# what the last of it sends is no sender's
	"$vm/witness" begin
	for nr; do send_from_each_cpu "$nr" "$SENT_EACH"; done
	"$vm/witness" end >"$T_TMP/$name.sent"
}

web_is_quiet()
{
	[[ -z $(ss -Htn state established state fin-wait-1 state closing state last-ack state close-wait sport = :80) ]]
}

# violations MAP COUNTS share|strict - one line for each rule that the counts
# break; nothing if all went by its lane.
violations()
{
	awk -v mode="$3" -v late=$LATE_INTERRUPTS -v share_pct=$WEB_SHARE_PCT -v enough=$SEEN_AT_LEAST \
		-v may_miss="${MAY_MISS_QUEUES:-0}" '
	FILENAME == ARGV[1] {
		if ($1 == "lane") { lane[$2 " " $3] = $4; nics[$2] }
		if ($1 == "xps") { xps[$2 " " $3] = $4; senders[$2 " " $4]++ }
		if ($1 == "helper") { helper[$2]; helpers = 1 }
		next
	}
	$1 == "rx" && $2 in nics {
		key = $2 " " $3
		arrived[key] += $5
		if (!(key in lane) || lane[key] != $4) astray[key] += $5
	}
	$1 == "tx" && $2 in nics {
		key = $2 " " $3
		if (key in xps) {
			sent[key] += $5
			by_queue[$2 " " xps[key]] += $5
			if (xps[key] != $4) elsewhere[key] += $5
		}
	}
	$1 == "rps" { rps[$2] = $3 }
	END {
		for (key in astray)
			if (astray[key] > late)
				print "rx " key ": " astray[key] " of " arrived[key] " interrupts not on CPU " lane[key]
		for (key in elsewhere)
			if (mode == "strict" || 100 * elsewhere[key] > (100 - share_pct) * sent[key])
				print "tx " key ": " elsewhere[key] " of " sent[key] " packets not by queue " xps[key]
		# a CPU may send on what another one put into a queue that is of both
		for (key in senders)
			if (mode == "strict" && by_queue[key] < senders[key] * enough)
				print "tx queue " key ": only " (by_queue[key] + 0) " packets seen of " senders[key] " CPUs"
		for (cpu in rps)
			if (!helpers)
				print "rps " cpu ": " rps[cpu] " packets sent over by RPS"
		for (cpu in helper)
			if (mode == "share" && !rps[cpu])
				print "rps " cpu ": a helper that got nothing"
		for (key in lane)
			if (mode == "share") { hit += arrived[key] > late; want++ }
		if (mode == "share" && (hit < 2 || (hit < want && !may_miss)))
			print "rx: only " hit + 0 " of " want " queues got traffic"
	}' "$1" "$2" | sort
}

# went_straight NAME MAP - what counts_take saw, all of it.
went_straight()
{
	local bad
	bad=$(violations "$2" "$T_TMP/$1.web" share; violations "$2" "$T_TMP/$1.sent" strict)
	[[ -z $bad ]] || t_fail "$bad"$'\n'"$(cat "$2" "$T_TMP/$1.web" "$T_TMP/$1.sent")"
}

# went_crooked NAME MAP KIND... - the control: the same test fails, and each
# KIND (rx, tx, rps) of rule is broken in it.
went_crooked()
{
	local bad kind
	bad=$(violations "$2" "$T_TMP/$1.web" share; violations "$2" "$T_TMP/$1.sent" strict)
	shift 2
	for kind; do
		grep -q "^$kind" <<<"$bad" ||
			t_fail "without netlane $kind was straight already; all that was crooked: ${bad:-nothing}"
	done
}

# Emulated, the programs that count take seconds to load and to take out, at each up and
# down, and no lane hangs on them: a suite that is not about them does without.
no_counters=$'[netlane]\ncounters = no\n'
without_counters()
{
	mkdir -p /etc/netlane/netlane.conf.d
	printf '%s' "$no_counters" >/etc/netlane/netlane.conf.d/tests.conf
	t_at_end with_counters
}
with_counters() { rm -f /etc/netlane/netlane.conf.d/tests.conf; }

# nic_again NIC - its addresses, which it loses with its device or while it is down
nic_again()
{
	ip address flush dev "$1"
	grep -w "$1" /run/vm/nics | ip -batch -
}

# state_take NAME [--quick], state_is NAME [--quick] - the whole node, then and now
state_take() { "$vm/node-state" "${@:2}" >"$T_TMP/state.$1"; }
state_is()
{
	local changed
	"$vm/node-state" "${@:2}" >"$T_TMP/state.now"
	changed=$(diff "$T_TMP/state.$1" "$T_TMP/state.now" | grep '^[<>]' || true)
	[[ -z $changed ]] || t_fail "the node is not as $1:"$'\n'"$changed"
}

# But for what it says of any module that is not its own.
kernel_is_silent()
{
	local said
	said=$(dmesg | grep -E "$splat|netlane:" |
		grep -vE "netlane: loading out-of-tree module|netlane: module verification failed|$kernels_own" || true)
	[[ -z $said ]] || t_fail "$said"
}
