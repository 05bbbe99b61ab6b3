# shellcheck shell=bash disable=SC2154,SC2034
# Words to the person, paths and locks, shared by all parts of tests/vm/run.
# Rule: everything said here goes to stderr; stdout belongs to COMMAND.

# Exit status of a run whose VM failed, whatever COMMAND would have said.
VM_FAILED=125

say()	{ printf 'vm: %s\n' "$*" >&2; }
detail() { if [[ $opt_verbose == 1 ]]; then say "$@"; fi; }
die()	{ say "$@"; exit "$VM_FAILED"; }
usage_error() { say "$* (tests/vm/run --help)"; exit 2; }

# need TOOL PACKAGE - a sentence instead of "command not found" later.
need()
{
	command -v "$1" >/dev/null && return
	die "$1 is missing (Debian package $2): run \`make deps\`"
}

need_for_boot()
{
	need ip iproute2
	need setpriv util-linux
	need depmod kmod
	need cpio cpio
	case $opt_arch in
	amd64) need qemu-system-x86_64 qemu-system-x86 ;;
	arm64) need qemu-system-aarch64 qemu-system-arm ;;
	esac
	[[ $opt_qmp == 0 ]] || need python3 python3
	[[ $EUID == 0 ]] ||
		die "needs root for taps and namespaces; run it with sudo"
}

# cache_init - cache is where everything fetched or made once is kept.
cache_init()
{
	cache=${NETLANE_VM_CACHE:-$checkout/build/vm}
	mkdir -p "$cache/lock" || die "cannot write to $cache (NETLANE_VM_CACHE names another folder)"
	cache=$(cd "$cache" && pwd -P)
}

# with_lock NAME COMMAND... - one run at a time makes the thing called NAME.
with_lock()
{
	local name=$1 fd ret
	shift
	exec {fd}>"$cache/lock/$name"
	if ! flock -n "$fd"; then
		detail "another run is making $name; waiting for it"
		flock "$fd"
	fi
	"$@"
	ret=$?
	exec {fd}>&-
	return "$ret"
}

# slot_take - more VMs at once than CPUs only make each other time out, so a
# run waits for one of the slots; it is free again when the run is over. Who
# came first is served first: the others wait for the lock called queue.
slot_take()
{
	nr_slots=${NETLANE_VM_SLOTS:-$(nproc)}
	((nr_slots >= 2)) || nr_slots=2
	if flock -n "$cache/lock/queue" true && slot_try; then return; fi
	say "$nr_slots VMs are running; waiting for their end (NETLANE_VM_SLOTS allows more)"
	with_lock queue slot_wait
}

slot_wait() { until slot_try; do sleep 0.3; done; }

# slot_try - keeps slot_fd open, and so the slot, if one was free.
slot_try()
{
	local i
	for ((i = 0; i < nr_slots; i++)); do
		exec {slot_fd}>"$cache/lock/slot-$i"
		flock -n "$slot_fd" && return
		exec {slot_fd}>&-
	done
	return 1
}

# words_of FILE - first word of every line that is not a comment.
words_of()
{
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1" | awk '{ print $1 }'
}

# quote PREFIX - somebody else's lines, marked as such.
quote() { tr -d '\r' | sed "s/^/$1/" >&2; }
