#!/bin/bash
# netlane tcp on each kernel: the cases of tests/net/tcp_cases.sh, and what needs
# modules: netem's loss and delay, fq, bbr. A kernel whose struct tcp_info is
# shorter says less, and says that.
# Rule: two namespaces in the guest; ss and nstat are the judges.
#
# vm: kernels=5.10,6.1,6.12,newest cpus=4 nics=1 queues=4 outside=yes mem=1024 boot=counting
# vm: timeout=900

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
{
	. "$here/../lib.sh"
	. "$here/../net/tcp.sh"
	. "$here/../net/tcp_cases.sh"
}
a=nltcp-a b=nltcp-b

prepare()
{
	modprobe -a tcp_diag sch_netem sch_fq sch_htb tcp_bbr veth
	pair_make 10.9.8 fd09:8
	[[ ${NETLANE_PART-} ]] || forgetting_begins
}

qdisc()	# KIND AND WORDS - on what the client sends by, until the case ends
{
	t_at_end "tc -n $a qdisc del dev there root"
	tc -n "$a" qdisc replace dev there root "$@"
}

# A fifth of what is sent is lost: what is sent again is the same for all who count.
lost_segments_are_those_of_nstat()
{
	local before timeouts json
	talks "$b" sink 8001
	before="$(counter client TcpRetransSegs) $(counter client TcpExtTCPTimeouts)"
	qdisc netem loss random 20%
	talks "$a" hold 10.9.8.2 8001 10 300000
	t_wait_for 200 all_is_acked client
	json=$(tcp_json client --by service)
	t_eq "$(pick 'd["total"]["resent"]' <<<"$json")" "$(ss_sum client retrans)" "sent again, by ss"
	t_eq "$(pick 'd["total"]["resent"]' <<<"$json")" "$(($(counter client TcpRetransSegs) - ${before% *}))" "sent again"
	t_eq "$(pick 'd["total"]["bytes_resent"]' <<<"$json")" "$(ss_sum client bytes_retrans)" "bytes"
	timeouts=$(($(counter client TcpExtTCPTimeouts) - ${before#* }))
	echo "$(pick 'd["total"]["resent"], d["total"]["sent"], d["total"]["rtos"]' <<<"$json"), $timeouts timeouts"
	if [[ $(pick 'd["total"]["rtos_known"]' <<<"$json") != 0 ]]; then
		t_eq "$(pick 'd["total"]["rtos"]' <<<"$json")" "$timeouts" "timeouts"
	fi
	t_eq "$(pick 'd["total"]["resent_ppm"] > 50000 and [f["kind"] for f in d["finding"]] == ["resent"]' <<<"$json")" True "found"
}

delay_is_in_the_rtt()
{
	local json
	talks "$b" sink 8001
	qdisc netem delay 40ms
	talks "$a" hold 10.9.8.2 8001 12 1000
	t_wait_for 60 all_is_acked client
	json=$(tcp_json client)
	t_eq "$(pick 'd["total"]["rtt_us_log2"]' <<<"$json")" "$(rtts_by_ss)" "RTTs by ss"
	t_eq "$(pick 'd["total"]["min_rtt_us"] >= 40000 and sum(d["total"]["rtt_us_log2"][15:]) == 12' <<<"$json")" True
}

fq_is_found()
{
	talks "$b" sink 8001
	talks "$a" hold 10.9.8.2 8001 1 1000
	t_match "$(client netlane tcp)" "no NIC has fq"
	qdisc fq
	t_match "$(client netlane tcp | tr '\n' ' ')" "fq on +every +NIC"
	tc -n "$a" qdisc replace dev there root handle 1: htb default 1
	t_match "$(client netlane tcp)" "no NIC has fq"
	tc -n "$a" class add dev there parent 1: classid 1:1 htb rate 1gbit
	tc -n "$a" class add dev there parent 1: classid 1:2 htb rate 1gbit
	tc -n "$a" qdisc add dev there parent 1:1 fq
	t_match "$(client netlane tcp | tr -s ' \n' ' ')" "fq paces what leaves by there \(not all"
}

# What the kernel's own getsockopt(TCP_INFO) has room for is known, nothing else is.
short_tcp_info_is_said()
{
	local len known
	talks "$b" sink 8001
	talks "$a" hold 10.9.8.2 8001 3 1000
	len=$(python3 -c '
import socket
print(len(socket.socket().getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1024)))')
	known=$(tcp_json client | pick 'd["total"]["rtos_known"]')
	echo "struct tcp_info of $len bytes, timeouts known of $known"
	t_eq "$known" "$((len >= 242 ? 3 : 0))" "connections whose timeouts are known"
	if ((len < 242)); then
		t_match "$(client netlane tcp | tr -s ' \n' ' ')" "timeouts not counted by this kernel"
	fi
}

t_host_does_all
t_setup prepare
tcp_cases
t_case tcp.netem_loss.is_that_of_nstat		lost_segments_are_those_of_nstat
t_case tcp.netem_delay.is_in_the_rtt		delay_is_in_the_rtt
t_case tcp.fq.is_found				fq_is_found
t_case tcp.short_tcp_info.is_said		short_tcp_info_is_said
t_done
