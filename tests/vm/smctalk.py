#!/usr/bin/env python3
"""Sockets that are SMC or TCP, and stay.

  smctalk.py serve smc|tcp PORT          takes what comes, until it is killed
  smctalk.py hold smc|inet|tcp ADDRESS PORT   connects; each SIGUSR1: 4 MB, and waits until they are taken
inet is SMC by socket(AF_INET, SOCK_STREAM, IPPROTO_SMC). Says "ready", then "sent BYTES" for each such.
"""
import signal
import socket
import sys
import threading

CHUNK, ROUND = 65536, 4 << 20


def opened(kind):
    family, protocol = {"smc": (43, 0), "inet": (socket.AF_INET, 256), "tcp": (socket.AF_INET, 0)}[kind]
    # Python knows no addresses of AF_SMC; they are those of AF_INET
    fd = socket.socket(family, socket.SOCK_STREAM, protocol).detach()
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=fd)


def drain(peer):
    got = 0
    while True:
        data = peer.recv(CHUNK)
        if not data:
            return
        got += len(data)
        if got >= ROUND:
            got -= ROUND
            peer.sendall(b"!")


def serve(kind, port):
    s = opened(kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("0.0.0.0", int(port)))
    s.listen(16)
    print("ready", flush=True)
    while True:
        peer, _ = s.accept()
        threading.Thread(target=drain, args=(peer,), daemon=True).start()


def hold(kind, address, port):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    s = opened(kind)
    s.connect((address, int(port)))
    print("ready", flush=True)
    sent = 0
    while True:
        signal.sigwait([signal.SIGUSR1])
        for _ in range(ROUND // CHUNK):
            s.sendall(b"x" * CHUNK)
        if s.recv(1) != b"!":
            sys.exit("the other end has gone")
        sent += ROUND
        print("sent", sent, flush=True)


{"serve": serve, "hold": hold}[sys.argv[1]](*sys.argv[2:])
