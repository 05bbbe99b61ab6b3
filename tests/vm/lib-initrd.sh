# shellcheck shell=bash disable=SC2154,SC2034
# The first root of every guest: static busybox, the modules that the real
# root needs, guest/init.
# Rule: named after a digest of what is in it, so it is never out of date.

initrd_base_modules="virtio_pci 9pnet_virtio 9p overlay virtio_net"
initrd_disk_modules="virtio_blk ext4 crc32c_generic"
initrd_shell_modules="virtio_console"

busybox_make()
{
	local dir=$cache/busybox-$1 new
	[[ ! -f $dir/bin/busybox ]] || return 0
	say "fetching busybox-static for $1"
	apt_root_init "$1" bookworm
	apt_update
	new=$(mktemp -d "$cache/.busybox-XXXXXX")
	fetching=$new
	(cd "$new" && apt-get "${apt_opts[@]}" -q download busybox-static >&2 &&
		dpkg -x ./*.deb . && rm -f ./*.deb) ||
		die "cannot fetch busybox-static for $1; what apt said is above"
	mv -T "$new" "$dir" || die "cannot put $dir in place"
	fetching=
}

busybox_get()
{
	[[ -f $cache/busybox-$1/bin/busybox ]] ||
		with_lock "busybox-$1" busybox_make "$1"
	busybox=$cache/busybox-$1/bin/busybox
}

# module_files MODULE... - files in load order; what is built in or absent
# in this kernel gives none.
module_files()
{
	local m
	for m; do
		modprobe -d "$kernel_dir" -S "$release" --show-depends "$m" 2>/dev/null
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# module_put FILE DIR - uncompressed, since busybox insmod wants it so.
module_put()
{
	local name=${1##*/}
	case $name in
	*.xz)	xz -dc "$1" >"$2/${name%.xz}" ;;
	*.zst)	zstd -qdc "$1" >"$2/${name%.zst}" ;;
	*)	cp "$1" "$2/" ;;
	esac
}

# modules_put TREE LIST MODULE... - copy what is not there yet, and note the
# order in TREE/LIST.
modules_put()
{
	local tree=$1 list=$2 f name
	shift 2
	for f in $(module_files "$@"); do
		name=${f##*/}
		name=${name%%.ko*}
		[[ ! -e $tree/mod/$name.ko ]] || continue
		module_put "$f" "$tree/mod"
		echo "$name"
	done >"$tree/$list"
}

initrd_make()
{
	local out=$1 tree
	[[ ! -f $out ]] || return 0
	tree=$(mktemp -d "$cache/.initrd-XXXXXX")
	fetching=$tree
	mkdir -p "$tree"/{bin,dev,mod,proc,lower,upper,root}
	cp "$busybox" "$tree/bin/busybox"
	cp "$here/guest/init" "$tree/init"
	chmod 755 "$tree/init"
	# shellcheck disable=SC2086	# lists of words
	{
		modules_put "$tree" base.list $initrd_base_modules
		modules_put "$tree" disk.list $initrd_disk_modules
		modules_put "$tree" shell.list $initrd_shell_modules
	}
	(cd "$tree" && find . | cpio -o -H newc --quiet) >"$out.new" ||
		die "cannot make $out: is the disk full?"
	rm -f "$kernel_dir"/initrd-*.img
	mv "$out.new" "$out"
	rm -rf "$tree"
	fetching=
}

# initrd_get - sets initrd for $kernel_dir.
initrd_get()
{
	local sum
	busybox_get "$opt_arch"
	sum=$({ cat "$here/guest/init" "$here/lib-initrd.sh"; stat -c %s "$busybox"; } | sha256sum)
	initrd=$kernel_dir/initrd-${sum:0:12}.img
	[[ -f $initrd ]] ||
		with_lock "initrd-$opt_arch-${kernel_dir##*/}" initrd_make "$initrd"
}

# boot_image_make - a PVH kernel, unpacked, boots in half the time of a packed
# one under emulation. Where that cannot be had, the packed one.
boot_image_make()
{
	local out=$1 at new=$1.new unpack
	[[ ! -e $out ]] || return 0
	for unpack in '\xfd7zXZ\x00 xz -dc --single-stream' '\x28\xb5\x2f\xfd zstd -dcq'; do
		for at in $(offsets_of "${unpack%% *}" "$kernel_dir/vmlinuz"); do
			# shellcheck disable=SC2086	# a command and its options
			tail -c "+$((at + 1))" "$kernel_dir/vmlinuz" |
				${unpack#* } >"$new" 2>/dev/null
			if is_pvh "$new"; then mv "$new" "$out"; return; fi
		done
	done
	rm -f "$new"
	ln -s vmlinuz "$out"
}

offsets_of() { LC_ALL=C grep -aboP "$1" "$2" | cut -d: -f1; }

# An ELF file with a Xen note of type 18, PHYS32_ENTRY.
is_pvh()
{
	[[ $(head -c 4 "$1") == $'\x7fELF' ]] &&
		LC_ALL=C grep -aqP '\x04\0\0\0[\x04\x08]\0\0\0\x12\0\0\0Xen\0' "$1"
}

# boot_image_get - sets boot_image, what qemu is to boot of $kernel_dir.
boot_image_get()
{
	boot_image=$kernel_dir/vmlinuz
	[[ $opt_arch == amd64 ]] || return
	boot_image=$kernel_dir/boot
	[[ -e $boot_image ]] ||
		with_lock "boot-${kernel_dir##*/}" boot_image_make "$boot_image"
}
