"""Finding cameras and asking them for their streams on a node (`dispatch.discovery.Discovery`)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import AddressValueError, IPv6Address
from typing import Any
from urllib.parse import urlsplit

from onveef import envelopes, parsers

from detector.config import Camera
from detector.errors import ConfigError
from detector.sources import Secrets
from detector.sources.address import AddressRefused
from detector.sources.credentials import redact, split_userinfo
from dispatch.camera_setup import TooManyProbes
from dispatch.configuration import Fault
from dispatch.discovery import AskedDevice, FoundDevice, OfferedStream, Search
from dispatch.errors import Refused
from gridpatrol.configuring.addresses import AddressRules
from gridpatrol.configuring.faults import fault
from gridpatrol.onvif.searching import Answerer, Answers, host_of, search
from gridpatrol.onvif.talking import Complains, Locked, Odd, Silent, Talk, TalkFailed
from gridpatrol.settings import OnvifSettings

USUAL_PATH = "/onvif/device_service"
MOST_STREAMS = 8
QUESTIONS_AT_A_TIME = 3


class DiscoveryOffice:
    """Searches the network of a node and asks devices.

    Args:
        settings: whether and where it may be searched.
        rules: where addresses of users may lead.
        secrets: reads the credentials that are known now.
        configured: returns the cameras that there are, by id.
        searching: calls the devices (`gridpatrol.onvif.searching.search`).
    """

    def __init__(
        self,
        settings: OnvifSettings,
        rules: AddressRules,
        secrets: Callable[[], Secrets],
        configured: Callable[[], Mapping[str, Camera]],
        searching: Callable[..., Answers] = search,
    ) -> None:
        self._settings = settings
        self._rules = rules
        self._secrets = secrets
        self._configured = configured
        self._searching = searching
        self._searches = threading.BoundedSemaphore(1)
        self._questions = threading.BoundedSemaphore(QUESTIONS_AT_A_TIME)

    @property
    def is_allowed(self) -> bool:
        """Whether the operator lets the network be searched."""
        return self._settings.search

    def search(self) -> Search:
        """Call the devices of the network and listen for a few seconds. Raises Refused, TooManyProbes."""
        if not self.is_allowed:
            raise Refused(
                "this node may not search its network",
                "Set onvif.search in node.yaml and start it again, or ask a device by its address.",
            )
        with _turn(self._searches, "the network is being searched already"):
            heard = self._searching(self._settings.interfaces, seconds=self._settings.seconds)
        on_host: dict[str, list[str]] = {}
        for camera_id, camera in sorted(self._configured().items()):
            on_host.setdefault(host_of(camera.source.url), []).append(camera_id)
        found = (replace(self._found(one), camera_ids=tuple(on_host.get(one.host, ()))) for one in heard.devices)
        devices = sorted(found, key=lambda one: (one.fault is not None, one.host))
        return Search(tuple(devices), heard.odd, heard.is_cut)

    def _found(self, one: Answerer) -> FoundDevice:
        address = one.own
        found = FoundDevice(address or "", one.host, one.name, one.hardware)
        if address is None:
            named = ", ".join(sorted({host_of(each) or "?" for each in one.addresses})) or "-"
            return replace(
                found,
                fault=Fault(
                    "address",
                    f"it answers from {one.host} and names another host, {named}",
                    "Ask it by its address, if you know the host",
                    f"应答来自 {one.host}，给出的地址却在另一主机 {named}",
                    "确认该主机后，请按地址查询",
                ),
            )
        faults = self._rules.faults(address)
        return replace(found, fault=faults[0]) if faults else found

    def ask(self, address: str, credentials: str | None) -> AskedDevice:
        """Ask a device for its streams. Raises TooManyProbes."""
        address = _device_service(address)
        faults = self._rules.faults(address)
        if faults:
            return AskedDevice(fault=replace(faults[0], where="address"))
        if urlsplit(address).scheme.lower() not in {"http", "https"}:
            return AskedDevice(fault=_odd(host_of(address), "ONVIF is asked by http:// or https://"))
        try:
            credential = None if credentials is None else self._secrets().credential(credentials)
        except ConfigError as error:
            return AskedDevice(fault=_unknown_credentials(error))
        with _turn(self._questions, f"{QUESTIONS_AT_A_TIME} devices are being asked already"):
            return self._asked(Talk(address, credential, self._rules.policy))

    def _asked(self, talk: Talk) -> AskedDevice:
        host = host_of(talk.address)
        try:
            talk.greet()
            service, is_second = _video_service(talk)
            profiles = parsers.parse_profiles(talk.say(envelopes.media_get_profiles(use_media2=is_second), to=service))
            streams = [self._stream(talk, service, each, is_second=is_second) for each in profiles[:MOST_STREAMS]]
            if not streams:
                return AskedDevice(fault=_odd(host, "it tells no profile of its video"))
            return AskedDevice(_name_of(talk), tuple(streams))
        except AddressRefused as error:
            return AskedDevice(fault=fault("address", str(error), "Ask the operator of this node"))
        except TalkFailed as error:
            return AskedDevice(fault=_why_no_streams(error, host, was_named=talk.credential is not None))

    def _stream(self, talk: Talk, service: str, profile: Mapping[str, Any], *, is_second: bool) -> OfferedStream:
        token, encoder = str(profile.get("token", "")), profile.get("video_encoder") or {}
        body = envelopes.media_get_stream_uri(profile_token=token, use_media2=is_second)
        told = parsers.parse_stream_uri(talk.say(body, to=service))
        url, _ = split_userinfo(told) if _is_whole(told) else ("", None)
        width, height = encoder.get("width"), encoder.get("height")
        stream = OfferedStream(
            profile=str(profile.get("name") or token)[:100],
            url=redact(url),
            codec=str(encoder.get("encoding") or "")[:20].lower() or None,
            resolution_wh=(width, height) if isinstance(width, int) and isinstance(height, int) and width > 0 else None,
            fps=encoder.get("fps_limit"),
        )
        return replace(stream, fault=self._why_not(url, host_of(talk.address)))

    def _why_not(self, url: str, host: str) -> Fault | None:
        """Return why the address of a stream cannot be taken."""
        if not url:
            return Fault(
                "url", "the device tells no address", "Choose another profile", "设备没有给出地址", "请选择其他码流"
            )
        other = host_of(url)
        if other != host:
            return Fault(
                "url",
                f"it leads to another host, {other}, and not to {host}",
                "Type the address yourself if you know that host: user and password would be sent there",
                f"该地址指向另一主机 {other}，而不是 {host}",
                "确认该主机后请手工填写：用户名和密码将发往该主机",
            )
        faults = self._rules.faults(url)
        return faults[0] if faults else None


def _video_service(talk: Talk) -> tuple[str, bool]:
    """Return the address of a device's video service, and whether it is of the second kind."""
    try:
        told = talk.say(envelopes.device_get_capabilities(), signed=False)
    except Locked:
        told = talk.say(envelopes.device_get_capabilities())
    services = parsers.parse_capabilities(told)
    if "media" in services:
        return services["media"], False
    services = parsers.parse_services(talk.say(envelopes.device_get_services()))
    if "media2" in services:
        return services["media2"], True
    raise Odd("it tells no video service")


