# Completion of netlane for bash; knows the commands and their options.
_netlane()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words nics
	nics=$(ls /sys/class/net 2>/dev/null)
	case $prev in
	--config | --facts)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--as)
		words=shell
		;;
	--by)
		words="lane queue cpu nic"
		[ "${COMP_WORDS[1]}" != tcp ] || words="remote service cc zone"
		[ "${COMP_WORDS[1]}" != steer ] || words="auto incoming-cpu program"
		[ "${COMP_WORDS[1]}" != drain ] || words="refuse drop"
		;;
	--protocol)
		words="tcp udp"
		;;
	--udp)
		words=stateless
		;;
	--netns)
		words=$(ls /run/netns 2>/dev/null)
		;;
	--order)
		words="trouble resent rtt"
		;;
	--nic)
		words=$nics
		;;
	--for | --confirm | --grace | --deadline)
		words="60 10m 1h"
		;;
	*)
		case ${COMP_WORDS[1]} in
		plan) words="--json --check --as --facts --as-type --config --help $nics" ;;
		up) words="--confirm --for --config --dry-run --help $nics" ;;
		down) words="--salvage --help" ;;
		status) words="--json --check --config --help" ;;
		stat) words="--by --fields --nic --json --drops --lean --self --config --help" ;;
		top) words="--nic --config --help $nics" ;;
		ports) words="--json --check --all --live --help" ;;
		tcp) words="--by --worst --order --listeners --events --all --json --check --config --help" ;;
		steer) words="status start stop --listen --by --spill --netns --protocol --udp --pin --dry-run --json --check --config --help" ;;
		drain) words="start status stop --ports --by --grace --deadline --then-reset --rehearse --wait --json --config --help" ;;
		smc) words="check status --json --check --all --help" ;;
		log) words="--json --help" ;;
		facts) words="--json --redact --facts --help" ;;
		run) words="--config --help" ;;
		*) words="plan up down status stat top ports tcp steer drain smc log facts run --help --version" ;;
		esac
		[ "$COMP_CWORD" -gt 1 ] || words="plan up down status stat top ports tcp steer drain smc log facts run --help --version"
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _netlane netlane
