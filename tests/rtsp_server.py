"""A real RTSP camera for tests: GStreamer's RTSP server, run by the system's own Python as a child process.

`python3 tests/rtsp_server.py PORT [--size 640x360] [--fps 10] [--gop 10] [--user U --password P] [--pattern ball]`
prints `ready` once it listens. The page it serves is `rtsp://127.0.0.1:PORT/street`. Tests use `RtspServer`, which
starts, stops, stalls (SIGSTOP) and wakes it; SIGKILL is a camera that loses power.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

SYSTEM_PYTHON = "/usr/bin/python3"
PATH = "/street"
PICTURES = 20
"""Pictures `00.jpg` to `19.jpg` that a camera with `pictures` shows in turn."""


def available() -> bool:
    """Whether this machine's own Python has GStreamer's RTSP server."""
    probe = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
    try:
        return (
            subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, timeout=30, check=False).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RtspServer:
    """A camera that can be killed, stalled and restored on the same port."""

    def __init__(
        self,
        *,
        size_wh: tuple[int, int] = (640, 360),
        fps: int = 10,
        gop: int = 10,
        user: str | None = None,
        password: str | None = None,
        mounts: int = 1,
        pictures: Path | None = None,
    ) -> None:
        self.port = free_port()
        self._size_wh = size_wh
        self._options = ["--fps", str(fps), "--gop", str(gop), "--mounts", str(mounts)]
        if user is not None and password is not None:
            self._options += ["--user", user, "--password", password]
        if pictures is not None:
            self._options += ["--pictures", str(pictures)]
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}{PATH}"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the test camera is not running")
        return self._process.pid

    def start(self, size_wh: tuple[int, int] | None = None) -> Self:
        width, height = size_wh or self._size_wh
        command = [SYSTEM_PYTHON, __file__, str(self.port), "--size", f"{width}x{height}", *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            raise RuntimeError("the RTSP test camera did not start")
        return self

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(10)
            if process.stdout is not None:
                process.stdout.close()

    def stall(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def wake(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def _serve(arguments: argparse.Namespace) -> None:
    import gi  # type: ignore[import-not-found]

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found]

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(arguments.port))
    if arguments.user:
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(arguments.user, arguments.password), token)
        server.set_auth(auth)
    for number in range(arguments.mounts):
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(_pipeline(arguments))
        factory.set_shared(True)
        if arguments.user:
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role("viewer", "media.factory.access", True)
            permissions.add_permission_for_role("viewer", "media.factory.construct", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory(PATH if number == 0 else f"{PATH}{number}", factory)
    server.attach(None)
    print("ready", flush=True)
    GLib.MainLoop().run()


def _pipeline(arguments: argparse.Namespace) -> str:
    width, height = arguments.size.split("x")
    # Pictures are read anew each time, so that a test can change what the camera sees while it runs.
    source = (
        f'multifilesrc location="{arguments.pictures}/%02d.jpg" loop=true start-index=0 stop-index={PICTURES - 1}'
        f' caps="image/jpeg,framerate={arguments.fps}/1" ! jpegdec ! videoconvert ! video/x-raw,format=I420'
        if arguments.pictures
        else f"videotestsrc is-live=true pattern={arguments.pattern}"
        f" ! video/x-raw,width={width},height={height},framerate={arguments.fps}/1"
    )
    return (
        f"( {source}"
        f" ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max={arguments.gop} threads=1"
        " ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
    )


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--fps", type=int, default=10)
    parser.add_argument("--gop", type=int, default=10)
    parser.add_argument("--pattern", default="ball")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--pictures")
    parser.add_argument("--mounts", type=int, default=1)
    _serve(parser.parse_args())


if __name__ == "__main__":
    _main()
