# shellcheck shell=bash disable=SC2154,SC2034
# Roots that are not this machine's: a small arm64 one, read by 9p, and a
# disk with a Debian of its own for --systemd.
# Rule: made once, named after what went in; a run never writes to them.

arm64_packages="bash coreutils util-linux mount hostname iproute2 ethtool procps
	kmod sed grep mawk findutils diffutils libc-bin base-files iputils-ping"
disk_packages="systemd systemd-sysv dbus udev kmod iproute2 ethtool procps
	irqbalance nginx-light iputils-ping network-manager"
disk_off="irqbalance nginx NetworkManager NetworkManager-wait-online
	NetworkManager-dispatcher apt-daily.timer apt-daily-upgrade.timer
	e2scrub_all.timer fstrim.timer dpkg-db-backup.timer"

# join_packages WORDS - with guest-packages.txt, joined by commas.
join_packages()
{
	{ xargs -n 1 <<<"$1"; words_of "$here/guest-packages.txt"; } |
		sort -u | paste -sd ,
}

debian_install()	# FOLDER ARCH VARIANT PACKAGES HOOK...
{
	local dir=$1 arch=$2 variant=$3 packages=$4 uri
	shift 4
	need mmdebstrap mmdebstrap
	uri=$(mirror_of bookworm)
	[[ -n $uri ]] || die "no Debian mirror in this machine's apt sources (NETLANE_VM_MIRROR names one)"
	mmdebstrap --quiet --mode=root --variant="$variant" --architectures="$arch" \
		--include="$packages" --format=directory "$@" \
		bookworm "$dir" "deb [signed-by=$keyring] $uri bookworm main" >&2 ||
		die "mmdebstrap could not make a root for $arch; what it said is above"
}

arm64_root_make()
{
	local out=$1 new
	[[ ! -d $out ]] || return 0
	rm -rf "$cache"/.root-*
	say "making the arm64 root (once)"
	new=$(mktemp -d "$cache/.root-XXXXXX")
	fetching=$new
	chmod 755 "$new"
	debian_install "$new" arm64 extract "$(join_packages "$arm64_packages")" \
		--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr
	# What the packages' scripts, which did not run, would have made.
	ln -sf mawk "$new/usr/bin/awk"
	printf '%s\n' root:x:0:0:root:/root:/bin/bash nobody:x:65534:65534::/:/bin/false >"$new/etc/passwd"
	printf '%s\n' root:x:0: nogroup:x:65534: >"$new/etc/group"
	rm -rf "$new/var/cache/apt" "$new/var/lib/apt" "$new/usr/share/"{doc,man,locale}
	mv -T "$new" "$out" || die "cannot put $out in place"
	fetching=
}

# arm64_root_get - sets root_dir.
arm64_root_get()
{
	root_dir=$cache/root-arm64-$(digest_of "$arm64_packages" arm64_root_make)
	[[ -d $root_dir ]] || with_lock root-arm64 arm64_root_make "$root_dir"
}

digest_of()	# PACKAGES FUNCTION
{
	{ echo "$1"; words_of "$here/guest-packages.txt"; declare -f debian_install "$2"; } |
		sha256sum | head -c 12
}

disk_base_make()
{
	local out=$1 new
	[[ ! -f $out ]] || return 0
	need mke2fs e2fsprogs
	rm -rf "$cache"/.disk-* "$cache"/disk-amd64-*
	say "making the disk of the --systemd guest (once, a minute or two)"
	new=$(mktemp -d "$cache/.disk-XXXXXX")
	fetching=$new
	mkdir "$new/root"
	chmod 755 "$new" "$new/root"
	# shellcheck disable=SC2016	# mmdebstrap's shell expands it
	debian_install "$new/root" amd64 minbase "$(join_packages "$disk_packages")" \
		--customize-hook='chroot "$1" systemctl disable '"$(xargs <<<"$disk_off")" \
		--customize-hook='echo vm >"$1/etc/hostname"' \
		--customize-hook='rm -rf "$1"/usr/share/doc "$1"/usr/share/locale'
	mke2fs -q -t ext4 -d "$new/root" "$new/disk" 3G >&2 ||
		die "mke2fs could not make the disk; is $cache full?"
	mv "$new/disk" "$out"
	rm -rf "$new"
	fetching=
}

# disk_get - sets disk and disk_mode: the one that --disk names, made from the
# base when it is absent and kept, or the base with what is written thrown away.
disk_get()
{
	local base
	base=$cache/disk-amd64-$(digest_of "$disk_packages $disk_off" disk_base_make)
	[[ -f $base || -f $opt_disk ]] || with_lock disk disk_base_make "$base"
	if [[ -z $opt_disk ]]; then
		disk=$base disk_mode=,snapshot=on
		return
	fi
	disk=$opt_disk disk_mode=
	[[ ! -f $disk ]] || return
	{ cp --sparse=always --reflink=auto "$base" "$disk.new" && mv "$disk.new" "$disk"; } ||
		die "--disk $disk: cannot be made there"
}
