#!/usr/bin/env python3
# Both ends of the connections to a port that is drained. Times are CLOCK_BOOTTIME, ms.
#
#   drainer.py echo ADDRESS PORT...                answers what it is sent, a thread a connection
#   drainer.py hold FILE ADDRESS PORT NUMBER       as many connections, asked in turn as long as
#                                                  FILE is there: "TIME up", then "alive N broken N"
#   drainer.py knock FILE ADDRESS PORT             a new connection after the other, as long as
#                                                  FILE is there: "TIME ok|refused|silent" each
#   drainer.py late ADDRESS PORT NUMBER BACKLOG    listens and, when a line comes on standard input,
#                                                  accepts: "accepted N"
import errno
import os
import socket
import sys
import threading
import time


def now():
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)


def say(*words):
    print(*words, flush=True)


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def listening(address, port, backlog=512):
    s = socket.socket(family(address))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port))
    s.listen(backlog)
    return s


def serve(s):
    try:
        while True:
            data = s.recv(64)
            if not data:
                break
            s.sendall(data)
    except OSError:
        pass
    s.close()


def accept(s):
    while True:
        c, _ = s.accept()
        threading.Thread(target=serve, args=(c,), daemon=True).start()


def echo(address, ports):
    sockets = [listening(address, port) for port in ports]
    for s in sockets[1:]:
        threading.Thread(target=accept, args=(s,), daemon=True).start()
    accept(sockets[0])


def answers(s):
    s.sendall(b"x")
    return s.recv(1) == b"x"


def hold(path, address, port, number):
    held = [socket.create_connection((address, port), timeout=10) for _ in range(number)]
    for s in held:
        answers(s)
    say(now(), "up")
    broken = set()
    last = False
    while not last:  # each is asked once more when the file has gone
        last = not os.path.exists(path)
        for s in held:
            if s in broken:
                continue
            try:
                good = answers(s)
            except OSError as e:
                good = False
                print(errno.errorcode.get(e.errno, e), file=sys.stderr, flush=True)
            if not good:
                broken.add(s)
        time.sleep(0.1)
    say("alive", len(held) - len(broken), "broken", len(broken))


def knock(path, address, port):
    while os.path.exists(path):
        begun = now()
        try:
            with socket.create_connection((address, port), timeout=0.5) as s:
                s.settimeout(5)
                result = "ok" if answers(s) else "ended"
        except ConnectionRefusedError:
            result = "refused"
        except socket.timeout:
            result = "silent"
        say(begun, result)
        time.sleep(0.05)


def late(address, port, number, backlog):
    s = listening(address, port, backlog)
    say("listens")
    sys.stdin.readline()
    s.settimeout(20)
    accepted = 0
    while accepted < number:
        try:
            c, _ = s.accept()
        except socket.timeout:
            break
        accepted += 1
        c.sendall(b"served")
        c.close()
    say("accepted", accepted)


def main(what, *args):
    if what == "echo":
        echo(args[0], [int(p) for p in args[1:]])
    elif what == "hold":
        hold(args[0], args[1], int(args[2]), int(args[3]))
    elif what == "knock":
        knock(args[0], args[1], int(args[2]))
    elif what == "late":
        late(args[0], int(args[1]), int(args[2]), int(args[3]))
    else:
        sys.exit("drainer.py: echo, hold, knock or late")


main(*sys.argv[1:])
