from __future__ import annotations

import base64
import ipaddress
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from detector.errors import SourceDenied, SourceEnded, SourceError, SourceUnreachable
from detector.frame import Frame
from detector.sources.address import AddressPolicy, AddressRefused
from detector.sources.credentials import Credential
from detector.sources.http import HttpSource
from detector.sources.jpeg import PictureRefused, PictureStream, decode
from tests.detector.sources.encode import START

LOCAL = AddressPolicy(allowed=(ipaddress.ip_network("127.0.0.0/8"),))


def jpeg(level: int = 90, size_wh: tuple[int, int] = (64, 48)) -> bytes:
    image = np.full((size_wh[1], size_wh[0], 3), level, np.uint8)
    return cv2.imencode(".jpg", image)[1].tobytes()


@dataclass
class Served:
    """What the camera was asked and with which credentials."""

    port: int = 0
    asked: list[tuple[str, str | None]] = field(default_factory=list)


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def camera(answer: Answer) -> Iterator[Served]:
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append((self.path, self.headers.get("Authorization")))
            answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


def reply(
    handler: BaseHTTPRequestHandler, body: bytes, kind: str = "image/jpeg", status: int = 200, **headers: str
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    with suppress(OSError):  # the client may have seen enough
        handler.wfile.write(body)


def source(
    served: Served, *, path: str = "/snap", credential: Credential | None = None, look_s: float = 0.05
) -> HttpSource:
    return HttpSource(
        "cam",
        f"http://127.0.0.1:{served.port}{path}",
        look_interval_s=look_s,
        credential=credential,
        policy=LOCAL,
        connect_timeout_s=1.0,
        read_timeout_s=1.0,
        clock=lambda: START,
    )


def first(live: HttpSource, count: int = 1) -> list[Frame]:
    taken: list[Frame] = []
    for frame in live.read():
        taken.append(frame)
        if len(taken) == count:
            live.close()
            break
    return taken


def test_snapshots_are_fetched_one_by_one() -> None:
    with camera(lambda h: reply(h, jpeg(90))) as served:
        frames = first(source(served), 3)
    assert len(served.asked) == 3
    assert frames[0].resolution_wh == (64, 48)
    assert frames[0].captured_at == START
    assert not frames[0].corrupt


def test_mjpeg_is_read_as_a_stream() -> None:
    def stream(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        handler.end_headers()
        for level in range(10, 200, 10):
            data = jpeg(level)
            handler.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + data + b"\r\n")
            handler.wfile.flush()
            time.sleep(0.02)

    with camera(stream) as served:
        live = source(served, look_s=0.1)
        with pytest.raises(SourceEnded, match="ended its stream"):
            levels = []
            for frame in live.read():
                levels.append(float(frame.image.mean()))
    assert 2 <= len(levels) <= 8
    assert levels == sorted(levels)
    assert len(served.asked) == 1


@pytest.mark.parametrize("scheme", ["Basic", "Digest"])
def test_challenges_are_answered_in_the_cameras_scheme(scheme: str) -> None:
    challenge = 'Digest realm="cam", nonce="abc", qop="auth"' if scheme == "Digest" else 'Basic realm="cam"'

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if (handler.headers.get("Authorization") or "").startswith(scheme):
            reply(handler, jpeg())
        else:
            reply(handler, b"", status=401, WWW_Authenticate=challenge)

    with camera(answer) as served:
        assert len(first(source(served, credential=Credential("admin", "s3cret")))) == 1
    if scheme == "Basic":
        assert served.asked[-1][1] == "Basic " + base64.b64encode(b"admin:s3cret").decode()
    else:
        assert not any(auth and "s3cret" in auth for _, auth in served.asked)


@pytest.mark.parametrize("credential", [None, Credential("admin", "wr0ng")])
def test_refused_credentials_are_told_without_showing_them(credential: Credential | None) -> None:
    with camera(lambda h: reply(h, b"", status=401, WWW_Authenticate='Basic realm="cam"')) as served:
        with pytest.raises(SourceDenied) as raised:
            first(source(served, credential=credential))
        assert len([auth for _, auth in served.asked if auth]) == (0 if credential is None else 1)
    assert "wr0ng" not in str(raised.value)


def _huge(handler: BaseHTTPRequestHandler) -> None:
    head = bytearray(jpeg())
    at = head.find(b"\xff\xc0")
    head[at + 5 : at + 9] = (60000).to_bytes(2, "big") * 2
    reply(handler, bytes(head))


def _endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "image/jpeg")
    handler.end_headers()
    with suppress(OSError):  # the client has seen enough
        for _ in range(400):
            handler.wfile.write(jpeg() + bytes(65536))


