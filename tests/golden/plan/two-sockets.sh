#!/bin/sh
# What `netlane up` would do on the node that this was made for: 321 changes.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: 0 of 64 lanes straight
# note: eth0: the device or the VPC keeps the receive hash, as on most ECS types

set -eu

fail() { echo "$*" >&2; exit 1; }

# put VALUE FILE
put() { printf '%s\n' "$1" >"$2" || fail "$2: '$1' was refused"; }

# nic NAME BUS MAC: what follows is about NAME, if it still is that device
nic() {
	nic=$1 device=$(readlink -f "/sys/class/net/$1/device") || fail "$1 is not there"
	case $device/ in */"$2"/*) ;; *) fail "$1 is not the device at $2" ;; esac
	[ "$(cat "/sys/class/net/$1/address")" = "$3" ] || fail "$1 is not $3"
}

# irq input|output QUEUE MASK: found by name, since the numbers change
irq() {
	name=${device##*/}-$1.$2
	number=$(awk -v name="$name" '$NF == name { sub(":", "", $1); print $1 }' /proc/interrupts)
	[ -n "$number" ] || fail "$nic: there is no interrupt $name"
	put "$3" "/proc/irq/$number/smp_affinity"
}

# queue rx-N|tx-N FILE VALUE
queue() { put "$3" "/sys/class/net/$nic/queues/$1/$2"; }

