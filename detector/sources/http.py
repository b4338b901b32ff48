"""HTTP cameras: JPEG snapshots fetched one by one, and MJPEG streams. Which of the two, the camera's answer tells."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urljoin

import httpx2

from detector.errors import SourceDenied, SourceEnded, SourceUnreachable
from detector.frame import Frame
from detector.sources.address import AddressPolicy, Endpoint, resolve
from detector.sources.credentials import Credential, redact, split_userinfo
from detector.sources.jpeg import PictureRefused, PictureStream, decode
from detector.sources.live import LiveSource, LookGrid

MAX_PICTURE_BYTES = 20_000_000
MAX_REDIRECTS = 3
SNAPSHOT_TYPES = ("image/jpeg", "image/jpg", "image/pjpeg")
STREAM_TYPE = "multipart/x-mixed-replace"


class HttpSource(LiveSource):
    """A camera that is asked by HTTP. Arguments and errors as `detector.sources.rtsp.RtspSource`."""

    def __init__(
        self,
        camera_id: str,
        url: str,
        *,
        look_interval_s: float,
        credential: Credential | None,
        policy: AddressPolicy,
        connect_timeout_s: float,
        read_timeout_s: float,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__()
        self._camera_id = camera_id
        self._url, written = split_userinfo(url)
        self._credential = credential or written
        self._look_interval_s = look_interval_s
        self._policy = policy
        self._timeout = httpx2.Timeout(read_timeout_s, connect=connect_timeout_s)
        self._read_timeout_s = read_timeout_s
        self._clock = clock

    def pictures(self) -> Iterator[Frame]:
        """Yield about one frame a look interval: of the stream, or of one snapshot after the other."""
        began_s = time.monotonic()
        with httpx2.Client(timeout=self._timeout, follow_redirects=False, trust_env=False) as client:
            while not self._closed.is_set():
                asked_s = time.monotonic()
                with self._answer(client) as response:
                    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                    if kind == STREAM_TYPE:
                        yield from self._stream(response, began_s)
                        return
                    yield self._frame(self._snapshot(response, kind), began_s)
                self._closed.wait(max(0.0, asked_s + self._look_interval_s - time.monotonic()))

    def _stream(self, response: httpx2.Response, began_s: float) -> Iterator[Frame]:
        parts = PictureStream(MAX_PICTURE_BYTES)
        grid = LookGrid(self._look_interval_s)
        for chunk in self._chunks(response):
            for data in parts.feed(chunk, redact(self._url)):
                if grid.takes(time.monotonic() - began_s):
                    yield self._frame(data, began_s)
            if self._closed.is_set():
                return
        raise SourceEnded(f"{redact(self._url)}: the camera ended its stream")

    def _snapshot(self, response: httpx2.Response, kind: str) -> bytes:
        if kind not in SNAPSHOT_TYPES:
            raise SourceUnreachable(
                f"{redact(self._url)}: answers with {kind or 'no content type'}, expected image/jpeg or {STREAM_TYPE}"
            )
        data = bytearray()
        began_s = time.monotonic()
        for chunk in self._chunks(response):
            data += chunk
            if len(data) > MAX_PICTURE_BYTES:
                raise SourceEnded(f"{redact(self._url)}: the picture is larger than {MAX_PICTURE_BYTES} bytes")
            if time.monotonic() - began_s > 2 * self._read_timeout_s:
                raise SourceEnded(f"{redact(self._url)}: the picture did not arrive in {2 * self._read_timeout_s:g} s")
        return bytes(data)

    def _chunks(self, response: httpx2.Response) -> Iterator[bytes]:
        try:
            yield from response.iter_bytes()
        except httpx2.TimeoutException:
            raise SourceEnded(f"{redact(self._url)}: silent for {self._read_timeout_s:g} s") from None
        except httpx2.HTTPError as error:
            raise SourceEnded(f"{redact(self._url)}: the answer broke off ({type(error).__name__})") from None

    def _frame(self, data: bytes, began_s: float) -> Frame:
        try:
            image = decode(data)
        except PictureRefused as error:
            raise SourceEnded(f"{redact(self._url)}: {error}") from None
        return Frame(self._camera_id, image, self._clock(), time.monotonic() - began_s)

    @contextmanager
    def _answer(self, client: httpx2.Client) -> Iterator[httpx2.Response]:
        """Ask for the picture, through checked redirects and at most one challenge for credentials."""
        url, auth = self._url, None
        for _ in range(MAX_REDIRECTS + 2):
            response = self._send(client, url, auth)
            try:
                if response.is_redirect:
                    url = self._redirected(url, response)
                    # Credentials stay with the camera they were given for.
                    auth = None if _host(url) != _host(self._url) else auth
                    continue
                if response.status_code == 401 and auth is None and self._credential and _host(url) == _host(self._url):
                    auth = _auth_for(response, self._credential)
                    continue
                self._check_status(response)
                yield response
                return
            finally:
                response.close()
        raise SourceUnreachable(f"{redact(self._url)}: redirects more than {MAX_REDIRECTS} times")

    def _send(self, client: httpx2.Client, url: str, auth: httpx2.Auth | None) -> httpx2.Response:
        endpoint: Endpoint = resolve(url, self._policy)
        port = httpx2.URL(url).port
        host = endpoint.host if port is None else f"{endpoint.host}:{port}"
        request = client.build_request(
            "GET", endpoint.url, headers={"Host": host}, extensions={"sni_hostname": endpoint.host}
        )
        try:
            return client.send(request, stream=True, auth=auth)
        except httpx2.TimeoutException:
            raise SourceUnreachable(f"{redact(url)}: no answer in time; check the address and the camera") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise SourceUnreachable(
                f"{redact(url)}: cannot be reached ({redact(str(error)) or type(error).__name__}); "
                "check the address, the network and the camera"
            ) from None

    def _redirected(self, url: str, response: httpx2.Response) -> str:
        target = urljoin(url, response.headers.get("location", ""))
        if not target.lower().startswith(("http://", "https://")):
            raise SourceUnreachable(f"{redact(url)}: redirects to {redact(target)}, which is not HTTP")
        return split_userinfo(target)[0]

    def _check_status(self, response: httpx2.Response) -> None:
        if response.status_code in (401, 403):
            raise SourceDenied(
                f"{redact(self._url)}: the camera refused the credentials; check the secret that this camera names"
            )
        if response.status_code != 200:
            raise SourceUnreachable(f"{redact(self._url)}: answers with HTTP status {response.status_code}")


def _host(url: str) -> tuple[str, str, int | None]:
    parsed = httpx2.URL(url)
    return parsed.scheme, parsed.host, parsed.port


def _auth_for(response: httpx2.Response, credential: Credential) -> httpx2.Auth:
    """Answer a camera's challenge in its own scheme; Digest where offered, so that no password is sent bare."""
    if "digest" in response.headers.get("www-authenticate", "").lower():
        return httpx2.DigestAuth(credential.user, credential.password)
    return httpx2.BasicAuth(credential.user, credential.password)
