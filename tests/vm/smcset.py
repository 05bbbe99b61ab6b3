#!/usr/bin/env python3
"""The kernel's SMC settings by generic netlink, for tests: smc-tools is no package of Debian.

  smcset.py ueid NAME | pnetid NAME eth IFNAME | pnetid NAME ib DEVICE PORT
"""
import socket
import struct
import sys

ACK, REQUEST = 4, 1


def attr(kind, data):
    size = 4 + len(data)
    return struct.pack("=HH", size, kind) + data + b"\0" * (-size % 4)


def text(kind, s):
    return attr(kind, s.encode() + b"\0")


def ask(nl, family, command, attrs):
    payload = struct.pack("=BBH", command, 1, 0) + attrs
    nl.send(struct.pack("=IHHII", 16 + len(payload), family, REQUEST | ACK, 1, 0) + payload)
    while True:
        data = nl.recv(65536)
        while data:
            size, kind = struct.unpack_from("=IH", data)
            if kind == 2:  # NLMSG_ERROR
                error = struct.unpack_from("=i", data, 16)[0]
                if error:
                    raise OSError(-error, "command %d" % command)
                return
            yield data[20:size]
            data = data[(size + 3) & ~3:]


def family(nl, name):
    number = None
    for answer in ask(nl, 16, 3, text(2, name)):  # GENL_ID_CTRL, CTRL_CMD_GETFAMILY
        while answer:
            size, kind = struct.unpack_from("=HH", answer)
            if kind == 1:
                number = struct.unpack_from("=H", answer, 4)[0]
            answer = answer[(size + 3) & ~3:]
    return number


def main(what, name, *words):
    nl = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
    if what == "ueid":
        # 32 characters, filled with blanks; SMC_NETLINK_ADD_UEID
        list(ask(nl, family(nl, "SMC_GEN_NETLINK"), 10, text(1, name.ljust(32))))
    elif words[0] == "eth":
        list(ask(nl, family(nl, "SMC_PNETID"), 2, text(1, name) + text(2, words[1])))
    else:
        attrs = text(1, name) + text(3, words[1]) + attr(4, bytes([int(words[2])]))
        list(ask(nl, family(nl, "SMC_PNETID"), 2, attrs))


main(*sys.argv[1:])
