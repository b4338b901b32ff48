from __future__ import annotations

from pathlib import Path

import pytest

from detector.errors import ConfigError
from detector.sources.credentials import Credential, Secrets, redact, split_userinfo


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://admin:s3cret@10.0.0.7/live", "rtsp://***@10.0.0.7/live"),
        ("rtsp://admin@10.0.0.7/live", "rtsp://***@10.0.0.7/live"),
        ("rtsp://admin:p@ss@10.0.0.7/live", "rtsp://***@10.0.0.7/live"),
        ("http://cam/snap?user=a&password=s3cret&channel=1", "http://cam/snap?user=***&password=***&channel=1"),
        ("http://cam/snap?pwd=s3cret", "http://cam/snap?pwd=***"),
        ("two: http://a:b@c/ and RTSPS://d:e@f/", "two: http://***@c/ and RTSPS://***@f/"),
        ("no address at all", "no address at all"),
        ("rtsp://10.0.0.7:554/live", "rtsp://10.0.0.7:554/live"),
    ],
)
def test_redact(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_a_credential_is_encoded_into_a_url_and_back() -> None:
    url = Credential("ad min", "p@ss/w:rd").into("rtsp://cam:8554/live?x=1")
    assert split_userinfo(url) == ("rtsp://cam:8554/live?x=1", Credential("ad min", "p@ss/w:rd"))
    assert redact(url) == "rtsp://***@cam:8554/live?x=1"


def test_secrets_come_from_the_environment_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "secrets.yaml"
    path.write_text("gate: file:one\nyard: file:two\n")
    path.chmod(0o600)
    secrets = Secrets({"GRIDPATROL_SECRET_GATE": "env:three", "OTHER": "x"}, path)
    assert secrets.credential("gate") == Credential("env", "three")
    assert secrets.credential("YARD") == Credential("file", "two")
    assert "three" not in f"{secrets!r} {secrets.credential('gate')!r}"


@pytest.mark.parametrize(
    ("text", "mode", "expected"),
    [
        ("gate: user:secret", 0o644, "chmod 600"),
        ("gate: [", 0o600, r"secrets\.yaml:\d+"),
        ("- gate", 0o600, "must map"),
        ("gate: {a: secret}", 0o600, "must map"),
        (None, 0o600, "cannot be read"),
    ],
)
def test_wrong_secrets_files_are_refused_without_showing_them(
    tmp_path: Path, text: str | None, mode: int, expected: str
) -> None:
    path = tmp_path / "secrets.yaml"
    if text is not None:
        path.write_text(text)
        path.chmod(mode)
    with pytest.raises(ConfigError, match=expected) as raised:
        Secrets({}, path)
    assert "secret}" not in str(raised.value)
    assert "user:secret" not in str(raised.value)


@pytest.mark.parametrize(("value", "expected"), [(None, "not known"), ("nocolon", "user:password")])
def test_missing_and_malformed_credentials_name_what_to_do(value: str | None, expected: str) -> None:
    environ = {} if value is None else {"GRIDPATROL_SECRET_GATE": value}
    with pytest.raises(ConfigError, match=expected):
        Secrets(environ).credential("gate")
