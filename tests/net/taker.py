#!/usr/bin/env python3
# A server of one process and one listening socket a CPU (SO_REUSEPORT), made before the
# workers are, so that each has all of them; it answers its pid over HTTP.
#
#   taker.py READY HOW ADDRESS PORT CPU...
#                                 HOW a worker gets its connections: accept: it blocks there;
#                                 poll: it waits in poll(), which shows nobody for what;
#                                 busy: it blocks in accept(), and each answer takes 5 ms of its CPU
#                                 READY0, READY1, ... when the workers wait
import os
import select
import signal
import socket
import sys
import time

WORK_S = 0.005


def listening(address, port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.bind((address, port))
    s.listen(128)
    return s


def answer(c):
    with c:
        while b"\r\n\r\n" not in c.recv(4096):
            pass
        body = b"%d\n" % os.getpid()
        c.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


def serve(how, cpu, s, ready):
    os.sched_setaffinity(0, {cpu})
    poll = select.poll()
    poll.register(s, select.POLLIN)
    open(ready, "w").close()
    while True:
        if how == "poll":
            poll.poll()
        c = s.accept()[0]
        until = time.thread_time() + (WORK_S if how == "busy" else 0)
        while time.thread_time() < until:
            pass
        answer(c)


def main(ready, how, address, port, *cpus):
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    os.setpgid(0, 0)
    sockets = [listening(address, int(port)) for _ in cpus]
    for i, cpu in enumerate(cpus):
        if not os.fork():
            serve(how, int(cpu), sockets[i], ready + str(i))
    os.wait()


main(*sys.argv[1:])
