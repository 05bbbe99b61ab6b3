# Turns what node-state collected into stable lines: IRQ numbers become names,
# interfaces become bus paths, and what changes by itself is dropped.
# Rule: a line is dropped or shortened here or nowhere.

# Counters and write-only switches among the sysctls.
function volatile(key) {
	return key ~ /conntrack_count$|\/route\/flush$/
}

function irq_line(number, value) {
	return number in irq ? "irq " irq[number] " smp_affinity = " value : ""
}

function nic_line(ifname, key, value) {
	return ifname in bus ? "nic " bus[ifname] " " key " = " value : ""
}

function file_line(path, value,    p) {
	split(path, p, "/")
	if (path ~ /^\/proc\/irq\/[0-9]+\//)
		return irq_line(p[4], value)
	if (path ~ /^\/sys\/class\/net\//)
		return nic_line(p[5], substr(path, length("/sys/class/net/" p[5] "/") + 1), value)
	if (path ~ /^\/proc\/[0-9]+\/comm$/)
		return value ~ /^netlane/ ? "process " value : ""
	if (path == "/proc/modules")
		return value ~ /^netlane/ ? "module " value : ""
	if (path ~ /^\/proc\/sys\//)
		return volatile(path) ? "" : "sysctl " substr(path, 11) " = " value
	return "file " path " = " value
}

# "12: sched_cls  name lane_x  tag ...": ids and times of loading are dropped.
function bpf_line(line) {
	if (!match(line, /: [a-z_]+ +name [^ ]+/))
		return ""
	return "bpf " substr(line, RSTART + 2, RLENGTH - 2)
}

# "SLEEP 10 IRQ 29 LOAD 0 ... BANNED 00": its IRQs are the ones it leaves alone.
function irqbalance_lines(line,    i, n, w, out) {
	n = split(line, w, " ")
	for (i = 1; i < n; i++)
		if (w[i] == "IRQ")
			out = out (out == "" ? "" : "\n") "irqbalance leaves " irq[w[i + 1]]
	return out
}

# ethtool says the same words twice, for what is possible and for what is.
function ethtool_line(line) {
	if (line ~ /Pre-set maximums:$/)
		section = "max"
	if (line ~ /Current hardware settings:$/)
		section = "now"
	if (line ~ /: *n\/a$|\[fixed\]$|:$|ethtool-. *$|parameters for /)
		return ""
	gsub(/\t/, " ", line)
	sub(/ethtool-[lg]/, "& " section, line)
	return line
}

function text_line(line) {
	if (line ~ /^bpf /)
		return bpf_line(line)
	if (line ~ /^irqbalance /)
		return irqbalance_lines(line)
	if (line ~ /^nic [^ ]+ ethtool-/)
		return ethtool_line(line)
	gsub(/ expires [0-9]+sec| (valid|preferred)_lft [0-9a-z]+| tentative/, "", line)
	sub(/^ip4 [0-9]+: /, "ip4 ", line)
	sub(/^ip6 [0-9]+: /, "ip6 ", line)
	return line
}

function irq_name(name,    device) {
	sub(/\/$/, "", name)
	device = name
	sub(/-.*/, "", device)
	return device in of_virtio ? of_virtio[device] substr(name, length(device) + 1) : name
}

$1 == "@nic" {
	bus[$2] = $3
	of_virtio[$4] = $3
	print "nic " $3 " name = " $2
	next
}

$1 == "@irq" {
	name = irq_name($3)
	if ($2 in irq)
		name = irq[$2] "+" name
	irq[$2] = name
	next
}

{
	colon = index($0, ":")
	out = $1 == "@text" ? text_line(substr($0, 7)) : \
		file_line(substr($0, 1, colon - 1), substr($0, colon + 1))
}

out != "" { print out }
