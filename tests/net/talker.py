#!/usr/bin/env python3
"""TCP connections of known number and kind.

  talker.py sink PORT...                     accepts, and reads what comes
  talker.py mute PORT...                     accepts, and never reads
  talker.py slam PORT                        accepts, and closes at once
  talker.py deaf ADDRESS PORT BACKLOG [N]    N sockets (SO_REUSEPORT) that listen and never accept;
                                             SIGUSR1: listen() again, which takes BACKLOG anew
  talker.py hold ADDRESS PORT[-LAST] N [BYTES [CC]]
                                             N connections a port, each sends BYTES once; open until killed.
                                             SIGUSR1: each sends 1000 more
  talker.py fill ADDRESS PORT N              N connections, each sends until nothing more goes in
  talker.py knock ADDRESS PORT N             N connections begun at once, not waited for

Prints "ready" when it is all done and open."""
import select
import signal
import socket
import sys
import time


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def listen(address, port, backlog, reuse=False):
    sock = socket.socket(family(address), socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reuse:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind((address, port))
    sock.listen(backlog)
    return sock


def serve(ports, reads):
    poll, socks = select.epoll(), {}
    for port in ports:
        sock = listen("::", port, 1024)
        socks[sock.fileno()] = (sock, True)
        poll.register(sock, select.EPOLLIN)
    ready()
    while True:
        for fd, _ in poll.poll():
            sock, listens = socks[fd]
            if listens:
                client, _ = sock.accept()
                socks[client.fileno()] = (client, False)
                if reads:
                    poll.register(client, select.EPOLLIN)
            elif not sock.recv(1 << 16):
                poll.unregister(fd)
                socks.pop(fd)[0].close()


def ready():
    print("ready", flush=True)


def wait():
    while True:
        time.sleep(3600)


def connected(address, port, cc=None):
    sock = socket.socket(family(address), socket.SOCK_STREAM)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if cc:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, cc.encode())
    sock.connect((address, port))
    return sock


def fill(sock):
    sock.setblocking(False)
    try:
        while True:
            sock.send(b"x" * 65536)
    except BlockingIOError:
        pass


def knock(address, port):
    sock = socket.socket(family(address), socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.connect_ex((address, port))
    return sock


def main():
    what, words = sys.argv[1], sys.argv[2:]
    if what in ("sink", "mute"):
        serve([int(word) for word in words], what == "sink")
    if what == "slam":
        sock = listen("::", int(words[0]), 1024)
        ready()
        while True:
            sock.accept()[0].close()
    ports, address, nr = [int(word) for word in words[1].split("-")], words[0], int(words[2])
    port = ports[0]
    if what == "deaf":
        socks = [listen(address, port, nr, len(words) > 3) for _ in range(int(words[3] if len(words) > 3 else 1))]
        signal.signal(signal.SIGUSR1, lambda *_: [sock.listen(nr) for sock in socks])
    elif what == "hold":
        cc = words[4] if len(words) > 4 else None
        socks = [connected(address, to, cc) for to in range(port, ports[-1] + 1) for _ in range(nr)]
        for sock in socks:
            sock.sendall(b"x" * int(words[3] if len(words) > 3 else 0))
        signal.signal(signal.SIGUSR1, lambda *_: [sock.sendall(b"x" * 1000) for sock in socks])
    elif what == "fill":
        socks = [connected(address, port) for _ in range(nr)]
        for sock in socks:
            fill(sock)
    elif what == "knock":
        socks = [knock(address, port) for _ in range(nr)]
    else:
        sys.exit(__doc__)
    ready()
    wait()


main()