def _redirect_to(target: str) -> Answer:
    return lambda h: reply(h, b"", status=302, Location=target)


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        pytest.param(lambda h: reply(h, b"<html>", "text/html"), SourceUnreachable, "text/html", id="a page"),
        pytest.param(lambda h: reply(h, b"nonsense"), SourceEnded, "no JPEG", id="not a picture"),
        pytest.param(lambda h: reply(h, b"", status=500), SourceUnreachable, "status 500", id="an error"),
        pytest.param(_huge, SourceEnded, "pixels", id="a picture too large to decode"),
        pytest.param(_endless, SourceEnded, "larger than", id="a picture without end"),
        pytest.param(_redirect_to("/snap"), SourceUnreachable, "redirects more than", id="redirects in a circle"),
        pytest.param(_redirect_to("file:///etc/passwd"), SourceUnreachable, "not HTTP", id="a redirect to a file"),
        pytest.param(_redirect_to("http://169.254.169.254/x"), AddressRefused, "metadata", id="a redirect to metadata"),
        pytest.param(lambda h: time.sleep(1.6), SourceUnreachable, "no answer in time", id="silence"),
    ],
)
def test_what_no_camera_does_ends_with_a_clear_error(answer: Answer, error: type[SourceError], message: str) -> None:
    with camera(answer) as served, pytest.raises(error, match=message):
        first(source(served))


def test_credentials_do_not_follow_a_redirect_to_another_host() -> None:
    # The thief listens on 127.0.0.1 only: reaching it or not, it must not be given the password.
    with (
        camera(lambda h: reply(h, b"", status=401, WWW_Authenticate='Basic realm="thief"')) as thief,
        camera(_redirect_to(f"http://127.0.0.2:{thief.port}/snap")) as served,
        pytest.raises(SourceError),
    ):
        first(source(served, credential=Credential("admin", "s3cret")))
    assert not any(auth for _, auth in thief.asked)


def test_this_machine_is_no_camera_unless_allowed() -> None:
    with camera(lambda h: reply(h, jpeg())) as served:
        live = source(served)
        live._policy = AddressPolicy()
        with pytest.raises(AddressRefused, match="this machine"):
            first(live)
    assert served.asked == []


def test_a_truncated_picture_proves_nothing() -> None:
    rng = np.random.default_rng(1)
    data = cv2.imencode(".jpg", rng.integers(0, 255, (96, 128, 3), dtype=np.uint8))[1].tobytes()
    assert decode(data).shape == (96, 128, 3)
    with pytest.raises(PictureRefused, match="damaged"):
        decode(data[: len(data) // 2])


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"GIF89a", b"\xff\xd8\xff\xe0\x00\x04ab"])
def test_what_is_no_jpeg_is_refused(data: bytes) -> None:
    with pytest.raises(PictureRefused):
        decode(data)


@pytest.mark.parametrize("size", [1, 7, 1000, 100_000])
def test_pictures_are_found_however_the_bytes_arrive(size: int) -> None:
    pictures = [jpeg(level) for level in (20, 120, 220)]
    raw = b"".join(b"--b\r\nContent-Type: image/jpeg\r\n\r\n" + p + b"\r\n" for p in pictures) + b"--b--\r\n"
    stream = PictureStream(1_000_000)
    found = [p for at in range(0, len(raw), size) for p in stream.feed(raw[at : at + size], "cam")]
    assert found == pictures
