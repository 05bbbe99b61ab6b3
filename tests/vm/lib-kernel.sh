# shellcheck shell=bash disable=SC2154,SC2034
# Debian's stock kernels: found through a suite's metapackage, fetched with
# apt's own signature checks, unpacked, never installed.
# Rule: a folder under kernels/ is complete or not there (made aside, renamed).

# Which suites hold which kernel. Groups are tried in order; within a group
# the highest version wins. A suite that is gone is only mentioned.
kernel_groups()
{
	case $1 in
	5.10)	echo "bullseye,bullseye-security" ;;
	6.1)	echo "bookworm,bookworm-security" ;;
	6.12)	echo "bookworm-backports trixie,trixie-security" ;;
	newest)	echo "sid" ;;
	debug)	kernel_groups 6.12 ;;	# its source; tests/vm/debug-kernel builds it
	*)	usage_error "--kernel $1: known are $all_kernels" ;;
	esac
}
all_kernels="5.10 6.1 6.12 newest"

# mirror_of SUITE - the machine's own mirror for it, from its apt sources.
mirror_of()
{
	local want=main uri suite
	[[ $1 != *-security ]] || want=security
	if [[ $want == main && -n ${NETLANE_VM_MIRROR:-} ]]; then
		echo "$NETLANE_VM_MIRROR"
		return
	fi
	if [[ $want == security && -n ${NETLANE_VM_SECURITY_MIRROR:-} ]]; then
		echo "$NETLANE_VM_SECURITY_MIRROR"
		return
	fi
	# shellcheck disable=SC2016	# $(..) is apt's own syntax here
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(CODENAME) $(COMPONENT)' |
	while read -r origin uri suite component; do
		[[ $origin == Debian && $component == main ]] || continue
		case $want,$suite in
		security,*-security)	echo "$uri"; break ;;
		security,*)		;;
		main,*-*)		;;
		main,*)			echo "$uri"; break ;;
		esac
	done
}

# apt_root_init ARCH SUITES - a private apt root that touches nothing of the
# machine's; sets apt_opts. SUITES are joined by commas.
apt_root_init()
{
	local arch=$1 suites=$2 suite uri
	local root=$cache/apt/$arch-${suites//,/+}
	mkdir -p "$root/state/lists/partial" "$root/cache/archives/partial"
	: >"$root/sources.list"
	for suite in ${suites//,/ }; do
		uri=$(mirror_of "$suite")
		if [[ -z $uri ]]; then
			say "no Debian mirror for $suite in this machine's apt sources" \
			    "(set NETLANE_VM_MIRROR, NETLANE_VM_SECURITY_MIRROR)"
			continue
		fi
		echo "deb [arch=$arch signed-by=$keyring] $uri $suite main" >>"$root/sources.list"
	done
	apt_opts=(-o "Dir::State=$root/state" -o "Dir::Cache=$root/cache"
		-o "Dir::Etc::SourceList=$root/sources.list"
		-o Dir::Etc::SourceParts=/dev/null
		-o Dir::State::status=/dev/null
		-o "APT::Architecture=$arch" -o "APT::Architectures::=$arch"
		-o APT::Sandbox::User=root -o Acquire::Retries=3)
	apt_sources=$root/sources.list
}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# apt_update - fetch the lists; a failing suite is said, not fatal.
apt_update()
{
	local log
	[[ -f $keyring ]] || die "$keyring is missing (Debian package debian-archive-keyring): run \`make deps\`"
	log=$(apt-get "${apt_opts[@]}" update 2>&1) && return
	say "some of these suites could not be read, going on with the rest:"
	grep -E '^(E|W|Err)' <<<"$log" | quote 'apt| '
}

# field_of PACKAGE FIELD - of the newest version that the private root knows.
field_of()
{
	apt-cache "${apt_opts[@]}" --no-all-versions show "$1" 2>/dev/null |
		sed -n "s/^$2: //p" | head -n 1
}

# image_of KERNEL ARCH - package name that the metapackage stands for.
image_of()
{
	local version
	version=$(field_of "linux-image-$2" Version)
	case $1 in
	newest)	[[ -n $version ]] || return ;;
	*)	[[ $version == "$1".* ]] || return ;;
	esac
	field_of "linux-image-$2" Depends | tr ',' '\n' |
		sed -n 's/^ *\(linux-image-[0-9][^ ]*\).*/\1/p' | head -n 1
}

# kernel_resolve KERNEL ARCH - sets image, image_version and apt_opts.
kernel_resolve()
{
	local group
	for group in $(kernel_groups "$1"); do
		say "$1 $2: looking in ${group//,/, }"
		apt_root_init "$2" "$group"
		apt_update
		image=$(image_of "$1" "$2")
		[[ -z $image ]] || break
	done
	[[ -n $image ]] || die "no linux-image-$2 of version $1 in the suites of $(kernel_groups "$1");" \
		"is the mirror reachable?"
	image_version=$(field_of "$image" Version)
}

