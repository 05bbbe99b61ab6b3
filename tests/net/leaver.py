#!/usr/bin/env python3
# A server of two workers with a listening socket each, in one SO_REUSEPORT group. The first
# never accepts, and closes its socket on SIGUSR1; the second answers its name.
#
#   leaver.py READY ADDRESS PORT    workers are pinned to CPUs 0 and 1; READY when they listen
import os
import select
import signal
import socket
import sys


def listening(address, port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.bind((address, port))
    s.listen(16)
    return s


def leaves(s):
    signal.signal(signal.SIGUSR1, lambda *_: s.close())
    while True:
        signal.pause()


def serves(s):
    while True:
        c, _ = s.accept()
        c.sendall(b"the other one")
        c.close()


# Who waits by epoll is who serves, to whoever looks.
def worker(cpu, address, port, work, ready):
    if os.fork():
        return
    os.sched_setaffinity(0, {cpu})
    s = listening(address, port)
    epoll = select.epoll()
    epoll.register(s, select.EPOLLIN)
    open(ready + str(cpu), "w").close()
    work(s)


def main(ready, address, port):
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    os.setpgid(0, 0)
    worker(0, address, int(port), leaves, ready)
    worker(1, address, int(port), serves, ready)
    os.wait()


main(*sys.argv[1:])
