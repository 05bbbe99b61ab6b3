#!/usr/bin/env python3
# Connections, so many open at a time, ten from one CPU to one from another: over a veth
# pair the CPU that sends is the CPU that receives.
#
#   skew.py ADDRESS PORT OPEN NUMBER CPU OTHER   "WORKER COUNT" lines, the most first, and at
#                                                the end "p50 MS p99 MS", from the SYN to the answer
import collections
import os
import select
import socket
import sys
import time


def knock(address, port):
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex((address, port))
    s.settimeout(20)
    s.sendall(b"GET / HTTP/1.0\r\n\r\n")  # waits for the handshake only
    s.setblocking(False)
    return s


def main(address, port, at_a_time, number, cpu, other):
    at_a_time, number = int(at_a_time), int(number)
    begun, answers, spent = {}, collections.Counter(), []
    epoll, sent = select.epoll(), 0
    while len(spent) < number:
        while sent < number and len(begun) < at_a_time:
            os.sched_setaffinity(0, {int(other if sent % 11 == 10 else cpu)})
            now = time.monotonic()
            s = knock(address, int(port))
            begun[s.fileno()] = (s, now, b"")
            epoll.register(s, select.EPOLLIN)
            sent += 1
        for fd, _ in epoll.poll():
            s, since, answer = begun[fd]
            more = s.recv(4096)
            begun[fd] = (s, since, answer + more)
            if more:
                continue
            spent.append(time.monotonic() - since)
            answers[answer.partition(b"\r\n\r\n")[2].decode().strip()] += 1
            begun.pop(fd)[0].close()
    for who, count in answers.most_common():
        print(who, count)
    spent.sort()
    print("p50 %.1f p99 %.1f" % (1000 * spent[len(spent) // 2], 1000 * spent[len(spent) * 99 // 100]))


main(*sys.argv[1:])
