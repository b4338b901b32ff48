"""Passwords and tokens: making, hashing, comparing. No secret is kept as it is.

Passwords are hashed with argon2id (RFC 9106, second recommended set: 64 MiB, 3 passes, 4 lanes). Tokens and keys are
256 random bits, for which one SHA-256 is enough.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dispatch.accounts.values import Busy
from dispatch.errors import Invalid

MIN_PASSWORD = 10
MAX_PASSWORD = 256
AT_ONCE = 2
"""Passwords that are checked at the same time: each takes 64 MiB."""
PATIENCE_S = 3.0
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters of one-time passwords: none that is taken for another."""


class Passwords:
    """Hashes and checks passwords, a bounded number at a time.

    Args:
        hasher: argon2id with its costs; tests take cheaper ones.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        """Return what is kept of a password. Raises Busy."""
        with self._turn():
            return self._hasher.hash(_plain(password))

    def matches(self, password: str, kept: str | None) -> bool:
        """Whether a password is the one that was hashed. Without a hash it takes as long and is not. Raises Busy."""
        with self._turn():
            try:
                self._hasher.verify(kept or self._nobodys, _plain(password))
            except (VerificationError, InvalidHashError):
                return False
            return kept is not None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=PATIENCE_S):
            raise Busy("too many sign-ins at once", "Try again in a moment.")
        try:
            yield
        finally:
            self._turns.release()


def check_strength(password: str, *, user_name: str) -> None:
    """Refuse a password that is too easy to guess (NIST SP 800-63B: length counts, rules on characters do not).

    Raises:
        Invalid: it is too short or too long, is the name, or repeats a character or two.
    """
    plain = _plain(password)
    if not MIN_PASSWORD <= len(plain) <= MAX_PASSWORD:
        raise Invalid(f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters", "Choose a longer one.")
    if user_name.lower() in plain.lower() and len(plain) < len(user_name) + MIN_PASSWORD:
        raise Invalid("the password is little more than the name", "Choose one that does not follow from the name.")
    if len(set(plain)) < 4:
        raise Invalid("the password repeats a few characters", "Choose one with more different characters.")


def one_time_password() -> str:
    """Return a password to be typed once: 20 letters and digits in groups, 99 bits."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(20))
    return "-".join(letters[start : start + 5] for start in range(0, 20, 5))


def new_token(kind: str, owner: str) -> tuple[str, str]:
    """Return a token `KIND_OWNER.SECRET` and what is kept of its secret."""
    secret = secrets.token_urlsafe(32)
    return f"{kind}_{owner}.{secret}", digest(secret)


def new_id() -> str:
    """Return an id that nobody can guess."""
    return secrets.token_hex(16)


def read_token(token: str) -> tuple[str, str, str]:
    """Return kind, owner and the digest of the secret of a token; empty kind and owner when it is none."""
    head, _, secret = token.partition(".")
    kind, _, owner = head.partition("_")
    return (kind, owner, digest(secret)) if secret and owner else ("", "", digest(token))


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret of full strength, in hex."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two digests are equal; takes as long whether they are or not."""
    return hmac.compare_digest(one, other)


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
