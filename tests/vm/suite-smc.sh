#!/bin/bash
# netlane smc on each kernel: what is missing there, and on one host with RDMA in
# software (rxe) what its connections do.
# Rule: the witnesses are the RDMA device's own counters, ss and the kernel's lists; the
# order is that of loading, for what is loaded is not taken out again.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=2 mem=1024 boot=smc timeout=900

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/../net/smc_cases.sh"
}
counters=/sys/class/infiniband/rxelo/ports/1/hw_counters

needs_smc() { has_smc || t_skip "this kernel was built without SMC"; }
needs_rxe_to_work()
{
	needs_smc
	[ -e /sys/class/infiniband/rxelo ] || t_skip "there is no rxe here"
	[ ! -e "$T_TMP/broken" ] || t_skip "SMC over rxe is broken on this kernel, and check says so"
}
set_smc() { python3 "$here/smcset.py" "$@"; }

# checks - netlane smc check, once: what it says by level into $T_TMP/whys, "missing no-ueid"
checks()
{
	smc_exit check --json >/dev/null
	python3 -c '
import json, sys
for v in json.load(open(sys.argv[1]))["verdict"]:
    print(v["level"], v["why"], v["text"])' "$T_TMP/said" >"$T_TMP/whys"
	cat "$T_TMP/whys"
}
# whys LEVEL - the words of it that were said at that level
whys() { awk -v level="$1" '$1 == level { printf "%s%s", sep, $2; sep = " " }' "$T_TMP/whys"; }
# pick EXPRESSION - of what status says now, as d; conn(PORT) is the connection whose own port that is
pick()
{
	build/netlane smc status --json | python3 -c '
import json, sys
d = json.load(sys.stdin)
def conn(port, *keys):
    return [next((c for c in d["conn"] if c["local_port"] == int(port)), {}).get(k) for k in keys]
def toward(port, *keys):
    return [next((c for c in d["conn"] if c["remote_port"] == int(port)), {}).get(k) for k in keys]
def why(word):
    return next((w for w in d["why"] if w["why"] == word), {})
print(eval(sys.argv[1]))' "$1"
}

# talks WORDS - smctalk.py in the background until the suite's case ends; sets talking
talks()
{
	local out
	out=$(mktemp -p "$T_TMP")
	python3 "$here/smctalk.py" "$@" >"$out" 2>&1 &
	talking=$! talked=$out
	t_at_end "kill $talking 2>/dev/null; wait $talking || :"
	t_wait_for 60 grep -q . "$out"
	grep -qx ready "$out" || t_fail "smctalk $*: $(<"$out")"
}
# sends BYTES - the last talker was told to send, and all of it has arrived
sends() { kill -USR1 "$talking"; t_wait_for 60 grep -qx "sent $1" "$talked"; }
# The port that a client chose toward PORT: the socket inside one of SMC has no process in ss.
port_toward() { ss -Htn state established "dport = :$1" | awk '{ n = split($3, part, ":"); print part[n]; exit }'; }

# ---- on any kernel that has it

not_loaded_is_said()
{
	local before
	needs_smc
	before=$(node_now)
	t_eq "$(smc_exit check)" 3
	t_match "$(<"$T_TMP/said")" "smc is not loaded, and this command loads nothing"
	t_match "$(<"$T_TMP/said")" "device - no RDMA device"
	t_eq "$(smc_exit status)" 0
	t_match "$(<"$T_TMP/said")" "smc is not loaded"
	t_eq "$(node_now)" "$before" "the node"
	! grep -q "^smc " /proc/modules || t_fail "smc was loaded"
}

# With smc loaded, and smc_diag not: asking for its sockets would load that. Nor does a
# look load what IPsec is set by.
asking_loads_nothing()
{
	local before
	needs_smc
	modprobe smc
	before=$(node_now)
	checks
	t_match " $(whys note) " " no-diag "
	t_match " $(whys missing) " " no-device "
	t_eq "$(smc_exit status)" 0
	t_match "$(tr -s ' \n' ' ' <"$T_TMP/said")" "smc_diag is not loaded, and this command loads nothing"
	t_eq "$(node_now)" "$before" "the node"
	modprobe smc_diag
	t_match "$(build/netlane smc status)" "0 SMC-R, 0 SMC-D, 0 fallen back"
}

