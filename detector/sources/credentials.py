"""Passwords of cameras: kept outside the camera files, looked up by name, shown nowhere."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import yaml

from detector.errors import ConfigError

ENV_PREFIX = "GRIDPATROL_SECRET_"

_USERINFO = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/\s'\"]*@", re.IGNORECASE)
_SECRET_QUERY = re.compile(
    r"(?P<key>[?&;](?:pass(?:word|wd)?|pwd|token|access_token|auth|key|api_?key|secret|sig(?:nature)?|user(?:name)?)=)"
    r"[^&;#\s'\"]+",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """Return `text` with the user and password of every URL in it, and secret-looking query values, blotted out.

    >>> redact("rtsp://admin:s3cret@10.0.0.7/live?token=abc&channel=1")
    'rtsp://***@10.0.0.7/live?token=***&channel=1'
    """
    return _SECRET_QUERY.sub(r"\g<key>***", _USERINFO.sub(r"\g<scheme>***@", text))


@dataclass(frozen=True, slots=True)
class Credential:
    """A user and password. Neither appears in `repr`."""

    user: str = field(repr=False)
    password: str = field(repr=False)

    def into(self, url: str) -> str:
        """Return `url` with this user and password, percent-encoded, in place of any it had."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        userinfo = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return urlunsplit(parts._replace(netloc=f"{userinfo}@{host}"))


def split_userinfo(url: str) -> tuple[str, Credential | None]:
    """Take the user and password out of a URL: returns (URL without them, the credential or None)."""
    parts = urlsplit(url)
    userinfo, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    user, _, password = userinfo.partition(":")
    return urlunsplit(parts._replace(netloc=host)), Credential(unquote(user), unquote(password))


class Secrets:
    """Credentials by name, from the environment (`GRIDPATROL_SECRET_<NAME>=user:password`) and then a YAML file.

    Args:
        environ: the environment, usually `os.environ`.
        path: YAML mapping of NAME to `user:password`; must not be readable by group or others. None for no file.

    Raises:
        ConfigError: the file is missing, malformed or readable by others.
    """

    def __init__(self, environ: Mapping[str, str], path: Path | None = None) -> None:
        written = _read_secrets(path) if path is not None else {}
        self._by_name = {_normal(name): value for name, value in written.items()}
        for name, value in environ.items():
            if name.startswith(ENV_PREFIX):
                self._by_name[_normal(name.removeprefix(ENV_PREFIX))] = value

    def __repr__(self) -> str:
        return f"Secrets({len(self._by_name)} names)"

    def credential(self, name: str) -> Credential:
        """Return the credential called `name` (letter case and hyphens do not matter).

        Raises:
            ConfigError: there is none, or it is not `user:password`.
        """
        key = _normal(name)
        value = self._by_name.get(key)
        if value is None:
            raise ConfigError(
                f"credentials {name!r} are not known: set {ENV_PREFIX}{key}=user:password, "
                f"or add {name} to the secrets file"
            )
        user, colon, password = value.partition(":")
        if not colon:
            raise ConfigError(f"credentials {name!r} must be written user:password")
        return Credential(user, password)


def _normal(name: str) -> str:
    return name.upper().replace("-", "_")


def _read_secrets(path: Path) -> dict[str, str]:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: the secrets file cannot be read ({error.strerror})") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(f"{path}: the secrets file is readable by others; run chmod 600 on it")
    try:
        data = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        # The parser's own message quotes the text around the mistake, which here is a password.
        raise ConfigError(f"{path}:{line}: the secrets file is not valid YAML") from None
    if not isinstance(data, dict) or not all(isinstance(k, str) and isinstance(v, str) for k, v in data.items()):
        raise ConfigError(f"{path}: the secrets file must map names to user:password texts")
    return data
