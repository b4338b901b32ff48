"""A small ONVIF device on real sockets: SOAP over HTTP, and answers to WS-Discovery. It knows nothing of the product.

Written after the ONVIF core and media specifications (device service, media service) and WS-Discovery 2005/04; the
digest is that of the WSS UsernameToken profile 1.0.
"""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree

DEVICE, MEDIA = "http://www.onvif.org/ver10/device/wsdl", "http://www.onvif.org/ver10/media/wsdl"
SCHEMA = "http://www.onvif.org/ver10/schema"
ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
OPEN = {"GetSystemDateAndTime", "GetCapabilities", "GetServices"}
BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
<!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;">]><x>&g;</x>"""
NOT_AUTHORIZED = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code>"
    "<s:Reason><s:Text>Sender not Authorized</s:Text></s:Reason></s:Fault>"
)


@dataclass
class Device:
    """One device.

    Attributes:
        password: by user; nobody needs one when empty.
        clock_ahead: how wrong its clock is.
        stream_host: in the addresses of its streams; its own when None.
        media_host: of its media service; its own when None.
        answer: replaces every answer, where one is given.
        signs_in_by_http: wants HTTP digest and not the token in the envelope.
        tries: how often somebody signed in, and as whom.
        asked: names of the requests that came.
    """

    password: dict[str, str] = field(default_factory=dict)
    clock_ahead: timedelta = timedelta(0)
    stream_host: str | None = None
    media_host: str | None = None
    answer: Callable[[BaseHTTPRequestHandler], None] | None = None
    signs_in_by_http: bool = False
    tries: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/onvif/device_service"

    @property
    def id(self) -> str:
        return f"urn:uuid:00000000-0000-0000-0000-{self.port:012d}"

    def body_of(self, request: ElementTree.Element) -> str:
        """The body of the answer to a request."""
        name = request.tag.rpartition("}")[2]
        self.asked.append(name)
        media = f"http://{self.media_host or '127.0.0.1'}:{self.port}/onvif/media"
        if name == "GetSystemDateAndTime":
            now = datetime.now(UTC) + self.clock_ahead
            return (
                f'<tds:{name}Response xmlns:tds="{DEVICE}" xmlns:tt="{SCHEMA}"><tds:SystemDateAndTime>'
                f"<tt:UTCDateTime><tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
                f"<tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}</tt:Year>"
                f"<tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime>"
                f"</tds:SystemDateAndTime></tds:{name}Response>"
            )
        if name == "GetCapabilities":
            return (
                f'<tds:{name}Response xmlns:tds="{DEVICE}" xmlns:tt="{SCHEMA}"><tds:Capabilities>'
                f"<tt:Media><tt:XAddr>{media}</tt:XAddr></tt:Media></tds:Capabilities></tds:{name}Response>"
            )
        if name == "GetDeviceInformation":
            return (
                f'<tds:{name}Response xmlns:tds="{DEVICE}"><tds:Manufacturer>Examplecam</tds:Manufacturer>'
                f"<tds:Model>X-1</tds:Model></tds:{name}Response>"
            )
        if name == "GetProfiles":
            return f'<trt:{name}Response xmlns:trt="{MEDIA}" xmlns:tt="{SCHEMA}">{_PROFILES}</trt:{name}Response>'
        if name == "GetStreamUri":
            token = request.findtext(f"{{{MEDIA}}}ProfileToken")
            return (
                f'<trt:{name}Response xmlns:trt="{MEDIA}" xmlns:tt="{SCHEMA}"><trt:MediaUri><tt:Uri>'
                f"rtsp://admin:pw@{self.stream_host or '127.0.0.1'}:8554/{token}"
                f"</tt:Uri></trt:MediaUri></trt:{name}Response>"
            )
        return f"<s:Fault><s:Reason><s:Text>{name} is not implemented</s:Text></s:Reason></s:Fault>"

    def knows(self, envelope: ElementTree.Element) -> bool:
        """Whether the envelope holds a token that this device takes: digest = SHA-1(nonce + created + password)."""
        token = envelope.find(f".//{{{WSSE}}}UsernameToken")
        if token is None:
            return False
        user = token.findtext(f"{{{WSSE}}}Username") or ""
        given = token.findtext(f"{{{WSSE}}}Password") or ""
        nonce = base64.b64decode(token.findtext(f"{{{WSSE}}}Nonce") or "")
        created = token.findtext(f"{{{WSU}}}Created") or ""
        self.tries.append(user)
        when = datetime.fromisoformat(created.replace("Z", "+00:00"))
        if abs(when - (datetime.now(UTC) + self.clock_ahead)) > timedelta(seconds=60):
            return False
        expected = hashlib.sha1(nonce + created.encode() + self.password.get(user, "?").encode()).digest()
        return base64.b64encode(expected).decode() == given

    def knows_by_http(self, header: str) -> bool:
        """Whether a Digest header (RFC 7616, MD5, qop auth) is of somebody whom this device knows."""
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', header))
        self.tries.append(given.get("username", ""))

        def md5(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode()).hexdigest()

        first = md5(given["username"], given["realm"], self.password.get(given["username"], "?"))
        second = md5("POST", given["uri"])
        return bool(given["response"] == md5(first, given["nonce"], given["nc"], given["cnonce"], given["qop"], second))


