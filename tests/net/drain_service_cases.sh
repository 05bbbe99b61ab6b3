# shellcheck shell=bash disable=SC2154	# of drain.sh and drain_cases.sh
# What the service has to do with a drain. Sourced, behind drain_cases.sh.

# run_service LINE... - the service with these lines of [drain]; its log is $T_TMP/log
run_service()
{
	configured "$@"
	sed -i 's/^\[netlane\]/&\nmode = observe/' "$T_TMP/conf"
	inside_begin "$PWD/build/netlane" run --config "$T_TMP/conf" >"$T_TMP/log" 2>&1
	t_wait_for 20 grep -q "^mode" "$T_TMP/log" || t_fail "$(<"$T_TMP/log")"
}

# The service does it for who asks, and may go.
by_the_service()
{
	local service
	needs_root
	run_service "grace = 0"
	held 1
	drain start
	t_wait_for 20 phase refusing
	service=$(inside cat /run/netlane/run.pid)
	kill -9 "$service"
	t_wait_for 10 service_is_gone "$service"
	if gets_in 2>/dev/null; then t_fail "got in when the service was gone"; fi
	held_end
	t_wait_for 20 phase over
	drain stop
	gets_in || t_fail "nobody gets in after the stop"
}

service_is_gone() { [[ ! -d /proc/$1 || $(awk '{ print $3 }' "/proc/$1/stat") == Z ]]; }

# The balancer's question: 200, from the beginning of a drain on 503, and 200 again.
answers_health()
{
	needs_root
	run_service "grace = 60" "health_listen = $address:9181"
	t_eq "$(health)" "200 in service" "the answer"
	t_eq "$(client curl -s -I -o /dev/null -w '%{http_code}' "http://$address:9181/")" 200 "the answer to HEAD"
	drain start
	t_eq "$(health)" "503 draining" "the answer in the grace"
	drain stop
	t_eq "$(health)" "200 in service" "the answer after it"
	# one who asks nothing keeps nobody from his answer
	until_end "$a" python3 -c '
import socket, time
held = [socket.create_connection(("'"$address"'", 9181), 5) for _ in range(40)]
print("up", flush=True)
time.sleep(600)' >"$T_TMP/silent"
	t_wait_for 20 grep -q up "$T_TMP/silent"
	t_eq "$(health)" "200 in service" "the answer beside forty who are silent"
}
health()
{
	client curl -s -m 5 -o "$T_TMP/health" -w '%{http_code} ' "http://$address:9181/"
	cat "$T_TMP/health"
}

# A notice leads to a drain that is over in time; what is no notice leads to nothing.
spot()
{
	local mode
	needs_root
	server ip addr add 100.100.100.200/32 dev lo
	t_at_end "server ip addr del 100.100.100.200/32 dev lo"
	until_end "$b" "$metadata" serve >/dev/null 2>&1
	t_wait_for 20 metadata_says ok
	run_service "grace = 1" "on_spot = drain" "then = reset"
	t_wait_for 20 asked_for_spot
	for mode in 404 403 garbage empty late; do
		metadata_says "ok-but=termination-time,$mode" spot=2099-01-01T00:00:00Z
		asked_again
	done
	metadata_says ok spot=2026-02-30T00:00:00Z
	asked_again
	t_match "$(drain status)" "^in service"
	t_match "$(<"$T_TMP/log")" "not known, the metadata service: it refuses.*not known.*what it answers is no time.*does not answer in time"
	t_eq "$(grep -c "not known" "$T_TMP/log" || :)" 5 "sentences, one for each but the 404"
	held 1
	metadata_says ok "spot=$(date -u -d '+55 seconds' +%Y-%m-%dT%H:%M:%SZ)"
	asked_again
	t_wait_for 20 phase refusing
	t_match "$(field why)" "^spot notice: taken back at 20"
	(($(field deadline_s) <= 15)) || t_fail "a deadline of $(field deadline_s) s"
	t_match "$(<"$T_TMP/log")" "this instance is taken back at .*spot: draining, new connections are refused in 1 s"
	held_end
}
# What the cloud plans is said once, shown while it stands, and gone with the service.
maintenance()
{
	local event='events=[{"EventTypeCode":"SystemMaintenance.Reboot","NotBefore":"2026-12-01T02:00:00Z","EventId":"e-1"}]'
	needs_root
	server ip addr add 100.100.100.200/32 dev lo
	t_at_end "server ip addr del 100.100.100.200/32 dev lo"
	until_end "$b" "$metadata" serve >/dev/null 2>&1
	t_wait_for 20 metadata_says ok "$event"
	run_service "on_spot = tell"
	t_wait_for 20 planned "plans: SystemMaintenance.Reboot, not before 2026-12-01T02:00:00Z, e-1"
	asked_again
	metadata_says "ok-but=events,500" "$event"
	asked_again
	planned "plans: SystemMaintenance.Reboot" || t_fail "forgotten when nobody knew"
	metadata_says ok 'events=[]'
	asked_again
	t_wait_for 20 grep -q "nothing is planned any more" "$T_TMP/log"
	t_eq "$(grep -c "maintenance: System" "$T_TMP/log")" 1 "times it was said"
	if planned plans:; then t_fail "still shown"; fi
}
planned() { netlane status | t_finds -- "$1"; }

metadata=$(cd "$net/../vm" && pwd)/metadata
metadata_says() { server "$metadata" set "$@"; }
asked_for_spot() { server "$metadata" asked | t_finds termination-time; }
asked_again()
{
	server "$metadata" asked >/dev/null
	kill -HUP "$(inside cat /run/netlane/run.pid)"
	t_wait_for 20 asked_for_spot
}

drain_service_cases()
{
	t_once drain.service.does_it by_the_service
	t_once drain.health.answers_over_http answers_health
	t_once drain.spot.notice_leads_to_it spot
	t_once drain.spot.maintenance_is_shown maintenance
}
