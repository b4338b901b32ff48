"""Many RTSP cameras for the price of one: sends one H.264 recording, packed once a frame, to every client over TCP.

Run: python -m benchmarks.rtsp_load FILE.mp4 [--port 0]        prints the port, then serves rtsp://127.0.0.1:PORT/<any>

A client is sent everything since the last key frame at once, as most cameras do, and then each frame at its time. The
cost is one `write` a frame and client, so that the machine's cores are left to what is being measured.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av

MTU = 1400
CLOCK_HZ = 90_000
SSRC = 0x47503031
MAX_BEHIND_BYTES = 8_000_000
"""A client that takes nothing is let go before its buffer grows beyond this."""


@dataclass(frozen=True)
class Unit:
    """One access unit: RTP payloads, and whether it begins a group of pictures."""

    payloads: tuple[bytes, ...]
    is_key: bool


@dataclass(frozen=True)
class Recording:
    units: tuple[Unit, ...]
    fps: float
    parameter_sets: tuple[bytes, bytes]


def load(path: Path) -> Recording:
    """Read a recording and pack its access units for RTP (RFC 6184: single NAL units and FU-A)."""
    units: list[Unit] = []
    sets: dict[int, bytes] = {}
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        to_annexb = av.BitStreamFilterContext("h264_mp4toannexb", stream)
        for packet in container.demux(stream):
            for filtered in to_annexb.filter(packet):
                nals = list(_nals(bytes(filtered)))
                sets.update({nal[0] & 31: nal for nal in nals if nal[0] & 31 in (7, 8)})
                if nals:
                    payloads = tuple(p for nal in nals for p in _payloads(nal))
                    units.append(Unit(payloads, any(nal[0] & 31 == 5 for nal in nals)))
        fps = float(stream.average_rate or 25)
    return Recording(tuple(units), fps, (sets[7], sets[8]))


def _nals(data: bytes) -> Iterator[bytes]:
    for part in data.split(b"\x00\x00\x01"):
        nal = part.rstrip(b"\x00")
        if nal:
            yield nal


def _payloads(nal: bytes) -> Iterator[bytes]:
    if len(nal) <= MTU:
        yield nal
        return
    indicator, kind = (nal[0] & 0xE0) | 28, nal[0] & 31
    body = nal[1:]
    for at in range(0, len(body), MTU):
        first, last = at == 0, at + MTU >= len(body)
        yield bytes((indicator, kind | (0x80 if first else 0) | (0x40 if last else 0))) + body[at : at + MTU]


@dataclass
class Broadcast:
    """The frames on the air."""

    recording: Recording
    sequence: int = 0
    sent: int = 0
    group: list[bytes] = field(default_factory=list)
    clients: set[asyncio.StreamWriter] = field(default_factory=set)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while True:
            unit = self.recording.units[self.sent % len(self.recording.units)]
            data = self._packed(unit)
            self.group = [data] if unit.is_key else [*self.group, data]
            for client in list(self.clients):
                if client.is_closing() or client.transport.get_write_buffer_size() > MAX_BEHIND_BYTES:
                    self.clients.discard(client)
                    client.close()
                else:
                    client.write(data)
            self.sent += 1
            await asyncio.sleep(max(0.0, began_s + self.sent / self.recording.fps - loop.time()))

    def _packed(self, unit: Unit) -> bytes:
        stamp = int(self.sent * CLOCK_HZ / self.recording.fps) & 0xFFFFFFFF
        out = bytearray()
        for number, payload in enumerate(unit.payloads):
            marker = 0x80 if number == len(unit.payloads) - 1 else 0
            out += struct.pack(">cBH", b"$", 0, len(payload) + 12)
            out += struct.pack(">BBHII", 0x80, 96 | marker, self.sequence & 0xFFFF, stamp, SSRC) + payload
            self.sequence += 1
        return bytes(out)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client's requests until it leaves."""
        try:
            while True:
                request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                at = request.find("RTSP/1.0")
                if at < 0:
                    continue
                lines = request[: request.index("\r\n\r\n")].splitlines()
                # RTCP reports may stand before a request in the same stream: the method is the word before the URL.
                method = lines[0].split()[-3] if len(lines[0].split()) >= 3 else ""
                number = next((line.split(":")[1].strip() for line in lines if line.lower().startswith("cseq")), "0")
                writer.write(self._answer(method[-13:], number))
                if method.endswith("PLAY"):
                    writer.write(b"".join(self.group))
                    self.clients.add(writer)
                if method.endswith("TEARDOWN"):
                    return
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            return
        finally:
            self.clients.discard(writer)
            writer.close()

    def _answer(self, method: str, number: str) -> bytes:
        head = f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\nSession: 1\r\n"
        if method.endswith("OPTIONS"):
            head += "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER\r\n"
        if method.endswith("SETUP"):
            head += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        if not method.endswith("DESCRIBE"):
            return f"{head}\r\n".encode()
        sps, pps = (base64.b64encode(part).decode() for part in self.recording.parameter_sets)
        body = (
            "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=load\r\nt=0 0\r\n"
            f"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/{CLOCK_HZ}\r\na=framerate:{self.recording.fps:g}\r\n"
            f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={sps},{pps}\r\na=control:track\r\n"
        )
        return f"{head}Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    broadcast = Broadcast(load(arguments.file))
    server = await asyncio.start_server(broadcast.serve, "127.0.0.1", arguments.port, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await broadcast.run()


if __name__ == "__main__":
    asyncio.run(_main())
