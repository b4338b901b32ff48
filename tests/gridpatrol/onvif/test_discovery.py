"""Finding ONVIF devices and asking them, with a small device on real sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler
from ipaddress import IPv4Address, IPv6Network
from pathlib import Path
from types import MappingProxyType

import pytest

from detector.config import Camera, Source
from detector.sources import AddressPolicy, Secrets
from dispatch.camera_setup import TooManyProbes
from dispatch.errors import Refused
from gridpatrol.configuring.addresses import AddressRules
from gridpatrol.onvif import talking
from gridpatrol.onvif.office import QUESTIONS_AT_A_TIME, DiscoveryOffice
from gridpatrol.onvif.searching import MOST_ANSWER_BYTES, Answerer, Answers, search
from gridpatrol.settings import OnvifSettings
from tests.detector.sources.test_http import LOCAL
from tests.detector.test_worker import camera
from tests.onvif_device import BOMB, Device, enveloped, listening, probe_match, reply, serving

LOOPBACK = IPv4Address("127.0.0.1")
SECRET = {"GRIDPATROL_SECRET_GATE": "admin:pa55-word"}


def office(
    folder: Path,
    *,
    policy: AddressPolicy = LOCAL,
    searching: Callable[..., Answers] = search,
    configured: Mapping[str, Camera] = MappingProxyType({}),
    **settings: object,
) -> DiscoveryOffice:
    chosen = OnvifSettings.model_validate({"search": True, "interfaces": ["127.0.0.1"], "seconds": 0.6, **settings})
    return DiscoveryOffice(chosen, AddressRules(folder, policy), lambda: Secrets(SECRET), lambda: configured, searching)


@contextmanager
def found_by(answers: Callable[[bytes], list[bytes]]) -> Iterator[Answers]:
    with listening(answers) as port:
        yield search((LOOPBACK,), seconds=0.6, group=("239.255.255.250", port))


# Searching


def test_devices_that_answer_are_found_once() -> None:
    def answers(question: bytes) -> list[bytes]:
        first = probe_match(question, "urn:uuid:1", "http://[fe80::1]/x http://127.0.0.1:8080/onvif/device_service")
        return [first, first, probe_match(question, "urn:uuid:2", "http://127.0.0.1:8081/onvif/device_service")]

    with found_by(answers) as heard:
        assert [device.own for device in heard.devices] == [
            "http://127.0.0.1:8080/onvif/device_service",
            "http://127.0.0.1:8081/onvif/device_service",
        ]
        assert (heard.devices[0].name, heard.devices[0].hardware, heard.odd) == ("Examplecam", "X-1", 0)


NONSENSE = {
    "no xml": b"\xff\xfe nonsense",
    "empty": b"",
    "another message": enveloped("<hello/>").encode(),
    "a bomb": BOMB.encode(),
    "endless": b"<a>" + b"x" * MOST_ANSWER_BYTES + b"</a>",
}


@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_is_counted_and_hides_no_device(nonsense: bytes) -> None:
    good = "http://127.0.0.1:8080/onvif/device_service"
    with found_by(lambda question: [nonsense, probe_match(question, "urn:uuid:1", good)]) as heard:
        assert [device.own for device in heard.devices] == [good]
        assert heard.odd >= 1


def test_a_flood_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridpatrol.onvif.searching.MOST_DEVICES", 3)
    with found_by(
        lambda question: [probe_match(question, f"urn:uuid:{n}", "http://127.0.0.1/x") for n in range(9)]
    ) as heard:
        assert len(heard.devices) == 3 and heard.is_cut


def test_a_network_that_this_machine_does_not_have_is_told() -> None:
    with pytest.raises(Refused, match=r"192\.0\.2\.1"):
        search((IPv4Address("192.0.2.1"),), seconds=0.1)


def test_the_office_searches_only_where_it_may(tmp_path: Path) -> None:
    closed = office(tmp_path, search=False)
    assert not closed.is_allowed
    with pytest.raises(Refused, match=r"onvif\.search|may not"):
        closed.search()


def test_devices_whose_cameras_are_configured_are_told_with_them(tmp_path: Path) -> None:
    def heard(*_: object, **__: object) -> Answers:
        return Answers(
            (
                Answerer("10.0.0.7", ("http://10.0.0.7/onvif",), "new", ""),
                Answerer("10.0.0.8", ("http://10.0.0.8/onvif",), "recorder", ""),
                Answerer("2001:db8::7", ("http://[2001:DB8:0::7]/onvif",), "far", ""),
            )
        )

    urls = {
        "yard": "rtsp://10.0.0.8:554/2",
        "gate": "http://10.0.0.8/shot.jpg",
        "hall": "http://[2001:db8::0007]/shot.jpg",
        "roof": "sim://crossing?seed=7",
    }
    configured = {id: camera(id).model_copy(update={"source": Source(url=url)}) for id, url in urls.items()}
    found = office(tmp_path, searching=heard, configured=configured).search().devices
    assert {each.name: each.camera_ids for each in found} == {"new": (), "recorder": ("gate", "yard"), "far": ("hall",)}
    assert not any(each.fault for each in found)


@pytest.mark.parametrize("typed", ["::1", "[::1]", "http://[::1]", " http://[::1]/onvif/device_service "])
def test_a_device_is_asked_by_its_ipv6_address(tmp_path: Path, typed: str) -> None:
    asked = office(tmp_path, policy=AddressPolicy((IPv6Network("::1/128"),))).ask(typed, None)
    assert asked.fault is not None
    assert asked.fault.what.startswith("::1 does"), "it was asked, and no camera is there"


def test_what_may_not_be_asked_is_told_with_the_device(tmp_path: Path) -> None:
    def heard(*_: object, **__: object) -> Answers:
        return Answers(
            (
                Answerer("127.0.0.1", ("http://127.0.0.1/onvif",), "here", ""),
                Answerer("10.0.0.9", ("http://169.254.169.254/onvif",), "elsewhere", ""),
                Answerer("10.0.0.7", ("http://10.0.0.7/onvif",), "camera", ""),
            )
        )

    strict = office(tmp_path, policy=AddressPolicy(), searching=heard)
    first, *others = strict.search().devices
    assert (first.name, first.fault) == ("camera", None)
    words = {device.name: device.fault for device in others}
    assert words["here"] is not None and "this machine" in words["here"].what
    assert words["elsewhere"] is not None and "another host" in words["elsewhere"].what
    assert words["elsewhere"].what_zh and words["here"].what_zh


def test_a_search_and_its_device_lead_to_a_stream(tmp_path: Path) -> None:
    with serving(Device()) as device, listening(lambda q: [probe_match(q, device.id, device.address)]) as port:
        asked = office(tmp_path, searching=partial(search, group=("239.255.255.250", port)))
        (found,) = asked.search().devices
        told = asked.ask(found.address, None)
    assert told.fault is None and told.name == "Examplecam X-1"
    assert [(one.profile, one.url, one.codec, one.resolution_wh, one.fps) for one in told.streams] == [
        ("Main", "rtsp://127.0.0.1:8554/main", "h264", (1920, 1080), 25),
        ("Sub", "rtsp://127.0.0.1:8554/sub", "jpeg", (640, 360), 25),
    ]
    assert all(one.fault is None for one in told.streams)


# Asking


@pytest.mark.parametrize("by_http", [False, True])
@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(hours=-9)])
def test_the_right_password_opens_even_with_a_wrong_clock(tmp_path: Path, by_http: bool, ahead: timedelta) -> None:
    locked = Device(password={"admin": "pa55-word"}, signs_in_by_http=by_http, clock_ahead=ahead)
    with serving(locked) as device:
        told = office(tmp_path).ask(f"127.0.0.1:{device.port}", "gate")
    assert told.fault is None, told.fault
    assert len(told.streams) == 2 and "pa55" not in str(told)


@pytest.mark.parametrize("by_http", [False, True])
@pytest.mark.parametrize(("credentials", "words"), [(None, "wants a user"), ("gate", "refused the user")])
def test_a_locked_device_says_so_and_is_tried_once(
    tmp_path: Path, by_http: bool, credentials: str | None, words: str
) -> None:
    with serving(Device(password={"admin": "another"}, signs_in_by_http=by_http)) as device:
        told = office(tmp_path).ask(device.address, credentials)
    assert told.fault is not None and words in told.fault.what and told.fault.where == "credentials"
    assert told.streams == () and "pa55" not in str(told)
    assert len(device.tries) == (0 if credentials is None else 1), "cameras lock accounts after wrong passwords"


def says(text: str, status: int = 200) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda handler: reply(handler, text, status=status)


def drips(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        time.sleep(0.05)
        try:
            handler.wfile.write(b"<a>")
            handler.wfile.flush()
        except OSError:
            return


def redirects(handler: BaseHTTPRequestHandler) -> None:
    reply(handler, "", status=302, headers={"Location": "http://169.254.169.254/"})


ANSWERS = {
    "a bomb": (says(BOMB), "no XML"),
    "html": (says("<html><body>router</body></html>"), "no video service"),
    "nothing": (says(""), "no XML"),
    "not found": (says("nothing here", 404), "status 404"),
    "elsewhere": (redirects, "status 302"),
    "too much": (says("<a>" + "x" * talking.MOST_BYTES + "</a>"), "larger than"),
    "a fault": (
        says(enveloped("<s:Fault><s:Reason><s:Text>out\nof memory</s:Text></s:Reason></s:Fault>"), 500),
        "out of memory",
    ),
    "no end": (drips, "did not tell all"),
    "hangs up": (lambda handler: handler.connection.close(), "does not answer"),
}


@pytest.mark.parametrize(("answer", "words"), ANSWERS.values(), ids=ANSWERS.keys())
def test_odd_answers_are_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[BaseHTTPRequestHandler], None],
    words: str,
) -> None:
    monkeypatch.setattr(talking, "WHOLE_S", 0.5)
    with serving(Device(answer=answer)) as device:
        told = office(tmp_path).ask(device.address, None)
    assert told.fault is not None and words in told.fault.what, told
    assert told.fault.remedy and told.fault.what_zh and told.fault.remedy_zh


def test_a_stream_on_another_host_is_not_taken(tmp_path: Path) -> None:
    with serving(Device(stream_host="10.1.2.3")) as device:
        told = office(tmp_path).ask(device.address, None)
    assert [one.fault is not None and "another host, 10.1.2.3" in one.fault.what for one in told.streams] == [
        True,
        True,
    ]
    assert all("pw" not in one.url for one in told.streams)


def test_no_password_goes_to_another_host(tmp_path: Path) -> None:
    with serving(Device(password={"admin": "pa55-word"}, media_host="10.1.2.3")) as device:
        told = office(tmp_path).ask(device.address, "gate")
    assert told.fault is not None and "another host, 10.1.2.3" in told.fault.what


REFUSED = {
    "this machine": ("http://127.0.0.1/onvif/device_service", None, "this machine", "address"),
    "a password": ("http://a:b@10.0.0.9/", None, "password", "address"),
    "metadata": ("169.254.169.254", None, "metadata", "address"),
    "no scheme of ONVIF": ("rtsp://10.0.0.9/x", None, "http://", "address"),
    "no host": ("http://no-such-host.invalid", None, "does not answer", "address"),
    "no address": ("http://", None, "does not answer", "address"),
    "half an address": ("http://[10.0.0.9", None, "no address", "address"),
    "a name that none can have": ("http://\x8e.example", None, "does not answer", "address"),
    "unknown credentials": ("10.0.0.9", "nobody", "not known", "credentials"),
}


@pytest.mark.parametrize(("address", "credentials", "words", "where"), REFUSED.values(), ids=REFUSED.keys())
def test_what_may_not_be_asked_is_refused(
    tmp_path: Path, address: str, credentials: str | None, words: str, where: str
) -> None:
    told = office(tmp_path, policy=AddressPolicy()).ask(address, credentials)
    assert told.fault is not None and words in told.fault.what and told.fault.where == where


def test_a_device_that_is_not_there_is_told(tmp_path: Path) -> None:
    told = office(tmp_path).ask("http://127.0.0.1:9/onvif/device_service", None)
    assert told.fault is not None and "127.0.0.1 does not answer" in told.fault.what


def test_no_more_than_some_are_asked_at_a_time(tmp_path: Path) -> None:
    begun, end = threading.Semaphore(0), threading.Event()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        begun.release()
        end.wait(10)
        reply(handler, "")

    asking = office(tmp_path)
    with serving(Device(answer=slow)) as device:
        asked = [threading.Thread(target=asking.ask, args=(device.address, None)) for _ in range(QUESTIONS_AT_A_TIME)]
        for one in asked:
            one.start()
        for _ in asked:
            assert begun.acquire(timeout=10)
        with pytest.raises(TooManyProbes):
            asking.ask(device.address, None)
        end.set()
        for one in asked:
            one.join(10)
