"""A TCP proxy that misbehaves on request: passes, hangs after accepting, holds back answers, or cuts connections."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from enum import StrEnum
from types import TracebackType
from typing import Self


class Fault(StrEnum):
    none = "none"
    hang = "hang"
    """Connections are accepted; nothing is ever passed."""
    stall = "stall"
    """What the server sends from now on is held back."""
    cut = "cut"
    """Connections are closed, new ones at once."""


class FaultProxy:
    """Listens on a free port of 127.0.0.1 and passes to `target_port`, in a thread of its own."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._fault = Fault.none
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.connections = 0
        self._thread = threading.Thread(target=self._run, name="fault proxy", daemon=True)

    def set(self, fault: Fault) -> None:
        self._fault = fault
        if fault is Fault.cut:
            self._loop.call_soon_threadsafe(self._cut)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(5):
            raise RuntimeError("the fault proxy did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._cut)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    def _cut(self) -> None:
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        if self._fault is Fault.cut:
            writer.close()
            return
        while self._fault is Fault.hang:
            await asyncio.sleep(0.05)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.close()
            return
        self._writers.add(far_writer)
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                while self._fault in (Fault.stall, Fault.hang):
                    await asyncio.sleep(0.05)
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError):
            writer.close()