nic eth0 0000:00:05.0 02:00:00:00:00:00
# interrupt may go to CPUs 0-1; lane 0 runs on CPU 64
irq input 0 1,00000000,00000000
# interrupt may go to CPUs 2-3; lane 1 runs on CPU 65
irq input 1 2,00000000,00000000
# interrupt may go to CPUs 4-5; lane 2 runs on CPU 66
irq input 2 4,00000000,00000000
# interrupt may go to CPUs 6-7; lane 3 runs on CPU 67
irq input 3 8,00000000,00000000
# interrupt may go to CPUs 8-9; lane 4 runs on CPU 68
irq input 4 10,00000000,00000000
# interrupt may go to CPUs 10-11; lane 5 runs on CPU 69
irq input 5 20,00000000,00000000
# interrupt may go to CPUs 12-13; lane 6 runs on CPU 70
irq input 6 40,00000000,00000000
# interrupt may go to CPUs 14-15; lane 7 runs on CPU 71
irq input 7 80,00000000,00000000
# interrupt may go to CPUs 16-17; lane 8 runs on CPU 72
irq input 8 100,00000000,00000000
# interrupt may go to CPUs 18-19; lane 9 runs on CPU 73
irq input 9 200,00000000,00000000
# interrupt may go to CPUs 20-21; lane 10 runs on CPU 74
irq input 10 400,00000000,00000000
# interrupt may go to CPUs 22-23; lane 11 runs on CPU 75
irq input 11 800,00000000,00000000
# interrupt may go to CPUs 24-25; lane 12 runs on CPU 76
irq input 12 1000,00000000,00000000
# interrupt may go to CPUs 26-27; lane 13 runs on CPU 77
irq input 13 2000,00000000,00000000
# interrupt may go to CPUs 28-29; lane 14 runs on CPU 78
irq input 14 4000,00000000,00000000
# interrupt may go to CPUs 30-31; lane 15 runs on CPU 79
irq input 15 8000,00000000,00000000
# interrupt may go to CPUs 32-33; lane 16 runs on CPU 80
irq input 16 10000,00000000,00000000
# interrupt may go to CPUs 34-35; lane 17 runs on CPU 81
irq input 17 20000,00000000,00000000
# interrupt may go to CPUs 36-37; lane 18 runs on CPU 82
irq input 18 40000,00000000,00000000
# interrupt may go to CPUs 38-39; lane 19 runs on CPU 83
irq input 19 80000,00000000,00000000
# interrupt may go to CPUs 40-41; lane 20 runs on CPU 84
irq input 20 100000,00000000,00000000
# interrupt may go to CPUs 42-43; lane 21 runs on CPU 85
irq input 21 200000,00000000,00000000
# interrupt may go to CPUs 44-45; lane 22 runs on CPU 86
irq input 22 400000,00000000,00000000
# interrupt may go to CPUs 46-47; lane 23 runs on CPU 87
irq input 23 800000,00000000,00000000
# interrupt may go to CPUs 48-49; lane 24 runs on CPU 88
irq input 24 1000000,00000000,00000000
# interrupt may go to CPUs 50-51; lane 25 runs on CPU 89
irq input 25 2000000,00000000,00000000
# interrupt may go to CPUs 52-53; lane 26 runs on CPU 90
irq input 26 4000000,00000000,00000000
# interrupt may go to CPUs 54-55; lane 27 runs on CPU 91
irq input 27 8000000,00000000,00000000
# interrupt may go to CPUs 56-57; lane 28 runs on CPU 92
irq input 28 10000000,00000000,00000000
# interrupt may go to CPUs 58-59; lane 29 runs on CPU 93
irq input 29 20000000,00000000,00000000
# interrupt may go to CPUs 60-61; lane 30 runs on CPU 94
irq input 30 40000000,00000000,00000000
# interrupt may go to CPUs 62-63; lane 31 runs on CPU 95
irq input 31 80000000,00000000,00000000
# interrupt may go to CPUs 64-65; lane 32 runs on CPU 96
irq input 32 1,00000000,00000000,00000000
# interrupt may go to CPUs 66-67; lane 33 runs on CPU 97
irq input 33 2,00000000,00000000,00000000
# interrupt may go to CPUs 68-69; lane 34 runs on CPU 98
irq input 34 4,00000000,00000000,00000000
# interrupt may go to CPUs 70-71; lane 35 runs on CPU 99
irq input 35 8,00000000,00000000,00000000
# interrupt may go to CPUs 72-73; lane 36 runs on CPU 100
irq input 36 10,00000000,00000000,00000000
# interrupt may go to CPUs 74-75; lane 37 runs on CPU 101
irq input 37 20,00000000,00000000,00000000
# interrupt may go to CPUs 76-77; lane 38 runs on CPU 102
irq input 38 40,00000000,00000000,00000000
# interrupt may go to CPUs 78-79; lane 39 runs on CPU 103
irq input 39 80,00000000,00000000,00000000
# interrupt may go to CPUs 80-81; lane 40 runs on CPU 104
irq input 40 100,00000000,00000000,00000000
# interrupt may go to CPUs 82-83; lane 41 runs on CPU 105
irq input 41 200,00000000,00000000,00000000
# interrupt may go to CPUs 84-85; lane 42 runs on CPU 106
irq input 42 400,00000000,00000000,00000000
# interrupt may go to CPUs 86-87; lane 43 runs on CPU 107
irq input 43 800,00000000,00000000,00000000
# interrupt may go to CPUs 88-89; lane 44 runs on CPU 108
irq input 44 1000,00000000,00000000,00000000
# interrupt may go to CPUs 90-91; lane 45 runs on CPU 109
irq input 45 2000,00000000,00000000,00000000
# interrupt may go to CPUs 92-93; lane 46 runs on CPU 110
irq input 46 4000,00000000,00000000,00000000
# interrupt may go to CPUs 94-95; lane 47 runs on CPU 111
irq input 47 8000,00000000,00000000,00000000
# interrupt may go to CPUs 96-97; lane 48 runs on CPU 112
irq input 48 10000,00000000,00000000,00000000
# interrupt may go to CPUs 98-99; lane 49 runs on CPU 113
irq input 49 20000,00000000,00000000,00000000
# interrupt may go to CPUs 100-101; lane 50 runs on CPU 114
irq input 50 40000,00000000,00000000,00000000
# interrupt may go to CPUs 102-103; lane 51 runs on CPU 115
irq input 51 80000,00000000,00000000,00000000
# interrupt may go to CPUs 104-105; lane 52 runs on CPU 116
irq input 52 100000,00000000,00000000,00000000
# interrupt may go to CPUs 106-107; lane 53 runs on CPU 117
irq input 53 200000,00000000,00000000,00000000
# interrupt may go to CPUs 108-109; lane 54 runs on CPU 118
irq input 54 400000,00000000,00000000,00000000
# interrupt may go to CPUs 110-111; lane 55 runs on CPU 119
irq input 55 800000,00000000,00000000,00000000
# interrupt may go to CPUs 112-113; lane 56 runs on CPU 120
irq input 56 1000000,00000000,00000000,00000000
# interrupt may go to CPUs 114-115; lane 57 runs on CPU 121
irq input 57 2000000,00000000,00000000,00000000
# interrupt may go to CPUs 116-117; lane 58 runs on CPU 122
irq input 58 4000000,00000000,00000000,00000000
# interrupt may go to CPUs 118-119; lane 59 runs on CPU 123
irq input 59 8000000,00000000,00000000,00000000
# interrupt may go to CPUs 120-121; lane 60 runs on CPU 124
irq input 60 10000000,00000000,00000000,00000000
# interrupt may go to CPUs 122-123; lane 61 runs on CPU 125
irq input 61 20000000,00000000,00000000,00000000
# interrupt may go to CPUs 124-125; lane 62 runs on CPU 126
irq input 62 40000000,00000000,00000000,00000000
# interrupt may go to CPUs 126-127; lane 63 runs on CPU 127
irq input 63 80000000,00000000,00000000,00000000
# interrupt may go to CPUs 0-1; lane 0 runs on CPU 64
irq output 0 1,00000000,00000000
# interrupt may go to CPUs 2-3; lane 1 runs on CPU 65
irq output 1 2,00000000,00000000
# interrupt may go to CPUs 4-5; lane 2 runs on CPU 66
irq output 2 4,00000000,00000000
# interrupt may go to CPUs 6-7; lane 3 runs on CPU 67
irq output 3 8,00000000,00000000
# interrupt may go to CPUs 8-9; lane 4 runs on CPU 68
irq output 4 10,00000000,00000000
# interrupt may go to CPUs 10-11; lane 5 runs on CPU 69
irq output 5 20,00000000,00000000
# interrupt may go to CPUs 12-13; lane 6 runs on CPU 70
irq output 6 40,00000000,00000000
# interrupt may go to CPUs 14-15; lane 7 runs on CPU 71
irq output 7 80,00000000,00000000
# interrupt may go to CPUs 16-17; lane 8 runs on CPU 72
irq output 8 100,00000000,00000000
# interrupt may go to CPUs 18-19; lane 9 runs on CPU 73
irq output 9 200,00000000,00000000
# interrupt may go to CPUs 20-21; lane 10 runs on CPU 74
irq output 10 400,00000000,00000000
# interrupt may go to CPUs 22-23; lane 11 runs on CPU 75
irq output 11 800,00000000,00000000
# interrupt may go to CPUs 24-25; lane 12 runs on CPU 76
irq output 12 1000,00000000,00000000
# interrupt may go to CPUs 26-27; lane 13 runs on CPU 77
irq output 13 2000,00000000,00000000
# interrupt may go to CPUs 28-29; lane 14 runs on CPU 78
irq output 14 4000,00000000,00000000
# interrupt may go to CPUs 30-31; lane 15 runs on CPU 79
irq output 15 8000,00000000,00000000
# interrupt may go to CPUs 32-33; lane 16 runs on CPU 80
irq output 16 10000,00000000,00000000
# interrupt may go to CPUs 34-35; lane 17 runs on CPU 81
irq output 17 20000,00000000,00000000
# interrupt may go to CPUs 36-37; lane 18 runs on CPU 82
irq output 18 40000,00000000,00000000
# interrupt may go to CPUs 38-39; lane 19 runs on CPU 83
irq output 19 80000,00000000,00000000
# interrupt may go to CPUs 40-41; lane 20 runs on CPU 84
irq output 20 100000,00000000,00000000
# interrupt may go to CPUs 42-43; lane 21 runs on CPU 85
irq output 21 200000,00000000,00000000
# interrupt may go to CPUs 44-45; lane 22 runs on CPU 86
irq output 22 400000,00000000,00000000
# interrupt may go to CPUs 46-47; lane 23 runs on CPU 87
irq output 23 800000,00000000,00000000
# interrupt may go to CPUs 48-49; lane 24 runs on CPU 88
irq output 24 1000000,00000000,00000000
# interrupt may go to CPUs 50-51; lane 25 runs on CPU 89
irq output 25 2000000,00000000,00000000
# interrupt may go to CPUs 52-53; lane 26 runs on CPU 90
irq output 26 4000000,00000000,00000000
# interrupt may go to CPUs 54-55; lane 27 runs on CPU 91
irq output 27 8000000,00000000,00000000
# interrupt may go to CPUs 56-57; lane 28 runs on CPU 92
irq output 28 10000000,00000000,00000000
# interrupt may go to CPUs 58-59; lane 29 runs on CPU 93
irq output 29 20000000,00000000,00000000
# interrupt may go to CPUs 60-61; lane 30 runs on CPU 94
irq output 30 40000000,00000000,00000000
# interrupt may go to CPUs 62-63; lane 31 runs on CPU 95
irq output 31 80000000,00000000,00000000
# interrupt may go to CPUs 64-65; lane 32 runs on CPU 96
irq output 32 1,00000000,00000000,00000000
# interrupt may go to CPUs 66-67; lane 33 runs on CPU 97
irq output 33 2,00000000,00000000,00000000
# interrupt may go to CPUs 68-69; lane 34 runs on CPU 98
irq output 34 4,00000000,00000000,00000000
# interrupt may go to CPUs 70-71; lane 35 runs on CPU 99
irq output 35 8,00000000,00000000,00000000
# interrupt may go to CPUs 72-73; lane 36 runs on CPU 100
irq output 36 10,00000000,00000000,00000000
# interrupt may go to CPUs 74-75; lane 37 runs on CPU 101
irq output 37 20,00000000,00000000,00000000
# interrupt may go to CPUs 76-77; lane 38 runs on CPU 102
irq output 38 40,00000000,00000000,00000000
# interrupt may go to CPUs 78-79; lane 39 runs on CPU 103
irq output 39 80,00000000,00000000,00000000
# interrupt may go to CPUs 80-81; lane 40 runs on CPU 104
irq output 40 100,00000000,00000000,00000000
# interrupt may go to CPUs 82-83; lane 41 runs on CPU 105
irq output 41 200,00000000,00000000,00000000
# interrupt may go to CPUs 84-85; lane 42 runs on CPU 106
irq output 42 400,00000000,00000000,00000000
# interrupt may go to CPUs 86-87; lane 43 runs on CPU 107
irq output 43 800,00000000,00000000,00000000
# interrupt may go to CPUs 88-89; lane 44 runs on CPU 108
irq output 44 1000,00000000,00000000,00000000
# interrupt may go to CPUs 90-91; lane 45 runs on CPU 109
irq output 45 2000,00000000,00000000,00000000
# interrupt may go to CPUs 92-93; lane 46 runs on CPU 110
irq output 46 4000,00000000,00000000,00000000
# interrupt may go to CPUs 94-95; lane 47 runs on CPU 111
irq output 47 8000,00000000,00000000,00000000
# interrupt may go to CPUs 96-97; lane 48 runs on CPU 112
irq output 48 10000,00000000,00000000,00000000
# interrupt may go to CPUs 98-99; lane 49 runs on CPU 113
irq output 49 20000,00000000,00000000,00000000
# interrupt may go to CPUs 100-101; lane 50 runs on CPU 114
irq output 50 40000,00000000,00000000,00000000
# interrupt may go to CPUs 102-103; lane 51 runs on CPU 115
irq output 51 80000,00000000,00000000,00000000
# interrupt may go to CPUs 104-105; lane 52 runs on CPU 116
irq output 52 100000,00000000,00000000,00000000
# interrupt may go to CPUs 106-107; lane 53 runs on CPU 117
irq output 53 200000,00000000,00000000,00000000
# interrupt may go to CPUs 108-109; lane 54 runs on CPU 118
irq output 54 400000,00000000,00000000,00000000
# interrupt may go to CPUs 110-111; lane 55 runs on CPU 119
irq output 55 800000,00000000,00000000,00000000
# interrupt may go to CPUs 112-113; lane 56 runs on CPU 120
irq output 56 1000000,00000000,00000000,00000000
# interrupt may go to CPUs 114-115; lane 57 runs on CPU 121
irq output 57 2000000,00000000,00000000,00000000
# interrupt may go to CPUs 116-117; lane 58 runs on CPU 122
irq output 58 4000000,00000000,00000000,00000000
# interrupt may go to CPUs 118-119; lane 59 runs on CPU 123
irq output 59 8000000,00000000,00000000,00000000
# interrupt may go to CPUs 120-121; lane 60 runs on CPU 124
irq output 60 10000000,00000000,00000000,00000000
# interrupt may go to CPUs 122-123; lane 61 runs on CPU 125
irq output 61 20000000,00000000,00000000,00000000
# interrupt may go to CPUs 124-125; lane 62 runs on CPU 126
irq output 62 40000000,00000000,00000000,00000000
# interrupt may go to CPUs 126-127; lane 63 runs on CPU 127
irq output 63 80000000,00000000,00000000,00000000
# CPU 1 belongs to another lane; lane 0 is for CPUs 0,64
queue tx-0 xps_cpus 1,00000000,00000001
# CPUs 2-3 belong to other lanes; lane 1 is for CPUs 1,65
queue tx-1 xps_cpus 2,00000000,00000002
# CPUs 4-5 belong to other lanes; lane 2 is for CPUs 2,66
queue tx-2 xps_cpus 4,00000000,00000004
# CPUs 6-7 belong to other lanes; lane 3 is for CPUs 3,67
queue tx-3 xps_cpus 8,00000000,00000008
# CPUs 8-9 belong to other lanes; lane 4 is for CPUs 4,68
queue tx-4 xps_cpus 10,00000000,00000010
# CPUs 10-11 belong to other lanes; lane 5 is for CPUs 5,69
queue tx-5 xps_cpus 20,00000000,00000020
# CPUs 12-13 belong to other lanes; lane 6 is for CPUs 6,70
queue tx-6 xps_cpus 40,00000000,00000040
# CPUs 14-15 belong to other lanes; lane 7 is for CPUs 7,71
queue tx-7 xps_cpus 80,00000000,00000080
# CPUs 16-17 belong to other lanes; lane 8 is for CPUs 8,72
queue tx-8 xps_cpus 100,00000000,00000100
# CPUs 18-19 belong to other lanes; lane 9 is for CPUs 9,73
queue tx-9 xps_cpus 200,00000000,00000200
# CPUs 20-21 belong to other lanes; lane 10 is for CPUs 10,74
queue tx-10 xps_cpus 400,00000000,00000400
# CPUs 22-23 belong to other lanes; lane 11 is for CPUs 11,75
queue tx-11 xps_cpus 800,00000000,00000800
# CPUs 24-25 belong to other lanes; lane 12 is for CPUs 12,76
queue tx-12 xps_cpus 1000,00000000,00001000
# CPUs 26-27 belong to other lanes; lane 13 is for CPUs 13,77
queue tx-13 xps_cpus 2000,00000000,00002000
# CPUs 28-29 belong to other lanes; lane 14 is for CPUs 14,78
queue tx-14 xps_cpus 4000,00000000,00004000
# CPUs 30-31 belong to other lanes; lane 15 is for CPUs 15,79
queue tx-15 xps_cpus 8000,00000000,00008000
# CPUs 32-33 belong to other lanes; lane 16 is for CPUs 16,80
queue tx-16 xps_cpus 10000,00000000,00010000
# CPUs 34-35 belong to other lanes; lane 17 is for CPUs 17,81
queue tx-17 xps_cpus 20000,00000000,00020000
# CPUs 36-37 belong to other lanes; lane 18 is for CPUs 18,82
queue tx-18 xps_cpus 40000,00000000,00040000
# CPUs 38-39 belong to other lanes; lane 19 is for CPUs 19,83
queue tx-19 xps_cpus 80000,00000000,00080000
# CPUs 40-41 belong to other lanes; lane 20 is for CPUs 20,84
queue tx-20 xps_cpus 100000,00000000,00100000
# CPUs 42-43 belong to other lanes; lane 21 is for CPUs 21,85
queue tx-21 xps_cpus 200000,00000000,00200000
# CPUs 44-45 belong to other lanes; lane 22 is for CPUs 22,86
queue tx-22 xps_cpus 400000,00000000,00400000
# CPUs 46-47 belong to other lanes; lane 23 is for CPUs 23,87
queue tx-23 xps_cpus 800000,00000000,00800000
# CPUs 48-49 belong to other lanes; lane 24 is for CPUs 24,88
queue tx-24 xps_cpus 1000000,00000000,01000000
# CPUs 50-51 belong to other lanes; lane 25 is for CPUs 25,89
queue tx-25 xps_cpus 2000000,00000000,02000000
# CPUs 52-53 belong to other lanes; lane 26 is for CPUs 26,90
queue tx-26 xps_cpus 4000000,00000000,04000000
# CPUs 54-55 belong to other lanes; lane 27 is for CPUs 27,91
queue tx-27 xps_cpus 8000000,00000000,08000000
# CPUs 56-57 belong to other lanes; lane 28 is for CPUs 28,92
queue tx-28 xps_cpus 10000000,00000000,10000000
# CPUs 58-59 belong to other lanes; lane 29 is for CPUs 29,93
queue tx-29 xps_cpus 20000000,00000000,20000000
# CPUs 60-61 belong to other lanes; lane 30 is for CPUs 30,94
queue tx-30 xps_cpus 40000000,00000000,40000000
# CPUs 62-63 belong to other lanes; lane 31 is for CPUs 31,95
queue tx-31 xps_cpus 80000000,00000000,80000000
# CPUs 64-65 belong to other lanes; lane 32 is for CPUs 32,96
queue tx-32 xps_cpus 1,00000000,00000001,00000000
# CPUs 66-67 belong to other lanes; lane 33 is for CPUs 33,97
queue tx-33 xps_cpus 2,00000000,00000002,00000000
# CPUs 68-69 belong to other lanes; lane 34 is for CPUs 34,98
queue tx-34 xps_cpus 4,00000000,00000004,00000000
# CPUs 70-71 belong to other lanes; lane 35 is for CPUs 35,99
queue tx-35 xps_cpus 8,00000000,00000008,00000000
# CPUs 72-73 belong to other lanes; lane 36 is for CPUs 36,100
queue tx-36 xps_cpus 10,00000000,00000010,00000000
# CPUs 74-75 belong to other lanes; lane 37 is for CPUs 37,101
queue tx-37 xps_cpus 20,00000000,00000020,00000000
# CPUs 76-77 belong to other lanes; lane 38 is for CPUs 38,102
queue tx-38 xps_cpus 40,00000000,00000040,00000000
# CPUs 78-79 belong to other lanes; lane 39 is for CPUs 39,103
queue tx-39 xps_cpus 80,00000000,00000080,00000000
# CPUs 80-81 belong to other lanes; lane 40 is for CPUs 40,104
queue tx-40 xps_cpus 100,00000000,00000100,00000000
# CPUs 82-83 belong to other lanes; lane 41 is for CPUs 41,105
queue tx-41 xps_cpus 200,00000000,00000200,00000000
# CPUs 84-85 belong to other lanes; lane 42 is for CPUs 42,106
queue tx-42 xps_cpus 400,00000000,00000400,00000000
# CPUs 86-87 belong to other lanes; lane 43 is for CPUs 43,107
queue tx-43 xps_cpus 800,00000000,00000800,00000000
# CPUs 88-89 belong to other lanes; lane 44 is for CPUs 44,108
queue tx-44 xps_cpus 1000,00000000,00001000,00000000
# CPUs 90-91 belong to other lanes; lane 45 is for CPUs 45,109
queue tx-45 xps_cpus 2000,00000000,00002000,00000000
# CPUs 92-93 belong to other lanes; lane 46 is for CPUs 46,110
queue tx-46 xps_cpus 4000,00000000,00004000,00000000
# CPUs 94-95 belong to other lanes; lane 47 is for CPUs 47,111
queue tx-47 xps_cpus 8000,00000000,00008000,00000000
# CPUs 96-97 belong to other lanes; lane 48 is for CPUs 48,112
queue tx-48 xps_cpus 10000,00000000,00010000,00000000
# CPUs 98-99 belong to other lanes; lane 49 is for CPUs 49,113
queue tx-49 xps_cpus 20000,00000000,00020000,00000000
# CPUs 100-101 belong to other lanes; lane 50 is for CPUs 50,114
queue tx-50 xps_cpus 40000,00000000,00040000,00000000
# CPUs 102-103 belong to other lanes; lane 51 is for CPUs 51,115
queue tx-51 xps_cpus 80000,00000000,00080000,00000000
# CPUs 104-105 belong to other lanes; lane 52 is for CPUs 52,116
queue tx-52 xps_cpus 100000,00000000,00100000,00000000
# CPUs 106-107 belong to other lanes; lane 53 is for CPUs 53,117
queue tx-53 xps_cpus 200000,00000000,00200000,00000000
# CPUs 108-109 belong to other lanes; lane 54 is for CPUs 54,118
queue tx-54 xps_cpus 400000,00000000,00400000,00000000
# CPUs 110-111 belong to other lanes; lane 55 is for CPUs 55,119
queue tx-55 xps_cpus 800000,00000000,00800000,00000000
# CPUs 112-113 belong to other lanes; lane 56 is for CPUs 56,120
queue tx-56 xps_cpus 1000000,00000000,01000000,00000000
# CPUs 114-115 belong to other lanes; lane 57 is for CPUs 57,121
queue tx-57 xps_cpus 2000000,00000000,02000000,00000000
# CPUs 116-117 belong to other lanes; lane 58 is for CPUs 58,122
queue tx-58 xps_cpus 4000000,00000000,04000000,00000000
# CPUs 118-119 belong to other lanes; lane 59 is for CPUs 59,123
queue tx-59 xps_cpus 8000000,00000000,08000000,00000000
# CPUs 120-121 belong to other lanes; lane 60 is for CPUs 60,124
queue tx-60 xps_cpus 10000000,00000000,10000000,00000000
# CPUs 122-123 belong to other lanes; lane 61 is for CPUs 61,125
queue tx-61 xps_cpus 20000000,00000000,20000000,00000000
# CPUs 124-125 belong to other lanes; lane 62 is for CPUs 62,126
queue tx-62 xps_cpus 40000000,00000000,40000000,00000000
# CPU 126 belongs to another lane; lane 63 is for CPUs 63,127
queue tx-63 xps_cpus 80000000,00000000,80000000,00000000

