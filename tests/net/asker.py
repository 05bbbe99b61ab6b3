#!/usr/bin/env python3
# Asks an HTTP server who it is, a connection each, from chosen CPUs: over a veth
# pair the CPU that sends is the CPU that receives.
#
#   asker.py tally ADDRESS PORT NUMBER CPU...   "CPU ANSWER COUNT" lines, sorted
#   asker.py leave ADDRESS PORT NUMBER CPU...   the same, but it is the one that closes
#   asker.py ports ADDRESS PORT CPU FIRST NUMBER [EXPECTED...]
#                                               "SOURCE ANSWER" lines, of connections that are open
#                                               at once, from one source port after the other; it
#                                               waits for the answers of the EXPECTED ones (all)
#   asker.py until FILE ADDRESS PORT CPU...     asks as long as FILE is there: "ok N failed N",
#                                               and what failed, on standard error
#   asker.py meant PID                          SO_INCOMING_CPU of each listening socket of PID
#   asker.py mean PID CPU...                    sets it, for one listening socket after the other
#   asker.py choose PID                         gives their group a program of the old kind
import collections
import ctypes
import fcntl
import os
import socket
import struct
import sys
import termios
import time

SO_INCOMING_CPU = 49
SO_ATTACH_REUSEPORT_CBPF = 51
SYS_PIDFD_GETFD = 438


def ask(address, port):
    with socket.create_connection((address, port), timeout=10) as s:
        s.sendall(b"GET / HTTP/1.0\r\n\r\n")
        answer = b""
        while True:
            more = s.recv(4096)
            if not more:
                break
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0]:
        raise OSError("no answer: %r" % answer[:60])
    return body.decode().strip()


# Over HTTP/1.1, so that the server does not close; a short answer comes in one piece.
def leave(address, port):
    with socket.create_connection((address, port), timeout=10) as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        return s.recv(4096).partition(b"\r\n\r\n")[2].decode().strip()


def tally(ask, address, port, number, cpus):
    for cpu in cpus:
        os.sched_setaffinity(0, {cpu})
        seen = collections.Counter(ask(address, port) for _ in range(number))
        for who, count in sorted(seen.items()):
            print(cpu, who, count)


# None where the other end takes no more: before the SYN would be sent again
def opened(address, port, source):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.bind(("", source))
    s.settimeout(0.5)
    try:
        s.connect((address, port))
        s.sendall(b"GET / HTTP/1.0\r\n\r\n")
    except OSError:
        s.close()
        return None
    # once that is acknowledged the connection is in the accept queue
    deadline = time.monotonic() + 10
    while struct.unpack("i", fcntl.ioctl(s, termios.TIOCOUTQ, b"\0" * 4))[0]:
        if time.monotonic() > deadline:
            raise OSError("nothing is acknowledged")
    return s


def ports(address, port, cpu, sources, expected):
    os.sched_setaffinity(0, {cpu})
    sockets = {source: opened(address, port, source) for source in sources}
    for source, s in sockets.items():
        answer = b""
        if s:
            s.settimeout(20 if source in expected else 0)
            try:
                while more := s.recv(4096):
                    answer += more
            except OSError:
                pass
        print(source, answer.partition(b"\r\n\r\n")[2].decode().strip() or ("-" if s else "refused"))


def until(path, address, port, cpus):
    ok = failed = 0
    while os.path.exists(path):
        os.sched_setaffinity(0, {cpus[ok % len(cpus)]})
        try:
            ask(address, port)
            ok += 1
        except OSError as e:
            failed += 1
            print(e, file=sys.stderr)
    print("ok", ok, "failed", failed)


def listeners(pid):
    pidfd = os.pidfd_open(pid)
    libc = ctypes.CDLL(None, use_errno=True)
    for name in sorted(os.listdir("/proc/%d/fd" % pid), key=int):
        if not os.readlink("/proc/%d/fd/%s" % (pid, name)).startswith("socket:"):
            continue
        fd = libc.syscall(SYS_PIDFD_GETFD, pidfd, int(name), 0)
        if fd < 0:
            raise OSError(ctypes.get_errno(), "pidfd_getfd")
        with socket.socket(fileno=fd) as s:
            if s.family in (socket.AF_INET, socket.AF_INET6) and s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                yield s


def meant(pid):
    for s in listeners(pid):
        print(s.getsockopt(socket.SOL_SOCKET, SO_INCOMING_CPU))


def mean(pid, cpus):
    for s, cpu in zip(listeners(pid), cpus):
        s.setsockopt(socket.SOL_SOCKET, SO_INCOMING_CPU, cpu)


# "ret #0": the first socket gets everything
def choose(pid):
    code = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    program = struct.pack("HL", 1, ctypes.addressof(code))
    for s in listeners(pid):
        s.setsockopt(socket.SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program)
        return


def main(what, *args):
    if what in ("tally", "leave"):
        tally(ask if what == "tally" else leave, args[0], int(args[1]), int(args[2]), [int(c) for c in args[3:]])
    elif what == "ports":
        sources = range(int(args[3]), int(args[3]) + int(args[4]))
        ports(args[0], int(args[1]), int(args[2]), sources, {int(p) for p in args[5:]} or set(sources))
    elif what == "until":
        until(args[0], args[1], int(args[2]), [int(c) for c in args[3:]])
    elif what == "meant":
        meant(int(args[0]))
    elif what == "mean":
        mean(int(args[0]), [int(c) for c in args[1:]])
    elif what == "choose":
        choose(int(args[0]))
    else:
        sys.exit("asker.py: tally, leave, ports, until, meant, mean or choose")


main(*sys.argv[1:])
