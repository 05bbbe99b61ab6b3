# shellcheck shell=bash disable=SC2154,SC2034
# The run's network namespace and its taps: the world outside the NICs.
# Rule: one namespace a run, named like its folder; all of it goes with it.

mac_of()	{ printf '52:54:00:6e:6c:%02x' "$1"; }

# queues_of NIC - from --queues 4,2: the last one counts for the rest too.
queues_of()
{
	local list
	IFS=, read -ra list <<<"$opt_queues"
	if (($1 < ${#list[@]})); then echo "${list[$1]}"; else echo "${list[-1]}"; fi
}

# A tap that is opened by one queue only must not be a multi-queue one.
tap_mode()	{ if (($(queues_of "$1") > 1)); then echo multi_queue; fi; }

tap_make()
{
	local i=$1
	# shellcheck disable=SC2046	# no word or one
	ip -n "$ns" tuntap add "tap$i" mode tap $(tap_mode "$i") &&
	ip -n "$ns" -batch - <<-END
		address add 10.9.$i.1/24 dev tap$i
		address add $(printf 'fd09:%x::1/64' "$i") dev tap$i nodad
		link set tap$i up
	END
}

net_make()
{
	local i
	ip netns add "$ns" ||
		die "cannot make network namespace $ns: this needs root with CAP_SYS_ADMIN, not a plain container"
	ip -n "$ns" link set lo up
	for ((i = 0; i < opt_nics + opt_spare_nics; i++)); do
		tap_make "$i" || die "cannot make tap$i in $ns: is /dev/net/tun there?"
	done
}

# nics_batch - `ip -batch` lines for the guest's side of each NIC.
nics_batch()
{
	local i
	for ((i = 0; i < opt_nics; i++)); do
		cat <<-END
			link set eth$i up
			address add 10.9.$i.2/24 dev eth$i
			address add $(printf 'fd09:%x::2/64' "$i") dev eth$i nodad
		END
	done
	if ((opt_nics > 0 && opt_default_route)); then
		echo "route add default via 10.9.0.1 dev eth0"
	fi
}

# net_drop NAMESPACE - end what runs in it, then remove it.
net_drop()
{
	local tries pids
	[[ -e /run/netns/$1 ]] || return 0
	for ((tries = 0; tries < 50; tries++)); do
		mapfile -t pids < <(ip netns pids "$1" 2>/dev/null)
		((${#pids[@]})) || break
		kill -9 "${pids[@]}" 2>/dev/null
		sleep 0.02
	done
	ip netns del "$1"
}
