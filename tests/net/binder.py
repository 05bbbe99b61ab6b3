#!/usr/bin/env python3
# Listeners that say their name, who asks for it, and somebody else's sk_lookup program.
#
#   binder.py serve READY NAME@tcp|udp|tcp6|udp6:ADDRESS:PORT...
#                                        each answers its NAME; tcp6 and udp6 are IPv6 alone,
#                                        an IPv6 ADDRESS with tcp or udp serves IPv4, too;
#                                        NAME+ is one of a group (SO_REUSEPORT). READY is made
#                                        when all listen
#   binder.py ask tcp|udp ADDRESS PORT[-PORT]...   "ANSWER COUNT" lines, sorted; "-": none
#   binder.py until FILE ADDRESS PORT...           asks by TCP as long as FILE is there: the
#                                        same lines, what failed on standard error
#   binder.py foreign READY PORT TO REPLACE        attaches a program to this network namespace
#                                        that gives TCP of PORT to the listener on TO here, over
#                                        what others chose with REPLACE = 1; until it is ended
import collections
import ctypes
import os
import resource
import selectors
import signal
import socket
import struct
import sys

SYS_BPF = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
MAP_CREATE, MAP_UPDATE, PROG_LOAD, LINK_CREATE = 0, 2, 5, 28
SOCKMAP, SK_LOOKUP_PROG, SK_LOOKUP_ATTACH = 15, 30, 36
LOOKUP_ELEM, SK_RELEASE, SK_ASSIGN = 1, 86, 124
LOCAL_PORT = 8 + 4 * 2 + 4 + 16 + 4 + 4 + 16  # in struct bpf_sk_lookup


def listener(what):
    name, _, where = what.partition("@")
    kind, _, where = where.partition(":")
    address, _, port = where.rpartition(":")
    address = address.strip("[]")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    s = socket.socket(family, socket.SOCK_DGRAM if kind.startswith("udp") else socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if name.endswith("+"):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(kind.endswith("6")))
    s.bind((address, int(port)))
    if s.type == socket.SOCK_STREAM:
        s.listen(4096)
    return s, name


def serve(ready, whats):
    sel = selectors.DefaultSelector()
    for what in whats:
        s, name = listener(what)
        sel.register(s, selectors.EVENT_READ, name.encode())
    open(ready, "w").close()
    while True:
        for key, _ in sel.select():
            if key.fileobj.type == socket.SOCK_STREAM:
                conn, _ = key.fileobj.accept()
                with conn:
                    conn.sendall(key.data)
            else:
                _, peer = key.fileobj.recvfrom(2048)
                key.fileobj.sendto(key.data, peer)


def ask_tcp(address, port):
    with socket.create_connection((address, port), timeout=10) as s:
        return s.recv(64).decode()


def ask_udp(address, port):
    # not connected: the answer comes from the listener's own address and port
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(1)
        s.sendto(b"?", (address, port))
        return s.recv(64).decode()


def ports_of(words):
    for word in words:
        first, _, last = word.partition("-")
        yield from range(int(first), int(last or first) + 1)


def say(seen):
    for who, count in sorted(seen.items()):
        print(who, count)


def ask(kind, address, words):
    seen = collections.Counter()
    for port in ports_of(words):
        try:
            seen[(ask_udp if kind == "udp" else ask_tcp)(address, port)] += 1
        except (ConnectionRefusedError, TimeoutError, socket.timeout):
            seen["-"] += 1
    say(seen)


def until(path, address, words):
    seen = collections.Counter()
    while os.path.exists(path):
        for port in ports_of(words):
            try:
                seen[ask_tcp(address, port)] += 1
            except OSError as e:
                seen["failed"] += 1
                print(e, file=sys.stderr)
    say(seen)


# ---- somebody else's program


def bpf(cmd, attr):
    libc = ctypes.CDLL(None, use_errno=True)
    buf = ctypes.create_string_buffer(attr, 128)
    fd = libc.syscall(SYS_BPF, cmd, buf, 128)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "bpf(%d): %s" % (cmd, os.strerror(ctypes.get_errno())))
    return fd


def insn(code, dst=0, src=0, off=0, imm=0):
    return struct.pack("<BBhi", code, src << 4 | dst, off, imm)


def program(sockets, port, replace):
    body = [
        insn(0xBF, 6, 1),  # r6 = ctx
        insn(0x61, 2, 1, LOCAL_PORT),
        insn(0x55, 2, 0, 15, port),  # another port: to the end
        insn(0x62, 10, 0, -4, 0),  # key
        insn(0x18, 1, 1, 0, sockets), insn(0),  # r1 = map
        insn(0xBF, 2, 10), insn(0x07, 2, 0, 0, -4),
        insn(0x85, 0, 0, 0, LOOKUP_ELEM),
        insn(0x15, 0, 0, 8),  # no socket: to the end
        insn(0xBF, 7, 0),
        insn(0xBF, 1, 6), insn(0xBF, 2, 7), insn(0xB7, 3, 0, 0, replace),
        insn(0x85, 0, 0, 0, SK_ASSIGN),
        insn(0xBF, 1, 7), insn(0x85, 0, 0, 0, SK_RELEASE),
        insn(0x05),
        insn(0xB7, 0, 0, 0, 1),  # SK_PASS
        insn(0x95),
    ]
    text = ctypes.create_string_buffer(b"".join(body))
    license = ctypes.create_string_buffer(b"GPL")
    log = ctypes.create_string_buffer(65536)
    attr = struct.pack("<IIQQIIQII16sII", SK_LOOKUP_PROG, len(body), ctypes.addressof(text),
                       ctypes.addressof(license), 1, len(log), ctypes.addressof(log), 0, 0,
                       b"somebody", 0, SK_LOOKUP_ATTACH)
    try:
        return bpf(PROG_LOAD, attr)
    except OSError:
        print(log.value.decode(), file=sys.stderr)
        raise


def foreign(ready, port, to, replace):
    try:  # before 5.11 maps are locked memory; where root may not raise it they are not
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except ValueError:
        pass
    s, _ = listener("theirs@tcp:0.0.0.0:%d" % to)
    sockets = bpf(MAP_CREATE, struct.pack("<IIII", SOCKMAP, 4, 8, 1))
    key, value = ctypes.c_uint32(0), ctypes.c_uint64(s.fileno())
    bpf(MAP_UPDATE, struct.pack("<IIQQQ", sockets, 0, ctypes.addressof(key), ctypes.addressof(value), 0))
    prog = program(sockets, port, replace)
    netns = os.open("/proc/self/ns/net", os.O_RDONLY)
    bpf(LINK_CREATE, struct.pack("<IIII", prog, netns, SK_LOOKUP_ATTACH, 0))
    open(ready, "w").close()
    while True:
        conn, _ = s.accept()
        with conn:
            conn.sendall(b"theirs")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    command, rest = sys.argv[1], sys.argv[2:]
    if command == "serve":
        serve(rest[0], rest[1:])
    elif command == "ask":
        ask(rest[0], rest[1], rest[2:])
    elif command == "until":
        until(rest[0], rest[1], rest[2:])
    elif command == "foreign":
        foreign(rest[0], int(rest[1]), int(rest[2]), int(rest[3]))
    else:
        sys.exit("binder.py: unknown command")