# RFS on eth0 needs the node's flow table; it is only ever raised
put 32768 /proc/sys/net/core/rps_sock_flow_entries

nic eth0 0000:00:05.0 02:00:00:00:00:00
# CPU 0 has no queue of its own; lane 0 feeds it
queue rx-0 rps_cpus 1
# CPU 1 has no queue of its own; lane 1 feeds it
queue rx-1 rps_cpus 2
# CPU 2 has no queue of its own; lane 2 feeds it
queue rx-2 rps_cpus 4
# CPU 3 has no queue of its own; lane 3 feeds it
queue rx-3 rps_cpus 8
# CPU 4 has no queue of its own; lane 4 feeds it
queue rx-4 rps_cpus 10
# CPU 5 has no queue of its own; lane 5 feeds it
queue rx-5 rps_cpus 20
# CPU 6 has no queue of its own; lane 6 feeds it
queue rx-6 rps_cpus 40
# CPU 7 has no queue of its own; lane 7 feeds it
queue rx-7 rps_cpus 80
# CPU 8 has no queue of its own; lane 8 feeds it
queue rx-8 rps_cpus 100
# CPU 9 has no queue of its own; lane 9 feeds it
queue rx-9 rps_cpus 200
# CPU 10 has no queue of its own; lane 10 feeds it
queue rx-10 rps_cpus 400
# CPU 11 has no queue of its own; lane 11 feeds it
queue rx-11 rps_cpus 800
# CPU 12 has no queue of its own; lane 12 feeds it
queue rx-12 rps_cpus 1000
# CPU 13 has no queue of its own; lane 13 feeds it
queue rx-13 rps_cpus 2000
# CPU 14 has no queue of its own; lane 14 feeds it
queue rx-14 rps_cpus 4000
# CPU 15 has no queue of its own; lane 15 feeds it
queue rx-15 rps_cpus 8000
# CPU 16 has no queue of its own; lane 16 feeds it
queue rx-16 rps_cpus 10000
# CPU 17 has no queue of its own; lane 17 feeds it
queue rx-17 rps_cpus 20000
# CPU 18 has no queue of its own; lane 18 feeds it
queue rx-18 rps_cpus 40000
# CPU 19 has no queue of its own; lane 19 feeds it
queue rx-19 rps_cpus 80000
# CPU 20 has no queue of its own; lane 20 feeds it
queue rx-20 rps_cpus 100000
# CPU 21 has no queue of its own; lane 21 feeds it
queue rx-21 rps_cpus 200000
# CPU 22 has no queue of its own; lane 22 feeds it
queue rx-22 rps_cpus 400000
# CPU 23 has no queue of its own; lane 23 feeds it
queue rx-23 rps_cpus 800000
# CPU 24 has no queue of its own; lane 24 feeds it
queue rx-24 rps_cpus 1000000
# CPU 25 has no queue of its own; lane 25 feeds it
queue rx-25 rps_cpus 2000000
# CPU 26 has no queue of its own; lane 26 feeds it
queue rx-26 rps_cpus 4000000
# CPU 27 has no queue of its own; lane 27 feeds it
queue rx-27 rps_cpus 8000000
# CPU 28 has no queue of its own; lane 28 feeds it
queue rx-28 rps_cpus 10000000
# CPU 29 has no queue of its own; lane 29 feeds it
queue rx-29 rps_cpus 20000000
# CPU 30 has no queue of its own; lane 30 feeds it
queue rx-30 rps_cpus 40000000
# CPU 31 has no queue of its own; lane 31 feeds it
queue rx-31 rps_cpus 80000000
# CPU 32 has no queue of its own; lane 32 feeds it
queue rx-32 rps_cpus 1,00000000
# CPU 33 has no queue of its own; lane 33 feeds it
queue rx-33 rps_cpus 2,00000000
# CPU 34 has no queue of its own; lane 34 feeds it
queue rx-34 rps_cpus 4,00000000
# CPU 35 has no queue of its own; lane 35 feeds it
queue rx-35 rps_cpus 8,00000000
# CPU 36 has no queue of its own; lane 36 feeds it
queue rx-36 rps_cpus 10,00000000
# CPU 37 has no queue of its own; lane 37 feeds it
queue rx-37 rps_cpus 20,00000000
# CPU 38 has no queue of its own; lane 38 feeds it
queue rx-38 rps_cpus 40,00000000
# CPU 39 has no queue of its own; lane 39 feeds it
queue rx-39 rps_cpus 80,00000000
# CPU 40 has no queue of its own; lane 40 feeds it
queue rx-40 rps_cpus 100,00000000
# CPU 41 has no queue of its own; lane 41 feeds it
queue rx-41 rps_cpus 200,00000000
# CPU 42 has no queue of its own; lane 42 feeds it
queue rx-42 rps_cpus 400,00000000
# CPU 43 has no queue of its own; lane 43 feeds it
queue rx-43 rps_cpus 800,00000000
# CPU 44 has no queue of its own; lane 44 feeds it
queue rx-44 rps_cpus 1000,00000000
# CPU 45 has no queue of its own; lane 45 feeds it
queue rx-45 rps_cpus 2000,00000000
# CPU 46 has no queue of its own; lane 46 feeds it
queue rx-46 rps_cpus 4000,00000000
# CPU 47 has no queue of its own; lane 47 feeds it
queue rx-47 rps_cpus 8000,00000000
# CPU 48 has no queue of its own; lane 48 feeds it
queue rx-48 rps_cpus 10000,00000000
# CPU 49 has no queue of its own; lane 49 feeds it
queue rx-49 rps_cpus 20000,00000000
# CPU 50 has no queue of its own; lane 50 feeds it
queue rx-50 rps_cpus 40000,00000000
# CPU 51 has no queue of its own; lane 51 feeds it
queue rx-51 rps_cpus 80000,00000000
# CPU 52 has no queue of its own; lane 52 feeds it
queue rx-52 rps_cpus 100000,00000000
# CPU 53 has no queue of its own; lane 53 feeds it
queue rx-53 rps_cpus 200000,00000000
# CPU 54 has no queue of its own; lane 54 feeds it
queue rx-54 rps_cpus 400000,00000000
# CPU 55 has no queue of its own; lane 55 feeds it
queue rx-55 rps_cpus 800000,00000000
# CPU 56 has no queue of its own; lane 56 feeds it
queue rx-56 rps_cpus 1000000,00000000
# CPU 57 has no queue of its own; lane 57 feeds it
queue rx-57 rps_cpus 2000000,00000000
# CPU 58 has no queue of its own; lane 58 feeds it
queue rx-58 rps_cpus 4000000,00000000
# CPU 59 has no queue of its own; lane 59 feeds it
queue rx-59 rps_cpus 8000000,00000000
# CPU 60 has no queue of its own; lane 60 feeds it
queue rx-60 rps_cpus 10000000,00000000
# CPU 61 has no queue of its own; lane 61 feeds it
queue rx-61 rps_cpus 20000000,00000000
# CPU 62 has no queue of its own; lane 62 feeds it
queue rx-62 rps_cpus 40000000,00000000
# CPU 63 has no queue of its own; lane 63 feeds it
queue rx-63 rps_cpus 80000000,00000000
# lane 0 feeds CPU 0: RFS hands a flow to the CPU that reads it
queue rx-0 rps_flow_cnt 512
# lane 1 feeds CPU 1: RFS hands a flow to the CPU that reads it
queue rx-1 rps_flow_cnt 512
# lane 2 feeds CPU 2: RFS hands a flow to the CPU that reads it
queue rx-2 rps_flow_cnt 512
# lane 3 feeds CPU 3: RFS hands a flow to the CPU that reads it
queue rx-3 rps_flow_cnt 512
# lane 4 feeds CPU 4: RFS hands a flow to the CPU that reads it
queue rx-4 rps_flow_cnt 512
# lane 5 feeds CPU 5: RFS hands a flow to the CPU that reads it
queue rx-5 rps_flow_cnt 512
# lane 6 feeds CPU 6: RFS hands a flow to the CPU that reads it
queue rx-6 rps_flow_cnt 512
# lane 7 feeds CPU 7: RFS hands a flow to the CPU that reads it
queue rx-7 rps_flow_cnt 512
# lane 8 feeds CPU 8: RFS hands a flow to the CPU that reads it
queue rx-8 rps_flow_cnt 512
# lane 9 feeds CPU 9: RFS hands a flow to the CPU that reads it
queue rx-9 rps_flow_cnt 512
# lane 10 feeds CPU 10: RFS hands a flow to the CPU that reads it
queue rx-10 rps_flow_cnt 512
# lane 11 feeds CPU 11: RFS hands a flow to the CPU that reads it
queue rx-11 rps_flow_cnt 512
# lane 12 feeds CPU 12: RFS hands a flow to the CPU that reads it
queue rx-12 rps_flow_cnt 512
# lane 13 feeds CPU 13: RFS hands a flow to the CPU that reads it
queue rx-13 rps_flow_cnt 512
# lane 14 feeds CPU 14: RFS hands a flow to the CPU that reads it
queue rx-14 rps_flow_cnt 512
# lane 15 feeds CPU 15: RFS hands a flow to the CPU that reads it
queue rx-15 rps_flow_cnt 512
# lane 16 feeds CPU 16: RFS hands a flow to the CPU that reads it
queue rx-16 rps_flow_cnt 512
# lane 17 feeds CPU 17: RFS hands a flow to the CPU that reads it
queue rx-17 rps_flow_cnt 512
# lane 18 feeds CPU 18: RFS hands a flow to the CPU that reads it
queue rx-18 rps_flow_cnt 512
# lane 19 feeds CPU 19: RFS hands a flow to the CPU that reads it
queue rx-19 rps_flow_cnt 512
# lane 20 feeds CPU 20: RFS hands a flow to the CPU that reads it
queue rx-20 rps_flow_cnt 512
# lane 21 feeds CPU 21: RFS hands a flow to the CPU that reads it
queue rx-21 rps_flow_cnt 512
# lane 22 feeds CPU 22: RFS hands a flow to the CPU that reads it
queue rx-22 rps_flow_cnt 512
# lane 23 feeds CPU 23: RFS hands a flow to the CPU that reads it
queue rx-23 rps_flow_cnt 512
# lane 24 feeds CPU 24: RFS hands a flow to the CPU that reads it
queue rx-24 rps_flow_cnt 512
# lane 25 feeds CPU 25: RFS hands a flow to the CPU that reads it
queue rx-25 rps_flow_cnt 512
# lane 26 feeds CPU 26: RFS hands a flow to the CPU that reads it
queue rx-26 rps_flow_cnt 512
# lane 27 feeds CPU 27: RFS hands a flow to the CPU that reads it
queue rx-27 rps_flow_cnt 512
# lane 28 feeds CPU 28: RFS hands a flow to the CPU that reads it
queue rx-28 rps_flow_cnt 512
# lane 29 feeds CPU 29: RFS hands a flow to the CPU that reads it
queue rx-29 rps_flow_cnt 512
# lane 30 feeds CPU 30: RFS hands a flow to the CPU that reads it
queue rx-30 rps_flow_cnt 512
# lane 31 feeds CPU 31: RFS hands a flow to the CPU that reads it
queue rx-31 rps_flow_cnt 512
# lane 32 feeds CPU 32: RFS hands a flow to the CPU that reads it
queue rx-32 rps_flow_cnt 512
# lane 33 feeds CPU 33: RFS hands a flow to the CPU that reads it
queue rx-33 rps_flow_cnt 512
# lane 34 feeds CPU 34: RFS hands a flow to the CPU that reads it
queue rx-34 rps_flow_cnt 512
# lane 35 feeds CPU 35: RFS hands a flow to the CPU that reads it
queue rx-35 rps_flow_cnt 512
# lane 36 feeds CPU 36: RFS hands a flow to the CPU that reads it
queue rx-36 rps_flow_cnt 512
# lane 37 feeds CPU 37: RFS hands a flow to the CPU that reads it
queue rx-37 rps_flow_cnt 512
# lane 38 feeds CPU 38: RFS hands a flow to the CPU that reads it
queue rx-38 rps_flow_cnt 512
# lane 39 feeds CPU 39: RFS hands a flow to the CPU that reads it
queue rx-39 rps_flow_cnt 512
# lane 40 feeds CPU 40: RFS hands a flow to the CPU that reads it
queue rx-40 rps_flow_cnt 512
# lane 41 feeds CPU 41: RFS hands a flow to the CPU that reads it
queue rx-41 rps_flow_cnt 512
# lane 42 feeds CPU 42: RFS hands a flow to the CPU that reads it
queue rx-42 rps_flow_cnt 512
# lane 43 feeds CPU 43: RFS hands a flow to the CPU that reads it
queue rx-43 rps_flow_cnt 512
# lane 44 feeds CPU 44: RFS hands a flow to the CPU that reads it
queue rx-44 rps_flow_cnt 512
# lane 45 feeds CPU 45: RFS hands a flow to the CPU that reads it
queue rx-45 rps_flow_cnt 512
# lane 46 feeds CPU 46: RFS hands a flow to the CPU that reads it
queue rx-46 rps_flow_cnt 512
# lane 47 feeds CPU 47: RFS hands a flow to the CPU that reads it
queue rx-47 rps_flow_cnt 512
# lane 48 feeds CPU 48: RFS hands a flow to the CPU that reads it
queue rx-48 rps_flow_cnt 512
# lane 49 feeds CPU 49: RFS hands a flow to the CPU that reads it
queue rx-49 rps_flow_cnt 512
# lane 50 feeds CPU 50: RFS hands a flow to the CPU that reads it
queue rx-50 rps_flow_cnt 512
# lane 51 feeds CPU 51: RFS hands a flow to the CPU that reads it
queue rx-51 rps_flow_cnt 512
# lane 52 feeds CPU 52: RFS hands a flow to the CPU that reads it
queue rx-52 rps_flow_cnt 512
# lane 53 feeds CPU 53: RFS hands a flow to the CPU that reads it
queue rx-53 rps_flow_cnt 512
# lane 54 feeds CPU 54: RFS hands a flow to the CPU that reads it
queue rx-54 rps_flow_cnt 512
# lane 55 feeds CPU 55: RFS hands a flow to the CPU that reads it
queue rx-55 rps_flow_cnt 512
# lane 56 feeds CPU 56: RFS hands a flow to the CPU that reads it
queue rx-56 rps_flow_cnt 512
# lane 57 feeds CPU 57: RFS hands a flow to the CPU that reads it
queue rx-57 rps_flow_cnt 512
# lane 58 feeds CPU 58: RFS hands a flow to the CPU that reads it
queue rx-58 rps_flow_cnt 512
# lane 59 feeds CPU 59: RFS hands a flow to the CPU that reads it
queue rx-59 rps_flow_cnt 512
# lane 60 feeds CPU 60: RFS hands a flow to the CPU that reads it
queue rx-60 rps_flow_cnt 512
# lane 61 feeds CPU 61: RFS hands a flow to the CPU that reads it
queue rx-61 rps_flow_cnt 512
# lane 62 feeds CPU 62: RFS hands a flow to the CPU that reads it
queue rx-62 rps_flow_cnt 512
# lane 63 feeds CPU 63: RFS hands a flow to the CPU that reads it
queue rx-63 rps_flow_cnt 512
