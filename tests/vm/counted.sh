# shellcheck shell=bash disable=SC2034 # used by those who source it
# Traffic of a known size, and the sender's own account of it. Sourced by the
# suites that hold netlane's counters to it.
# Rule: the account is the SNMP counters of the sender's network namespace;
# netlane is asked for totals before and after, in whole numbers.
#
# The suite says how the two ends are reached: sender_does, receiver_does run a
# command there.

known=build/tests/known
LINK_HEADER=14
TCP_HEADERS_V4=66	# link, IPv4, TCP with time stamps
TCP_HEADERS_V6=86
UDP_HEADERS_V4=42	# link, IP, UDP
UDP_HEADERS_V6=62

# account RUN... - the sender's counters as "name value" lines; RUN is sender_does
account()
{
	"$@" cat /proc/net/snmp /proc/net/netstat /proc/net/snmp6 | awk '
		$1 ~ /^Ip6/ || $1 ~ /^Udp6/ { print $1, $2; next }
		$1 !~ /:$/ { next }
		!($1 in names) || split(names[$1], name, " ") != NF { names[$1] = $0; next }
		{
			split(names[$1], name, " ")
			for (i = 2; i <= NF; i++) print substr($1, 1, length($1) - 1) "." name[i], $i
			delete names[$1]
		}'
}

# grown BEFORE AFTER NAME - how much a counter grew between two accounts
grown() { awk -v name="$3" '$1 == name { n += FILENAME == ARGV[1] ? -$2 : $2 } END { print n + 0 }' "$1" "$2"; }

# ip_packets, ip_bytes BEFORE AFTER - of both versions, a super-packet counted once
ip_packets() { echo $(($(grown "$1" "$2" Ip.OutRequests) + $(grown "$1" "$2" Ip6OutRequests))); }
ip_bytes() { echo $(($(grown "$1" "$2" IpExt.OutOctets) + $(grown "$1" "$2" Ip6OutOctets))); }
# What IPv6 says on its own while IPv4 is counted (multicast reports).
ip6_noise_packets() { grown "$1" "$2" Ip6OutRequests; }
ip6_noise_bytes() { grown "$1" "$2" Ip6OutOctets; }
# Segments as the link saw them.
tcp_segments() { echo $(($(grown "$1" "$2" Tcp.OutSegs) + $(grown "$1" "$2" Tcp.RetransSegs))); }

# totals WAY - "wire_packets wire_bytes packets unknown" received (rx) or sent (tx)
totals()	# rx|tx: adds up the lines of JSON on standard input
{
	jq -r -s --arg way "$1" '
		[ (map(.total.counts[$way].wire_packets) | add),
		  (map(.total.counts[$way].wire_bytes) | add),
		  (map(.total.counts[$way].packets) | add),
		  (map(.rows[] | select(.unknown_queue) | .counts[$way].packets) | add // 0) ] | @tsv'
}
