#!/usr/bin/env bash
# The Makefile: what is made again, and when.
#
# The rule: a small tree with this checkout's makefiles and sources of its own.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
tree=$T_TMP/tree

makes() {
	status=0
	out=$(env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -C "$tree" --no-print-directory "$@" 2>&1) || status=$?
	echo "$out"
}

prepare() {
	local mk
	mkdir -p "$tree/user/base"
	for mk in Makefile bpf/bpf.mk user/user.mk tests/tests.mk; do
		install -D "$top/$mk" "$tree/$mk"
	done
	printf 'int one(void);\n' >"$tree/user/base/one.h"
	printf '#include "base/one.h"\nint one(void)\n{\n\treturn 0;\n}\n' >"$tree/user/base/one.c"
	sed 's/one/two/g' "$tree/user/base/one.h" >"$tree/user/base/two.h"
	sed 's/one/two/g' "$tree/user/base/one.c" >"$tree/user/base/two.c"
	printf '#include "base/one.h"\nint main(void)\n{\n\treturn one();\n}\n' >"$tree/user/main.c"
	makes -j2
	[ "$status" = 0 ] && "$tree/build/netlane"
}

# claim WHAT...: exactly these files were made, by their names below build/
claim() { t_eq "$(grep -o 'build/.*' <<<"$out" | LC_ALL=C sort | xargs)" "$*" "made"; }

nothing() {
	makes
	t_eq "$status" 0
	t_eq "$out" ""
}

header() {
	touch "$tree/user/base/two.h"
	makes
	claim build/netlane build/user/base/two.o
}

flags() {
	makes CFLAGS="-O1 -g"
	claim build/netlane build/user/base/one.o build/user/base/two.o build/user/main.o
	makes
	t_match "$out" build/user/main.o
}

deleted() {
	rm "$tree/user/base/two.c"
	makes
	claim build/netlane
}

broken() {
	printf 'int two(void)\n{\n\treturn 0;\n}\n' >"$tree/user/base/two.c"
	makes
	[ "$status" != 0 ]
	t_match "$out" "no previous prototype"
	rm "$tree/user/base/two.c"
	makes
	t_eq "$status" 0
}

foreign() {
	makes ARCH=s390
	[ "$status" != 0 ]
	t_match "$out" "ARCH=s390: this machine builds"
}

t_setup prepare
t_case build.again.does_nothing			nothing
t_case build.header.remakes_its_users		header
t_case build.other_flags.remake_all		flags
t_case build.deleted_source.links_again		deleted
t_case build.warning.is_an_error		broken
t_case build.foreign_arch.is_refused		foreign
t_done