_PROFILES = "".join(
    f'<trt:Profiles token="{token}"><tt:Name>{name}</tt:Name><tt:VideoEncoderConfiguration token="e{token}">'
    f"<tt:Encoding>{codec}</tt:Encoding><tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height>"
    "</tt:Resolution><tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit></tt:RateControl>"
    "</tt:VideoEncoderConfiguration></trt:Profiles>"
    for token, name, codec, width, height in (("main", "Main", "H264", 1920, 1080), ("sub", "Sub", "JPEG", 640, 360))
)


def _handler(device: Device) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if device.answer is not None:
                device.answer(self)
                return
            envelope = ElementTree.fromstring(raw)
            body = envelope.find(f"{{{ENVELOPE}}}Body")
            request = next(iter(body)) if body is not None else ElementTree.Element("none")
            name = request.tag.rpartition("}")[2]
            if device.password and name not in OPEN:
                if device.signs_in_by_http:
                    given = self.headers.get("Authorization", "")
                    if not (given.startswith("Digest ") and device.knows_by_http(given)):
                        challenge = 'Digest realm="cam", nonce="abc", qop="auth", algorithm=MD5'
                        reply(self, "", status=401, headers={"WWW-Authenticate": challenge})
                        return
                elif not device.knows(envelope):
                    reply(self, enveloped(NOT_AUTHORIZED), status=400)
                    return
            reply(self, enveloped(device.body_of(request)))

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def enveloped(body: str) -> str:
    return f'<?xml version="1.0"?><s:Envelope xmlns:s="{ENVELOPE}"><s:Body>{body}</s:Body></s:Envelope>'


def reply(
    handler: BaseHTTPRequestHandler, text: str, *, status: int = 200, headers: dict[str, str] | None = None
) -> None:
    data = text.encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/soap+xml")
    handler.send_header("Content-Length", str(len(data)))
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


@contextmanager
def serving(device: Device) -> Iterator[Device]:
    """Serve a device on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(device)) as server:
        device.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield device
        finally:
            server.shutdown()
            thread.join()


def probe_match(question: bytes, device_id: str, addresses: str) -> bytes:
    """The answer to a WS-Discovery question."""
    asked = ElementTree.fromstring(question)
    message_id = asked.findtext(".//{http://schemas.xmlsoap.org/ws/2004/08/addressing}MessageID")
    return (
        f'<s:Envelope xmlns:s="{ENVELOPE}" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>'
        f"<a:RelatesTo>{message_id}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>"
        f"<a:EndpointReference><a:Address>{device_id}</a:Address></a:EndpointReference>"
        "<d:Types>dn:NetworkVideoTransmitter</d:Types>"
        "<d:Scopes>onvif://www.onvif.org/name/Examplecam onvif://www.onvif.org/hardware/X-1</d:Scopes>"
        f"<d:XAddrs>{addresses}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
    ).encode()


@contextmanager
def listening(
    answers: Callable[[bytes], list[bytes]], *, group: str = "239.255.255.250", port: int = 0
) -> Iterator[int]:
    """Listen for WS-Discovery on loopback's multicast and answer each question. Yields the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as heard:
        heard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        heard.bind(("", port))
        heard.setsockopt(
            socket.IPPROTO_IP,
            socket.IP_ADD_MEMBERSHIP,
            struct.pack("4s4s", socket.inet_aton(group), socket.inet_aton("127.0.0.1")),
        )
        heard.settimeout(0.05)
        stop = threading.Event()

        def answer() -> None:
            while not stop.is_set():
                try:
                    question, sender = heard.recvfrom(65_536)
                except TimeoutError:
                    continue
                for each in answers(question):
                    heard.sendto(each, sender)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield int(heard.getsockname()[1])
        finally:
            stop.set()
            thread.join()
