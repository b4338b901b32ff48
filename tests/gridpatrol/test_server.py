"""The API's server: HTTPS with the certificate of the settings, and certificates that cannot be used."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import trustme
from fastapi import FastAPI

from gridpatrol.cli.client import Node
from gridpatrol.errors import UserError
from gridpatrol.server import ApiServer
from gridpatrol.settings import Api


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def api(authority: trustme.CA, tmp_path: Path) -> Api:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(str(key))
    for blob in issued.cert_chain_pems:
        blob.write_to_path(str(certificate), append=True)
    return Api(port=0, tls_certificate=certificate, tls_key=key)


@pytest.fixture
def url(api: Api) -> Iterator[str]:
    app = FastAPI()
    app.add_api_route("/api/v1/hello", lambda: {"name": "node"})
    server, stop = ApiServer(api), threading.Event()
    thread = threading.Thread(target=server.run, args=(app, stop))
    thread.start()
    yield server.url
    stop.set()
    server.release()
    thread.join(30)
    assert not thread.is_alive()


def test_it_speaks_https_to_who_trusts_its_authority(
    url: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert url.startswith("https://127.0.0.1:")
    with pytest.raises(UserError):
        Node(url, "key").get("/hello")
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert Node(url, "key").get("/hello") == {"name": "node"}
    with pytest.raises(httpx2.TransportError):
        httpx2.get(url.replace("https", "http"), trust_env=False)


@pytest.mark.parametrize("harm", ["missing", "another key", "no certificate"])
def test_a_certificate_that_cannot_be_used_is_told_before_anything_starts(
    api: Api, tmp_path: Path, authority: trustme.CA, harm: str
) -> None:
    if harm == "missing":
        api = api.model_copy(update={"tls_certificate": tmp_path / "nowhere.pem"})
    elif harm == "another key":
        authority.issue_cert("127.0.0.1").private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    else:
        (tmp_path / "certificate.pem").write_text("hello")
    with pytest.raises(UserError, match="cannot be used"):
        ApiServer(api)
