#!/usr/bin/env bash
# scripts/deps: what it would install, on either family of systems.
#
# The rule: nothing is installed here; package managers are stand-ins.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
deps=$(cd "$(dirname "$0")/../.." && pwd)/scripts/deps

# machine FAMILY UID INSTALLED...: a PATH with that family's tools only
machine() {
	local tool bin=$T_TMP/bin
	rm -rf "$bin"
	mkdir "$bin"
	for tool in bash env sed awk grep cat dirname; do ln -s "$(command -v "$tool")" "$bin/"; done
	printf '#!/bin/sh\necho %s\n' "$2" >"$bin/id"
	case $1 in
	debian)
		printf '#!/bin/sh\nprintf "%%s installed\\n" %s\n' "${*:3}" >"$bin/dpkg-query"
		printf '#!/bin/sh\necho apt-get "$@" >>%s/calls\n' "$T_TMP" >"$bin/apt-get"
		;;
	rhel)
		printf '#!/bin/sh\nprintf "%%s\\n" %s\n' "${*:3}" >"$bin/rpm"
		printf '#!/bin/sh\necho dnf "$@" >>%s/calls\n' "$T_TMP" >"$bin/dnf"
		;;
	esac
	chmod +x "$bin"/*
	rm -f "$T_TMP/calls"
}

runs() {
	status=0
	out=$(env -i PATH="$T_TMP/bin" "$deps" "$@" 2>&1) || status=$?
	echo "$out"
}

each_once() {
	machine debian 0
	runs --list check
	t_eq "$status" 0
	t_match " ${out//$'\n'/ } " " libbpf-dev .* libcmocka-dev "
	t_eq "$(sort <<<"$out" | uniq -d)" "" "named twice"
}

missing_named() {
	# shellcheck disable=SC2046	# names are words
	machine debian 0 $("$deps" --list build | grep -v libmnl)
	runs --check build
	t_eq "$status" 1
	t_eq "$out" libmnl-dev
}

alternative() {
	# shellcheck disable=SC2046	# names are words
	machine debian 0 libcurl4-gnutls-dev $("$deps" --list build | grep -v libcurl)
	runs build
	t_eq "$status" 0
	t_eq "$out" ""
	[ ! -e "$T_TMP/calls" ]
}

not_root() {
	machine debian 1000
	runs build
	t_eq "$status" 1
	t_match "$out" "only root can install"
	t_match "$out" "sudo apt-get install --no-install-recommends gcc "
	[ ! -e "$T_TMP/calls" ]
}

rhel() {
	machine rhel 0 gcc make
	runs build
	t_match "$(cat "$T_TMP/calls")" "^dnf -y .* install glibc-devel .* libbpf-devel"
	t_eq "$status" 1 "status while they are still missing"
}

t_case deps.list.names_each_once		each_once
t_case deps.one_missing.is_named		missing_named
t_case deps.alternative.will_do			alternative
t_case deps.not_root.prints_the_command		not_root
t_case deps.rhel_names.go_to_dnf		rhel
t_done