def _name_of(talk: Talk) -> str:
    try:
        told = parsers.parse_device_information(talk.say(envelopes.device_get_information()))
    except TalkFailed:
        return ""  # its streams are known; the name is for the eye alone
    return " ".join(word for word in (told.get("Manufacturer", ""), told.get("Model", "")) if word)[:100]


def _device_service(address: str) -> str:
    """Return the address of a device service; a host alone takes the usual path, an IPv6 one its brackets."""
    address = address.strip()
    if "://" not in address:
        address = f"http://{_bracketed(address)}"
    return address.rstrip("/") + USUAL_PATH if _is_whole(address) and urlsplit(address).path in {"", "/"} else address


def _bracketed(host: str) -> str:
    try:
        return f"[{IPv6Address(host)}]"
    except AddressValueError:
        return host


def _is_whole(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.scheme and parts.hostname and parts.port != 0)
    except ValueError:
        return False


@contextmanager
def _turn(turns: threading.BoundedSemaphore, why_not: str) -> Iterator[None]:
    if not turns.acquire(blocking=False):
        raise TooManyProbes(why_not, "Wait some seconds and try again.")
    try:
        yield
    finally:
        turns.release()


def _why_no_streams(error: TalkFailed, host: str, *, was_named: bool) -> Fault:
    if isinstance(error, Locked):
        return _locked(host, was_named=was_named)
    if isinstance(error, Silent):
        return _silent(host, str(error))
    return _complains(host, str(error)) if isinstance(error, Complains) else _odd(host, str(error))


def _silent(host: str, why: str) -> Fault:
    return Fault(
        "address",
        f"{host} does not answer: {why}",
        "Check that it is on, its host and port, and that this machine may reach it (firewall, VLAN)",
        f"{host} 没有应答：{why}",
        "请检查设备是否通电、主机和端口是否正确、本机能否访问它（防火墙、VLAN）",
    )


def _locked(host: str, *, was_named: bool) -> Fault:
    if was_named:
        return Fault(
            "credentials",
            f"{host} refused the user and password",
            "Check them with the operator before the next try: cameras lock accounts after wrong ones",
            f"{host} 拒绝了用户名或密码",
            "请先与运维人员核对用户名和密码再试：多次错误会使探头锁定账号",
        )
    return Fault(
        "credentials",
        f"{host} wants a user and password",
        "Give the name under which the operator keeps them, and ask again",
        f"{host} 需要用户名和密码",
        "请填写运维人员保存的凭据名称后再查询",
    )


def _odd(host: str, why: str) -> Fault:
    return Fault(
        "address",
        f"{host} does not answer as an ONVIF camera: {why}",
        "Check the address; in many cameras ONVIF must be switched on first",
        f"{host} 的应答不是 ONVIF 探头的应答：{why}",
        "请核对地址；许多探头须先在自身设置中启用 ONVIF",
    )


def _complains(host: str, why: str) -> Fault:
    return Fault(
        "address",
        f"{host} answers with a fault: {why}",
        "Look into the camera's own settings, or type the address of its stream",
        f"{host} 返回错误：{why}",
        "请检查探头自身设置，或直接填写码流地址",
    )


def _unknown_credentials(error: ConfigError) -> Fault:
    return Fault(
        "credentials",
        str(error),
        "Ask the operator for the name under which the camera's user and password are kept",
        f"没有这个名称的凭据，或其写法不对：{error}",
        "请向运维人员询问保存该探头用户名和密码的凭据名称",
    )
