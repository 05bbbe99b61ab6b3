#!/usr/bin/env python3
# A UDP server with a socket a worker, one to a CPU, whose workers say of each datagram
# who got it; and who asks it, a new source port each time.
#
#   udper.py serve HOW ADDRESS PORT CPU...   HOW: plain; mean, and the sockets are meant for
#                                            their workers' CPUs; choose, and a program of the
#                                            old kind chooses among them
#   udper.py tally ADDRESS PORT NUMBER CPU...  "CPU CPU-OF-WORKER MEANT-FOR COUNT" lines, sorted
import collections
import ctypes
import os
import signal
import socket
import struct
import sys

SO_INCOMING_CPU = 49
SO_ATTACH_REUSEPORT_CBPF = 51


def group(how, address, port, cpus):
    for cpu in cpus:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if how == "mean":
            s.setsockopt(socket.SOL_SOCKET, SO_INCOMING_CPU, cpu)
        s.bind((address, port))
        yield s


# return 0: always the first
def choose(s):
    code = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    program = struct.pack("HxxxxxxP", 1, ctypes.addressof(code))
    s.setsockopt(socket.SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program)


def work(s, cpu):
    os.sched_setaffinity(0, {cpu})
    while True:
        _, who = s.recvfrom(64)
        s.sendto(b"%d %d" % (cpu, s.getsockopt(socket.SOL_SOCKET, SO_INCOMING_CPU)), who)


def serve(how, address, port, cpus):
    sockets = list(group(how, address, port, cpus))
    if how == "choose":
        choose(sockets[0])
    workers = []
    for s, cpu in zip(sockets, cpus):
        workers.append(os.fork())
        if not workers[-1]:
            work(s, cpu)
    for s in sockets:
        s.close()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        signal.pause()
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGKILL)


def ask(address, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(10)
        s.connect((address, port))
        s.send(b"?")
        return s.recv(64).decode()


def tally(address, port, number, cpus):
    for cpu in cpus:
        os.sched_setaffinity(0, {cpu})
        seen = collections.Counter(ask(address, port) for _ in range(number))
        for who, count in sorted(seen.items()):
            print(cpu, who, count)


if sys.argv[1] == "serve":
    serve(sys.argv[2], sys.argv[3], int(sys.argv[4]), [int(cpu) for cpu in sys.argv[5:]])
else:
    tally(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), [int(cpu) for cpu in sys.argv[5:]])
