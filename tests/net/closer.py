#!/usr/bin/env python3
"""Connections that are opened here and closed here first, so that they stay in
TIME_WAIT at this end.

  closer.py serve PORT...                       accepts, and closes after the other end
  closer.py open ADDRESS PORT N                 N of them, one after another
  closer.py hold ADDRESS PORT N                 N of them, open until killed
  closer.py rate ADDRESS PORT PER_S SECONDS [bursts] [from=ADDRESS|bound=ADDRESS]
                                                bursts: none in one second, twice as many in the next;
                                                what it is late with it makes up for;
                                                from: with IP_BIND_ADDRESS_NO_PORT;
                                                bound: without, so that bind() takes a port
  closer.py leak ADDRESS PORT PER_S             opens so many a second and closes none

Exit status 9 when there is no local port left."""
import errno
import select
import socket
import sys
import time


def serve(ports):
    poll, socks = select.epoll(), {}
    for port in ports:
        sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("::", port))
        sock.listen(1024)
        socks[sock.fileno()] = (sock, True)
        poll.register(sock, select.EPOLLIN)
    while True:
        for fd, _ in poll.poll():
            sock, listens = socks[fd]
            if listens:
                client, _ = sock.accept()
                socks[client.fileno()] = (client, False)
                poll.register(client, select.EPOLLIN)
            elif not sock.recv(1):
                poll.unregister(fd)
                socks.pop(fd)[0].close()


IP_BIND_ADDRESS_NO_PORT = 24  # include/uapi/linux/in.h


def connect(dest, done=0, source=None, late=True):
    family = socket.AF_INET6 if ":" in dest[0] else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if source:
            sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, int(late))
            sock.bind((source, 0))
        sock.connect(dest)
    except OSError as why:
        print(errno.errorcode[why.errno], "after", done, flush=True)
        sys.exit(9 if why.errno == errno.EADDRNOTAVAIL else 1)
    return sock


def rate(dest, per_s, seconds, bursts, source, late):
    begin, done = time.monotonic(), 0
    while (now := time.monotonic() - begin) < seconds:
        due = now * per_s
        if bursts:  # of each two seconds the second one
            due = per_s * 2 * (int(now / 2) + max(0, now % 2 - 1))
        while done < due:
            connect(dest, done, source, late).close()
            done += 1
        time.sleep(0.002)


def main():
    what, words = sys.argv[1], sys.argv[2:]
    if what == "serve":
        serve([int(word) for word in words])
    # the link of fe80::1%eth0 is a part of its own of what connect() takes
    dest = socket.getaddrinfo(words[0], int(words[1]), type=socket.SOCK_STREAM)[0][4]
    if what == "open":
        for _ in range(int(words[2])):
            connect(dest).close()
    elif what == "hold":
        held = [connect(dest) for _ in range(int(words[2]))]
        time.sleep(3600)
        del held
    elif what == "leak":
        held = []
        while True:
            held.append(connect(dest))
            time.sleep(1 / float(words[2]))
    elif what == "rate":
        given = dict(word.split("=") for word in words if "=" in word)
        rate(dest, float(words[2]), float(words[3]), "bursts" in words,
             given.get("from") or given.get("bound"), "bound" not in given)


main()
