# shellcheck shell=bash
# A drain on a node with systemd: its driver is a unit. Sourced by suite-systemd.sh.

# Begun from a session that ends, under the service's sandbox; a restart changes nothing.
drain_outlives_its_session()
{
	local said held
	fresh
	configure "[netlane]" "mode = observe" "[drain]" "ports = 80" "grace = 1" "health_listen = 127.0.0.1:9181"
	nginx_start
	t_at_end traffic_stop
	systemctl start netlane
	t_wait_for 30 health_says "in service"
	t_wait_for 10 gets_in
	# what it has is held until the end: until then the unit lives
	exec {held}<>/dev/tcp/127.0.0.1/80
	systemd-run --quiet --wait --pipe -- /usr/local/bin/netlane drain start
	t_match "$(systemctl list-units --no-legend 'netlane-drain-*')" "netlane-drain-[0-9]+.service .*running"
	t_wait_for 10 health_says draining
	t_wait_for 60 refused
	said=$(netlane drain status)
	t_match "$said" "port 80: [1-9][0-9]* open"
	t_match "$said" "waits until nothing is left"
	[[ $said != *"could still"* ]] || t_fail "without a guard: $said"
	systemctl restart netlane
	t_wait_for 30 health_says draining
	if gets_in; then t_fail "got in after a restart of the service"; fi
	exec {held}>&-
	t_wait_for 60 unit_is_gone
	t_match "$(netlane drain status)" "over, with nothing left"
	netlane drain stop
	gets_in || t_fail "nobody gets in after the stop"
	t_wait_for 10 health_says "in service"
	systemctl stop netlane
	traffic_stop
	t_wait_for 60 state_is_but_running
}
# get PORT - the last line of the answer; there is no curl here
get()
{
	# shellcheck disable=SC2016	# it is the other shell's
	timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/$1; printf "GET / HTTP/1.0\r\n\r\n" >&3; cat <&3' get "$1" 2>/dev/null | tail -n 1
}
health_says() { [[ $(get 9181) == "$1" ]]; }
gets_in() { [[ $(get 80) ]]; }
refused() { ! gets_in && [[ $(netlane drain status) == *"are refused since"* ]]; }
unit_is_gone() { [[ -z $(systemctl list-units --no-legend 'netlane-drain-*') ]]; }