# A guide's setting, and an IPsec policy.
settings_in_the_way_are_found()
{
	needs_smc
	mkdir -p /etc/sysctl.d
	printf '%s\n' "# fast" "net.smc.smc_enabled = 1" >/etc/sysctl.d/99-smc-guide.conf
	t_at_end "rm /etc/sysctl.d/99-smc-guide.conf"
	! sysctl -p /etc/sysctl.d/99-smc-guide.conf || t_fail "it is none of a guide's invention"
	ip xfrm policy add src 10.77.0.0/24 dst 10.78.0.0/24 dir out tmpl src 10.77.0.1 dst 10.78.0.1 proto esp mode tunnel
	t_at_end "ip xfrm policy deleteall"
	checks
	t_match " $(whys found) " " ipsec .*no-such-sysctl "
	grep -q "/etc/sysctl.d/99-smc-guide.conf:2: no kernel has net.smc.smc_enabled" "$T_TMP/whys"
	grep -q " 1 IPsec policies" "$T_TMP/whys"
}

three_are_open() { [ "$(pick 'len(d["conn"])')" = 3 ]; }
# A peer without SMC; and two ends with SMC and no device between them.
fallback_is_said_in_words()
{
	local client server
	needs_smc
	talks serve tcp 7002
	talks serve smc 7001
	server=$talking
	talks hold smc 127.0.0.1 7002
	client=$talking
	talks hold smc 127.0.0.1 7001
	t_wait_for 60 three_are_open
	t_eq "$(pick 'd["connections"], d["listening"], toward(7002, "why", "by"), toward(7001, "why", "by"), conn(7001, "why", "by"), why("no-smc-device")["peer_now"]')" \
		"({'smc-r': 0, 'smc-d': 0, 'tcp': 3}, 1, ['peer-without-smc', 'python3 (pid $client)'], ['no-smc-device', 'python3 (pid $talking)'], ['peer-declined', 'python3 (pid $server)'], 1)"
	t_eq "$(pick '(d["fallback_client"], d["fallback_server"]) if d["stats_known"] else (2, 1)')" "(2, 1)" "counted by the kernel"
	t_eq "$(smc_exit status --check)" 3
	t_match "$(<"$T_TMP/said")" "0x03010000 \(the other end did not offer SMC"
}

# ---- with rxe

device_and_what_it_lacks()
{
	needs_smc
	modprobe rdma_rxe
	ip link set lo up
	ip addr add 10.8.0.1/24 dev lo
	rdma link add rxelo type rxe netdev lo
	set_smc pnetid NET1 eth lo
	checks
	t_match " $(whys fine) " " up "
	t_match " $(whys found) " " unpaired "
	case $(uname -r) in # what was measured of them
	5.10.*) t_eq "$(whys missing)" no-v1-gid ;;
	6.1.*) t_eq "$(whys missing)" "no-ueid rxe-hangs" ;;
	*) t_eq "$(whys missing)" no-ueid ;;
	esac
	case " $(whys missing) " in *" rxe-hangs "* | *" no-v1-gid "*) touch "$T_TMP/broken" ;; esac
	set_smc pnetid NET1 ib rxelo 1
}

node_can_with_a_ueid()
{
	needs_rxe_to_work
	set_smc ueid NETLANE.EID1
	checks
	t_eq "$(whys missing)" ""
	t_match " $(whys fine) " " up ueid paired bpf "
	grep -q "UEID NETLANE.EID1;" "$T_TMP/whys"
}

sent_pkts() { cat "$counters/sent_pkts"; }

