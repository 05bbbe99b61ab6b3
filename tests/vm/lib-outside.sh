# shellcheck shell=bash disable=SC2154,SC2034
# The runner's side of `outside`: runs what the guest asks for in the
# namespace at the other end of its NICs. Requests are files in share/outside:
# ID.req (words ended by NUL) is answered by ID.out, ID.err and then ID.rc.
# Rule: what is started here runs in the namespace, so it ends with it.

outside_reply()	# ID STATUS
{
	local at=$share/outside/$1
	touch "$at.out" "$at.err"
	echo "$2" >"$at.rc.new" && mv "$at.rc.new" "$at.rc"
}

outside_refuse()	# ID SENTENCE
{
	echo "outside: $2" >"$share/outside/$1.err"
	outside_reply "$1" 125
}

# Becomes the command, leader of a process group of its own.
outside_exec()
{
	export PATH="$here:$PATH" VM_QMP="$run_dir/qmp.sock"
	cd "$checkout" || exit 125
	exec setsid ip netns exec "$ns" timeout -k 1 "$outside_timeout" "$@"
}

outside_fg()	# ID COMMAND...
{
	local id=$1 at=$share/outside/$1
	shift
	(outside_exec "$@") </dev/null >"$at.out" 2>"$at.err"
	outside_reply "$id" $?
}

outside_bg()	# ID NAME COMMAND...
{
	local id=$1 job=$run_dir/bg-$2
	if [[ -e $job/pid && ! -e $job/rc ]]; then
		outside_refuse "$id" "--bg $2: one of this name is running; --stop it first"
		return
	fi
	rm -rf "$job"
	mkdir -p "$job"
	shift 2
	(outside_exec "$@") </dev/null >"$job/out" 2>"$job/err" &
	echo $! >"$job/pid"
	outside_reply "$id" 0
	wait $!
	echo $? >"$job/rc.new" && mv "$job/rc.new" "$job/rc"
}

outside_job_end()	# ID JOB STATUS - hand over the output, forget the job
{
	local at=$share/outside/$1
	mv "$2/out" "$at.out"
	mv "$2/err" "$at.err"
	rm -rf "$2"
	outside_reply "$1" "$3"
}

outside_wait()	# ID NAME
{
	local job=$run_dir/bg-$2
	[[ -e $job/pid ]] || { outside_refuse "$1" "--wait $2: no such job"; return; }
	until [[ -e $job/rc ]]; do sleep 0.03; done
	outside_job_end "$1" "$job" "$(<"$job/rc")"
}

outside_stop()	# ID NAME
{
	local job=$run_dir/bg-$2 tries status=0
	[[ -e $job/pid ]] || { outside_refuse "$1" "--stop $2: no such job"; return; }
	if [[ -e $job/rc ]]; then
		status=$(<"$job/rc")
	else
		kill -TERM -- "-$(<"$job/pid")" 2>/dev/null
	fi
	for ((tries = 0; tries < 70; tries++)); do
		[[ ! -e $job/rc ]] || break
		sleep 0.03
	done
	[[ -e $job/rc ]] || kill -KILL -- "-$(<"$job/pid")" 2>/dev/null
	# the next job of this name must not meet the end of this one
	until [[ -e $job/rc ]]; do sleep 0.03; done
	outside_job_end "$1" "$job" "$status"
}

outside_request()	# ID
{
	local id=$1 argv
	mapfile -d "" -t argv <"$run_dir/$id.req"
	rm -f "$run_dir/$id.req"
	case ${argv[0]} in
	--bg|--wait|--stop)
		if [[ ! ${argv[1]:-} =~ ^[A-Za-z0-9._-]+$ ]]; then
			outside_refuse "$id" "${argv[0]}: a NAME of letters, digits, . _ - is wanted"
			return
		fi ;;
	esac
	case ${argv[0]} in
	--bg)	outside_bg "$id" "${argv[@]:1}" ;;
	--wait)	outside_wait "$id" "${argv[1]}" ;;
	--stop)	outside_stop "$id" "${argv[1]}" ;;
	nic-add|nic-del) outside_nic "$id" "${argv[@]}" ;;
	*)	outside_fg "$id" "${argv[@]}" ;;
	esac
}

# outside_serve - until the run is over; polls, since 9p tells nobody.
outside_serve()
{
	local req id tick
	shopt -s nullglob
	exec {tick}<> <(:)
	# What is left of a killed run must not look alive.
	exec {lock_fd}>&- {slot_fd}>&-
	while [[ -d /proc/$main_pid && -d $share/outside ]]; do
		for req in "$share"/outside/*.req; do
			id=${req##*/}
			id=${id%.req}
			mv "$req" "$run_dir/$id.req" || continue
			outside_request "$id" &
		done
		read -rt 0.02 -u "$tick"
	done
}
