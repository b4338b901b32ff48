"""An OpenID provider over HTTP (OpenID Connect Core and Discovery 1.0, PKCE of RFC 7636), by Authlib."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from dispatch.accounts.claims import OidcSettings, has_grants
from dispatch.errors import DispatchError
from dispatch.oidc.service import Proved

CALLBACK = "/api/v1/session/oidc/callback"
TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 1 << 20
MAX_HINT = 6000
"""Characters of a token that still fit into an address; with a longer one nobody is signed out at the provider."""
KNOWN_FOR = timedelta(hours=1)
"""How long the provider's description and keys are taken as they were read."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that are accepted: none with a shared secret, and never none at all."""
LEEWAY_S = 60


class ProviderTrouble(DispatchError):
    """The city's own sign-in does not answer, or not as it must."""

    title = "The city's sign-in does not answer"


@dataclass(frozen=True)
class _Known:
    metadata: Mapping[str, Any]
    keys: KeySet
    until: datetime


class OpenIdProvider:
    """Talks to one provider. Safe between threads.

    Args:
        secret: of the client; None for a public one.
    """

    def __init__(self, settings: OidcSettings, *, secret: str | None = None) -> None:
        self._settings = settings
        self._secret = secret
        self._known: _Known | None = None
        self._lock = threading.Lock()

    @property
    def _redirect(self) -> str:
        return self._settings.public_url.rstrip("/") + CALLBACK

    def address(self, state: str, nonce: str, verifier: str, now: datetime) -> str:
        """Return where a browser goes to sign in. Raises ProviderTrouble."""
        address: str = prepare_grant_uri(
            self._described(now).metadata["authorization_endpoint"],
            self._settings.client_id,
            "code",
            redirect_uri=self._redirect,
            scope=" ".join(self._settings.scopes),
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return address

    def proved(self, code: str, nonce: str, verifier: str, now: datetime) -> Proved:
        """Return what the provider says of who has signed in, checked. Raises ProviderTrouble."""
        known = self._described(now)
        token = self._token(known.metadata, code, verifier)
        claims = self._checked(known, token, nonce, now)
        if not has_grants(claims, self._settings) and "userinfo_endpoint" in known.metadata:
            more = self._ask(
                "GET",
                known.metadata["userinfo_endpoint"],
                headers={"Authorization": f"Bearer {token.get('access_token', '')}"},
            )
            if more.get("sub") != claims["sub"]:
                raise ProviderTrouble("userinfo speaks of somebody else", "Tell who keeps the accounts.")
            claims = {**more, **claims}
        is_ended_there = self._settings.sign_out_there and known.metadata.get("end_session_endpoint")
        id_token = str(token["id_token"])
        return Proved(claims, id_token if is_ended_there and len(id_token) <= MAX_HINT else None)

    def sign_out_address(self, id_token: str, now: datetime) -> str | None:
        """Return where a browser goes to sign out (OpenID Connect RP-Initiated Logout 1.0), None where it cannot.

        Args:
            id_token: of the sign-in that ends; the provider then need not ask the person.

        Raises:
            ProviderTrouble: the provider does not answer.
        """
        end = str(self._described(now).metadata.get("end_session_endpoint") or "")
        if not end.startswith(("https://", "http://")):
            return None
        back = self._settings.public_url.rstrip("/") + "/"
        asked = {"id_token_hint": id_token, "client_id": self._settings.client_id, "post_logout_redirect_uri": back}
        address: str = add_params_to_uri(end, asked)
        return address

    def _token(self, metadata: Mapping[str, Any], code: str, verifier: str) -> Mapping[str, Any]:
        offered = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        auth = ClientAuth(self._settings.client_id, self._secret, method if self._secret else "none")
        body = prepare_token_request(
            "authorization_code", code=code, redirect_uri=self._redirect, code_verifier=verifier
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        address, headers, body = auth.prepare("POST", metadata["token_endpoint"], headers, body)
        return self._ask("POST", address, headers=headers, content=body)

    def _checked(self, known: _Known, token: Mapping[str, Any], nonce: str, now: datetime) -> dict[str, Any]:
        """Return the claims of the ID token, after all that OpenID Connect Core 3.1.3.7 wants checked."""
        settings, signed = self._settings, str(token.get("id_token", ""))
        try:
            try:
                read = jwt.decode(signed, known.keys, algorithms=list(ALGORITHMS))
            except InvalidKeyIdError:  # the provider has changed its keys
                read = jwt.decode(signed, self._read(now).keys, algorithms=list(ALGORITHMS))
            claims = CodeIDToken(
                read.claims,
                read.header,
                {
                    "iss": {"essential": True, "value": settings.issuer},
                    "aud": {"essential": True, "value": settings.client_id},
                },
                {"nonce": nonce, "client_id": settings.client_id, "access_token": token.get("access_token")},
            )
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY_S)
        except (JoseError, ValueError) as error:
            raise ProviderTrouble(
                f"the provider's token does not hold: {error}", "Tell who keeps the accounts."
            ) from error
        return dict(claims)

    def _described(self, now: datetime) -> _Known:
        with self._lock:
            known = self._known
        return known if known is not None and known.until > now else self._read(now)

    def _read(self, now: datetime) -> _Known:
        metadata = self._ask("GET", self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if metadata.get("issuer") != self._settings.issuer:
            raise ProviderTrouble(
                f"the provider calls itself {metadata.get('issuer')!r}, and not {self._settings.issuer!r}",
                "Write oidc.issuer as the provider does.",
            )
        missing = [n for n in ("authorization_endpoint", "token_endpoint", "jwks_uri") if not metadata.get(n)]
        if missing:
            raise ProviderTrouble(f"the provider does not say its {', '.join(missing)}", "Check oidc.issuer.")
        try:
            keys = KeySet.import_key_set(self._ask("GET", metadata["jwks_uri"]))  # type: ignore[arg-type]  # checked there
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderTrouble(f"the provider's keys cannot be read: {error}", "Check oidc.issuer.") from error
        known = _Known(metadata, keys, now + KNOWN_FOR)
        with self._lock:
            self._known = known
        return known

    def _ask(self, method: str, address: str, **request: Any) -> dict[str, Any]:
        try:
            with (
                httpx2.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
                client.stream(method, address, **request) as answer,
            ):
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > MAX_ANSWER_BYTES:
                        raise ProviderTrouble(f"the provider at {address} answers without end", "Check oidc.issuer.")
            found = json.loads(body) if answer.status_code == httpx2.codes.OK else None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise ProviderTrouble(
                f"the provider at {address} does not answer: {error}", "Try again in a moment."
            ) from error
        if not isinstance(found, dict):
            raise ProviderTrouble(
                f"the provider at {address} answers {answer.status_code}", "Tell who keeps the accounts."
            )
        return found
