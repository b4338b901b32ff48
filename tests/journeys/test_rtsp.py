"""A real RTSP camera that fails in every way a camera fails."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from detector.errors import SourceDenied, SourceEnded, SourceError, SourceUnreachable
from detector.sources.address import AddressPolicy, AddressRefused
from detector.sources.credentials import Credential
from detector.sources.rtsp import RtspSource
from tests.detector.sources.encode import START
from tests.fault_proxy import Fault, FaultProxy
from tests.rtsp_server import PATH, RtspServer, available, free_port

pytestmark = pytest.mark.skipif(not available(), reason="needs the system's GStreamer RTSP server (see Makefile)")

LOCAL = AddressPolicy(allowed=(ipaddress.ip_network("127.0.0.0/8"),))


def source(
    url: str, *, credential: Credential | None = None, look_interval_s: float = 1.0, policy: AddressPolicy = LOCAL
) -> RtspSource:
    return RtspSource(
        "cam",
        url,
        look_interval_s=look_interval_s,
        credential=credential,
        policy=policy,
        connect_timeout_s=3.0,
        read_timeout_s=2.0,
        clock=lambda: START,
    )


@pytest.fixture(scope="module")
def street() -> Iterator[RtspServer]:
    with RtspServer(gop=10) as server:
        yield server


def test_key_frames_give_the_looks(street: RtspServer) -> None:
    live = source(street.url)
    frames = []
    for frame in live.read():
        frames.append(frame)
        if len(frames) == 4:
            break
    live.close()
    assert all(f.resolution_wh == (640, 360) and not f.corrupt for f in frames)
    gaps = [b.media_s - a.media_s for a, b in pairwise(frames[1:])]
    assert all(0.8 <= gap <= 1.6 for gap in gaps)
    assert live.info is not None
    assert live.info.codec == "h264"
    assert live.info.key_interval_s == pytest.approx(1.0, abs=0.1)


def test_whoever_is_slow_gets_the_latest_frame(street: RtspServer) -> None:
    live = source(street.url, look_interval_s=0.1)
    frames = live.frames()
    next(frames)
    time.sleep(2.5)
    waited_s = next(frames).media_s
    live.close()
    assert waited_s > 1.5


def test_a_long_group_of_pictures_is_decoded_whole() -> None:
    with RtspServer(gop=30) as server:
        live = source(server.url, look_interval_s=0.5)
        seen_s = []
        for frame in live.read():
            seen_s.append(frame.media_s)
            if frame.media_s > 9:
                break
        live.close()
    late = [b - a for a, b in pairwise(seen_s[-6:])]
    assert max(late) < 1.0


def read_until_error(live: RtspSource) -> SourceError:
    try:
        for _ in live.read():
            pass
    except SourceError as error:
        return error
    raise AssertionError("the source ended without an error")


@pytest.mark.parametrize("how", ["kill", "stall", "proxy stall", "proxy cut"])
def test_a_camera_that_goes_away_is_told_soon(how: str) -> None:
    with RtspServer() as server, FaultProxy(server.port) as proxy:
        url = f"rtsp://127.0.0.1:{proxy.port}{PATH}" if how.startswith("proxy") else server.url
        live = source(url)
        acts = {
            "kill": server.kill,
            "stall": server.stall,
            "proxy stall": lambda: proxy.set(Fault.stall),
            "proxy cut": lambda: proxy.set(Fault.cut),
        }
        began_s = time.monotonic()
        for n, _ in enumerate(live.frames()):
            if n == 1:
                break
        live.close()
        live = source(url)
        threading.Timer(3.0, acts[how]).start()
        error = read_until_error(live)
        assert isinstance(error, SourceEnded)
        assert time.monotonic() - began_s < 25


@pytest.mark.parametrize("how", ["refused", "hangs", "stalled"])
def test_a_camera_that_does_not_answer_is_given_up(how: str) -> None:
    began_s = time.monotonic()
    with RtspServer() as server, FaultProxy(server.port) as proxy:
        proxy.set(Fault.hang)
        if how == "stalled":
            server.stall()
        urls = {
            "refused": f"rtsp://127.0.0.1:{free_port()}{PATH}",
            "hangs": f"rtsp://127.0.0.1:{proxy.port}{PATH}",
            "stalled": server.url,
        }
        error = read_until_error(source(urls[how]))
        if how == "stalled":
            server.wake()
    assert isinstance(error, SourceUnreachable)
    assert time.monotonic() - began_s < 15


def test_wrong_credentials_are_one_attempt_and_shown_nowhere() -> None:
    with RtspServer(user="admin", password="r1ght") as server, FaultProxy(server.port) as proxy:
        url = f"rtsp://127.0.0.1:{proxy.port}{PATH}"
        error = read_until_error(source(url, credential=Credential("admin", "wr0ng")))
        assert isinstance(error, SourceDenied)
        assert "wr0ng" not in f"{error} {error.__cause__}"
        assert proxy.connections == 1
        live = source(url, credential=Credential("admin", "r1ght"))
        assert next(live.read()).resolution_wh == (640, 360)
        live.close()


def test_a_camera_may_come_back_with_another_resolution() -> None:
    with RtspServer() as server:
        assert next(source(server.url).read()).resolution_wh == (640, 360)
        server.kill()
        server.start((320, 240))
        assert next(source(server.url).read()).resolution_wh == (320, 240)


def test_this_machine_is_no_camera_unless_allowed(street: RtspServer) -> None:
    with pytest.raises(AddressRefused):
        next(source(street.url, policy=AddressPolicy()).read())
