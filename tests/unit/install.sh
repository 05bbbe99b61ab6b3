#!/usr/bin/env bash
# make install: what it puts where, and that it changes nothing else.
#
# The rule: everything goes below a DESTDIR of the test's own.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)

installs() {	# DESTDIR [VARIABLE=VALUE...]
	local dest=$1
	shift
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$top" install DESTDIR="$dest" "$@"
}

places() {
	local dest=$T_TMP/places
	installs "$dest" PREFIX=/usr
	[ -x "$dest/usr/bin/netlane" ]
	[ -f "$dest/etc/netlane/netlane.conf" ]
	grep -q '^ExecStart=/usr/bin/netlane ' "$dest/usr/lib/systemd/system/netlane.service"
	t_eq "$(grep -rIl '@[A-Z]*@' "$dest" | head -n 1)" "" "a file with a word left to fill in"
}

enables_nothing() {
	local dest=$T_TMP/enables
	installs "$dest"
	t_eq "$(find "$dest" -type l -o -name '*.wants' -o -name '*.preset' -o -path '*modules-load*')" "" \
		"what would enable something"
}

keeps_configuration() {
	local dest=$T_TMP/keeps out
	mkdir -p "$dest/etc/netlane"
	echo mine >"$dest/etc/netlane/netlane.conf"
	out=$(installs "$dest")
	t_match "$out" "kept .*etc/netlane/netlane.conf"
	t_eq "$(cat "$dest/etc/netlane/netlane.conf")" mine
	grep -q 'mode = observe' "$dest/usr/local/share/netlane/netlane.conf"
}

module_source() {
	local dest=$T_TMP/module src
	installs "$dest" PREFIX=/usr
	src=$(echo "$dest"/usr/src/netlane-*)
	[ -f "$src/Kbuild" ] && [ -f "$src/uapi.h" ] && [ -f "$src/main.c" ]
	t_eq "$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$src/dkms.conf")" "${src##*/netlane-}" "DKMS's version"
	t_eq "$(find "$dest" -name '*.ko')" "" "a module that nobody asked for"
	installs "$dest" PREFIX=/opt/netlane
	[ -f "$dest/opt/netlane/src/${src##*/}/dkms.conf" ]
}

no_headers() {
	local out ret=0
	out=$(env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$top" kmod KDIR="$T_TMP/nowhere" 2>&1) || ret=$?
	t_eq "$ret" 2 status
	t_match "$out" "no kernel headers at $T_TMP/nowhere"
}

t_case install.module.is_source_for_dkms	module_source
t_case kmod.no_headers.says_so			no_headers
t_case install.files.are_in_place		places
t_case install.fresh.enables_nothing		enables_nothing
t_case install.own_configuration.is_kept	keeps_configuration
t_done
