"""Talking SOAP with one ONVIF device: bounded in time and bytes, and with no host but the one it was told to talk with.

Envelopes and answers are onveef's. The connection is ours, as all connections to cameras: the address that was checked
is the one connected to, and a wrong password is tried once by each way of signing in, since cameras lock accounts.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
from onveef import envelopes, parsers

from detector.errors import SourceUnreachable
from detector.sources.address import AddressPolicy, resolve
from detector.sources.credentials import Credential, redact
from gridpatrol.onvif.searching import host_of

CONNECT_S = 4.0
SILENCE_S = 5.0
WHOLE_S = 15.0
"""A device that has not told all within this time is not waited for."""
MOST_BYTES = 1_000_000
SOAP = "application/soap+xml; charset=utf-8"


class TalkFailed(Exception):
    """A device gave no answer to work with."""


class Silent(TalkFailed):
    """The device cannot be reached, or does not answer in time."""


class Locked(TalkFailed):
    """The device wants a user and password, or others than these."""


class Odd(TalkFailed):
    """What answers is no ONVIF device."""


class Complains(TalkFailed):
    """The device answers with a fault."""


@dataclass
class Talk:
    """A conversation with one device.

    Attributes:
        address: of its device service.
        credential: user and password, sent as a digest alone.
        policy: which hosts may be reached.
    """

    address: str
    credential: Credential | None
    policy: AddressPolicy
    _skew_s: float = field(default=0.0, init=False)
    _until_s: float = field(default=0.0, init=False)
    _with_digest: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._until_s = time.monotonic() + WHOLE_S

    def greet(self) -> None:
        """Ask for the device's time, which its check of a digest goes by. Raises Silent, Odd, AddressRefused."""
        try:
            told = parsers.parse_system_datetime(self.say(envelopes.device_get_system_date_time(), signed=False))
        except (Locked, Complains):
            return
        when = told.get("UTCDateTime")
        if isinstance(when, dict):
            self._skew_s = _ahead_s(when)

    def say(self, body: str, *, to: str | None = None, signed: bool = True) -> str:
        """Send a request and return the answer's XML.

        Args:
            body: what the envelope holds.
            to: address of another service of the same device.
            signed: with user and password, where there are any.

        Raises:
            Silent, Locked, Odd, Complains: there is no answer to work with.
            AddressRefused: the address leads to where no camera may be.
        """
        url = to or self.address
        if host_of(url) != host_of(self.address):
            raise Odd(f"it names a service on another host, {host_of(url) or 'without a name'}")
        credential = self.credential if signed else None
        if not self._with_digest:
            status, challenge, text = self._post(url, self._envelope(body, credential), None)
            if status == 401 and credential is not None and "digest" in challenge.lower():
                self._with_digest = True  # it signs in by HTTP: the same password again, in the way that it wants
        if self._with_digest and credential is not None:
            auth = httpx2.DigestAuth(credential.user, credential.password)
            status, _, text = self._post(url, self._envelope(body, None), auth)
        elif self._with_digest:
            status, _, text = self._post(url, self._envelope(body, None), None)
        return _checked(status, text)

    def _envelope(self, body: str, credential: Credential | None) -> bytes:
        if credential is None:
            return envelopes.build_envelope(body).encode()
        signed = envelopes.build_envelope(
            body, username=credential.user, password=credential.password, clock_offset_s=self._skew_s
        )
        return signed.encode()

    def _post(self, url: str, envelope: bytes, auth: httpx2.Auth | None) -> tuple[int, str, str]:
        try:
            endpoint = resolve(url, self.policy)
        except SourceUnreachable as error:
            raise Silent(str(error)) from error
        port = httpx2.URL(url).port
        host = endpoint.host if port is None else f"{endpoint.host}:{port}"
        timeout = httpx2.Timeout(SILENCE_S, connect=CONNECT_S)
        try:
            with (
                httpx2.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client,
                client.stream(
                    "POST",
                    endpoint.url,
                    content=envelope,
                    headers={"Host": host, "Content-Type": SOAP},
                    extensions={"sni_hostname": endpoint.host},
                    auth=auth,
                ) as response,
            ):
                text = self._read(response)
                return response.status_code, response.headers.get("www-authenticate", ""), text
        except httpx2.TimeoutException:
            raise Silent("no answer in time") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Silent(redact(str(error)) or type(error).__name__) from None

    def _read(self, response: httpx2.Response) -> str:
        data = bytearray()
        for chunk in response.iter_bytes():
            data += chunk
            if len(data) > MOST_BYTES:
                raise Odd(f"its answer is larger than {MOST_BYTES} bytes")
            if time.monotonic() > self._until_s:
                raise Silent(f"it did not tell all within {WHOLE_S:g} s")
        return data.decode("utf-8", "replace")


def _checked(status: int, text: str) -> str:
    if status in (401, 403):
        raise Locked
    if parsers.has_soap_fault(text):
        fault = parsers.parse_fault(text)
        words = fault.lower().replace(" ", "")
        if "notauthorized" in words or "unauthorized" in words or "failedauthentication" in words:
            raise Locked
        raise Complains(_plain(fault))
    if status != 200:
        raise Odd(f"it answers with HTTP status {status}")
    if parsers.parse_xml(text) is None:
        raise Odd("its answer is no XML that can be read")
    return text


def _ahead_s(when: dict[str, Any]) -> float:
    """Return how many seconds a device's clock is ahead of ours; 0 where it tells no time."""
    parts = [when.get(name) for name in ("year", "month", "day", "hour", "minute", "second")]
    if not all(isinstance(part, int) for part in parts):
        return 0.0
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in parts)
        return (datetime(year, month, day, hour, minute, second, tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    except ValueError:
        return 0.0


def _plain(text: str) -> str:
    """Return a device's words, fit to be shown."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:200].strip() or "without a reason"