# packages_of IMAGE - the image and, since Debian splits them, its modules.
packages_of()
{
	echo "$1"
	field_of "$1" Depends | tr , '\n' |
		sed -n 's/^ *\(linux-\(modules\|binary\)-[0-9][^ ]*\).*/\1/p' | sort -u
}

# kernel_unpack DIR ARCH - fetch $image and friends into DIR: vmlinuz, modules.
kernel_unpack()
{
	local dir=$1 packages release
	mapfile -t packages < <(packages_of "$image")
	say "fetching ${packages[*]} $image_version"
	mkdir -p "$dir/debs" "$dir/tree"
	(cd "$dir/debs" && apt-get "${apt_opts[@]}" -q download "${packages[@]}" >&2) ||
		die "apt-get download ${packages[*]} failed; what it said is above"
	local deb
	for deb in "$dir"/debs/*.deb; do
		dpkg -x "$deb" "$dir/tree" || die "cannot unpack ${deb##*/}: is the disk full?"
	done
	mkdir -p "$dir/lib"
	if [[ -d $dir/tree/usr/lib/modules ]]; then
		mv "$dir/tree/usr/lib/modules" "$dir/lib/modules"
	else
		mv "$dir/tree/lib/modules" "$dir/lib/modules"
	fi
	release=$(ls "$dir/lib/modules")
	mv "$dir/tree/boot/vmlinuz-$release" "$dir/vmlinuz" 2>/dev/null ||
		mv "$dir/lib/modules/$release/vmlinuz" "$dir/vmlinuz" ||
		die "$image holds no vmlinuz for $release"
	rm -f "$dir/lib/modules/$release/"{build,source}
	depmod -b "$dir" "$release" || die "depmod for $release failed"
	echo "$release" >"$dir/release"
	echo "$image $image_version" >"$dir/package"
	cp "$apt_sources" "$dir/sources.list"
	rm -rf "$dir/tree" "$dir/debs"
}

# kernel_make KERNEL ARCH - under the lock: resolve, fetch, rename into place.
kernel_make()
{
	local home=$cache/kernels/$2 link dir new
	link=$home/$1
	[[ ! -f $link/release || $opt_refresh == 1 ]] || return 0
	[[ $1 != debug ]] || die "there is no debug kernel here; tests/vm/debug-kernel builds one"
	need depmod kmod
	mkdir -p "$home"
	rm -rf "$home/.new-$1-"*	# left by a fetch that was killed outright
	kernel_resolve "$1" "$2"
	dir=$home/${image#linux-image-}_$image_version
	if [[ ! -f $dir/release ]]; then
		new=$(mktemp -d "$home/.new-$1-XXXXXX")
		fetching=$new
		chmod 755 "$new"
		kernel_unpack "$new" "$2"
		mv -T "$new" "$dir" || die "cannot put $dir in place"
		fetching=
	fi
	ln -sfn "${dir##*/}" "$home/.link-$1" && mv -T "$home/.link-$1" "$link"
	say "$1 $2: $(<"$dir/release") is in place"
	kernels_prune "$home"
}

# kernels_prune HOME - drop what no name stands for and no run uses.
kernels_prune()
{
	local dir link used=" " fd
	for link in "$1"/*; do
		[[ ! -L $link ]] || used+="$(readlink "$link") "
	done
	for dir in "$1"/*/; do
		dir=${dir%/}
		[[ ! -L $dir && $used != *" ${dir##*/} "* && -f $dir/release ]] || continue
		exec {fd}<"$dir/release"
		if flock -n "$fd"; then rm -rf "$dir"; fi
		exec {fd}<&-
	done
}

# kernel_get KERNEL ARCH - sets kernel_dir and release, fetching if need be; as
# long as this run lives, it holds the kernel against kernels_prune.
kernel_get()
{
	kernel_groups "$1" >/dev/null
	if [[ ! -f $cache/kernels/$2/$1/release || $opt_refresh == 1 ]]; then
		with_lock "kernel-$2-$1" kernel_make "$1" "$2"
	fi
	kernel_dir=$(readlink -f "$cache/kernels/$2/$1")
	release=$(<"$kernel_dir/release")
	exec {kernel_fd}<"$kernel_dir/release"
	flock -s "$kernel_fd"
}

# fetch_half_done_drop - at exit: what an interrupted fetch left.
fetching=
fetch_half_done_drop()
{
	if [[ -n $fetching ]]; then rm -rf "$fetching"; fi
}
