# shellcheck shell=bash
# What the service would tell systemd of itself (STATUS=), for NOTIFY_SOCKET=$T_TMP/notify.
# Rule: a look of the service is waited for by its own word that it has ended.

# Written to $T_TMP/notified, which begins anew.
notified=
notify_start()
{
	: >"$T_TMP/notified"
	socat -u "UNIX-RECV:$T_TMP/notify" "OPEN:$T_TMP/notified,append" &
	notified=$!
	t_wait_for 10 test -S "$T_TMP/notify"
}
notify_end()
{
	kill "$notified" 2>/dev/null || true
	wait "$notified" || true
	rm -f "$T_TMP/notify"
}

# repaired_in_all - its count; has it also found all as wanted since?
repaired_in_all() { grep -Eao '[0-9]+ repaired' "$T_TMP/notified" | tail -n 1 | grep -Eo '^[0-9]+' || echo 0; }
settled_after()	# REPAIRS
{
	local said
	said=$(tr -d '\0' <"$T_TMP/notified")
	[[ ${said##*STATUS=} == "holding, all as wanted"* ]] && (($(repaired_in_all) >= $1))
}