# The RDMA device's counter, and ss: what goes by SMC-R does not go by the socket inside.
smcr_is_shown_with_its_process()
{
	local port before server
	needs_rxe_to_work
	talks serve smc 7001
	server=$talking
	talks hold smc 10.8.0.1 7001
	port=$(port_toward 7001)
	t_eq "$(pick "conn($port, 'mode', 'dev', 'remote', 'remote_port', 'by'), conn(7001, 'mode', 'remote_port', 'by')")" \
		"(['smc-r', 'rxelo', '10.8.0.1', 7001, 'python3 (pid $talking)'], ['smc-r', $port, 'python3 (pid $server)'])"
	t_eq "$(pick '[(g["conns"], g["eid"], g["link"][0]["dev"], g["link"][0]["active"]) for g in d["lgr"] if g["conns"]]')" \
		"[(1, 'NETLANE.EID1', 'rxelo', True), (1, 'NETLANE.EID1', 'rxelo', True)]"
	before="$(sent_pkts) $(pick 'd["since_loaded"]["smc-r"]["tx_bytes"]')"
	sends 4194304
	echo "RDMA packets ${before% *} to $(sent_pkts)"
	(($(sent_pkts) - ${before% *} > 1000)) || t_fail "RDMA carried $(($(sent_pkts) - ${before% *})) packets"
	t_eq "$(($(pick 'd["since_loaded"]["smc-r"]["tx_bytes"]') - ${before#* }))" 4194305 "bytes sent, and the answer"
	(($(ss -Htni "sport = :$port" | tr ' ' '\n' | sed -n 's/^bytes_sent://p') < 4096)) || t_fail "TCP carried it"
}

# Beside it one that fell back, which RDMA carries nothing of.
fallen_back_is_not_carried()
{
	local port before
	needs_rxe_to_work
	talks serve smc 7001
	talks serve tcp 7002
	talks hold smc 10.8.0.1 7001
	talks hold smc 10.8.0.1 7002
	port=$(port_toward 7002)
	t_eq "$(pick "conn($port, 'mode', 'why', 'by'), d['connections']")" \
		"(['tcp', 'peer-without-smc', 'python3 (pid $talking)'], {'smc-r': 2, 'smc-d': 0, 'tcp': 1})"
	before=$(sent_pkts)
	sends 4194304
	(($(sent_pkts) - before < 50)) || t_fail "RDMA carried $(($(sent_pkts) - before)) packets"
	t_match "$(build/netlane smc status)" "TCP +10.8.0.1:$port +10.8.0.1:7002 +peer-without-smc +python3 \(pid $talking\)"
}

# A socket by IPPROTO_SMC, and a unit by its cgroup.
inet_socket_and_unit_are_told()
{
	local port
	needs_rxe_to_work
	mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup
	mkdir -p /sys/fs/cgroup/talker.service
	talks serve smc 7001
	talks hold inet 10.8.0.1 7001
	echo "$talking" >/sys/fs/cgroup/talker.service/cgroup.procs
	port=$(port_toward 7001)
	t_eq "$(pick "conn($port, 'mode', 'dev', 'remote_port', 'unit')")" "['smc-r', 'rxelo', 7001, 'talker.service']"
}

t_case smc.check.changes_nothing		check_changes_nothing
t_case smc.check.says_what_the_kernel_is_without without_smc_is_said
t_case smc.status.without_smc_is_exit_4		status_without_smc
t_case smc.check.not_loaded_is_said		not_loaded_is_said
t_case smc.check.asking_loads_nothing		asking_loads_nothing
t_case smc.check.settings_in_the_way		settings_in_the_way_are_found
t_case smc.status.fallback_is_in_words		fallback_is_said_in_words
t_case smc.check.device_and_what_it_lacks	device_and_what_it_lacks
t_case smc.check.node_can			node_can_with_a_ueid
t_case smc.status.smcr_has_its_process		smcr_is_shown_with_its_process
t_case smc.status.fallen_back_beside_it		fallen_back_is_not_carried
t_case smc.status.inet_socket_and_unit		inet_socket_and_unit_are_told
t_done
