#!/usr/bin/env python3
# Somebody's sk_lookup program in this network namespace: what comes for PORT is given to a
# listening socket, until this process ends.
#
#   chooser.py PID,FD PORT
import ctypes
import os
import struct
import sys
import time

SYS_PIDFD_GETFD = 438
SYS_BPF = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
MAP_CREATE, MAP_UPDATE, PROG_LOAD, LINK_CREATE = 0, 2, 5, 28
SOCKMAP, PROG_SK_LOOKUP, ATTACH_SK_LOOKUP = 15, 30, 36

libc = ctypes.CDLL(None, use_errno=True)


def checked(ret, what):
    if ret < 0:
        raise OSError(ctypes.get_errno(), what + ": " + os.strerror(ctypes.get_errno()))
    return ret


def bpf(command, attr):
    attr = ctypes.create_string_buffer(attr.ljust(144, b"\0"))
    return checked(libc.syscall(SYS_BPF, command, attr, 144), "bpf %d" % command)


def insn(code, dst=0, src=0, off=0, imm=0):
    return struct.pack("=BBhi", code, dst | src << 4, off, imm)


def program(map_fd, port):
    code = [
        insn(0xBF, 6, 1),  # r6 = ctx
        insn(0x61, 1, 6, 60),  # r1 = ctx->local_port
        insn(0x55, 1, 0, 13, port),  # another port: out
        insn(0x62, 10, 0, -4, 0),  # key 0
        insn(0x18, 1, 1, 0, map_fd), insn(0),
        insn(0xBF, 2, 10), insn(0x07, 2, 0, 0, -4),
        insn(0x85, imm=1),  # bpf_map_lookup_elem
        insn(0x15, 0, 0, 6, 0),  # none: out
        insn(0xBF, 7, 0),
        insn(0xBF, 1, 6), insn(0xBF, 2, 7), insn(0xB7, 3), insn(0x85, imm=124),  # bpf_sk_assign
        insn(0xBF, 1, 7), insn(0x85, imm=86),  # bpf_sk_release
        insn(0xB7, 0, 0, 0, 1), insn(0x95),  # SK_PASS
    ]
    code[2] = insn(0x55, 1, 0, len(code) - 2 - 3, port)
    code[9] = insn(0x15, 0, 0, len(code) - 2 - 10, 0)
    return b"".join(code)


def main(which, port):
    pid, fd = (int(n) for n in which.split(","))
    pidfd = os.pidfd_open(pid)
    listener = checked(libc.syscall(SYS_PIDFD_GETFD, pidfd, fd, 0), "pidfd_getfd")
    map_fd = bpf(MAP_CREATE, struct.pack("=IIII", SOCKMAP, 4, 8, 1))
    key, value = ctypes.c_uint32(0), ctypes.c_uint64(listener)
    bpf(MAP_UPDATE, struct.pack("=IIQQQ", map_fd, 0, ctypes.addressof(key), ctypes.addressof(value), 0))
    code, name = ctypes.create_string_buffer(program(map_fd, int(port))), ctypes.create_string_buffer(b"GPL")
    log = ctypes.create_string_buffer(65536)
    attr = struct.pack("=IIQQIIQII16sII", PROG_SK_LOOKUP, (len(code) - 1) // 8, ctypes.addressof(code),
                       ctypes.addressof(name), 1, 65536, ctypes.addressof(log), 0, 0, b"somebody", 0,
                       ATTACH_SK_LOOKUP)
    try:
        prog = bpf(PROG_LOAD, attr)
    except OSError:
        print(log.value.decode())
        raise
    netns = os.open("/proc/self/ns/net", os.O_RDONLY)
    link = bpf(LINK_CREATE, struct.pack("=IIII", prog, netns, ATTACH_SK_LOOKUP, 0))
    print("ready", link, flush=True)
    while True:
        time.sleep(3600)


main(*sys.argv[1:])
