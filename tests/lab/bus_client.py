# SPDX-License-Identifier: LGPL-2.1-or-later
"""A D-Bus client that says what no decent one would: calls with arguments of any length, byte by byte as written.
It speaks to the system bus of a machine from outside, by the socket below the root of the machine's PID 1."""

import pathlib
import socket
import struct

MACHINES = pathlib.Path("/run/podd-lab")
PATH, INTERFACE, MEMBER, ERROR_NAME, REPLY_SERIAL, DESTINATION, SENDER, SIGNATURE = range(1, 9)
ERROR = 3


def padded(data, to):
    return data + bytes(-len(data) % to)


def text(value):
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<I", len(data)) + data + b"\0"


class BusClient:
    def __init__(self, machine):
        pid = (MACHINES / machine.name / "pid").read_text().strip()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(f"/proc/{pid}/root/run/dbus/system_bus_socket")
        self.serial = 0
        self.socket.sendall(b"\0AUTH EXTERNAL 30\r\n")
        self.until(b"\r\n")
        self.socket.sendall(b"BEGIN\r\n")
        self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def until(self, end):
        data = b""
        while not data.endswith(end):
            data += self.socket.recv(1)
        return data

    def read(self, size):
        data = bytearray()
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise ConnectionError("the bus closed the connection")
            data += piece
        return bytes(data)

    def call(self, destination, path, interface, member, signature="", body=b""):
        """The error's name, or None when the call succeeded."""
        self.serial += 1
        fields = b""
        for code, kind, value in ((PATH, b"o", path), (INTERFACE, b"s", interface), (MEMBER, b"s", member),
                                  (DESTINATION, b"s", destination)):
            fields = padded(fields, 8) + bytes([code, 1]) + kind + b"\0" + text(value)
        if signature:
            value = bytes([len(signature)]) + signature.encode() + b"\0"
            fields = padded(fields, 8) + bytes([SIGNATURE, 1]) + b"g\0" + value
        header = struct.pack("<BBBBIII", ord("l"), 1, 0, 1, len(body), self.serial, len(fields)) + fields
        self.socket.sendall(padded(header, 8) + body)
        return self.answer()

    def answer(self):
        while True:
            fixed = self.read(16)
            _, kind, _, _, size, _, length = struct.unpack("<BBBBIII", fixed)
            fields = self.read(length + (-length % 8))
            self.read(size)
            values = dict(self.fields(fields[:length]))
            if values.get(REPLY_SERIAL) == self.serial:
                return values.get(ERROR_NAME, "an error without a name") if kind == ERROR else None

    @staticmethod
    def fields(data):
        at = 0
        while at < len(data):
            at += -at % 8
            code, signature = data[at], data[at + 2:at + 3]
            at += 4
            if signature == b"u":
                yield code, struct.unpack_from("<I", data, at)[0]
                at += 4
            elif signature == b"g":
                yield code, data[at + 1:at + 1 + data[at]].decode()
                at += data[at] + 2
            else:
                size = struct.unpack_from("<I", data, at)[0]
                yield code, data[at + 4:at + 4 + size].decode()
                at += size + 5

    def manager(self, member, definition):
        """A method of podd that takes a definition and options."""
        body = padded(text(definition), 4) + struct.pack("<I", 0)
        body = padded(body, 8)  # the array of options is empty, and its items would begin here
        return self.call("org.podd1", "/org/podd1", "org.podd1.Manager", member, "sa{sv}", body)

    def ping(self):
        return self.call("org.podd1", "/org/podd1", "org.freedesktop.DBus.Peer", "Ping")
