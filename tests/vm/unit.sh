# shellcheck shell=bash
# netlane as a unit of the guest's own systemd: put in place, configured, and
# what its journal says. Sourced by the suites of --systemd guests after lanes.sh.
# Rule: only what `make install` would put there, and the tools of systemd.

# shellcheck disable=SC2154	# vm is from lanes.sh
top=$vm/../..
conf=/etc/netlane/netlane.conf

# What `make install` does; this guest has no make.
netlane_install()
{
	local root=$top/user/init
	install -D "$top/build/netlane" /usr/local/bin/netlane
	sed 's|@BINDIR@|/usr/local/bin|' "$root/netlane.service" |
		install -D -m 644 /dev/stdin /usr/local/lib/systemd/system/netlane.service
	install -D -m 644 "$root/netlane.conf" "$conf"
	systemctl daemon-reload
}

configure() { printf '%s\n' "$@" >"$conf"; }

journal_from() { journalctl --sync; date +%s.%N >"$T_TMP/since"; }
journal_now() { journalctl --sync; journalctl -u netlane -o cat --since "@$(<"$T_TMP/since")"; }
journal_says() { journal_now | t_finds -E -- "$1" || { journal_now; t_fail "the journal has no '$1'"; }; }
journal_says_not() { if journal_now | grep -E -- "$1"; then t_fail "the journal has '$1'"; fi; }
journal_has() { journal_now | t_finds -E -- "$1"; }
