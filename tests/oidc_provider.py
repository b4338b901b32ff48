"""A small OpenID provider on a free loopback port, made of Authlib's server side: one client, people who sign in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.rpinitiated import EndSessionEndpoint
from flask import Flask, Response, jsonify, redirect, request
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "grid-node", "a-secret-of-the-client"


@cache
def key_of(name: str) -> RSAKey:
    """Return a key; made once, because that takes long."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc]  # the package has no types
    """The node, as the provider knows it."""

    client_id: str
    secret: str | None
    redirects: tuple[str, ...]
    afterwards: str = ""

    @property
    def client_metadata(self) -> dict[str, Any]:
        return {"post_logout_redirect_uris": [self.afterwards]}

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirects[0]

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirects

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == ("client_secret_basic" if self.secret else "none")

    def check_response_type(self, response_type: str) -> bool:
        return bool(response_type == "code")

    def check_grant_type(self, grant_type: str) -> bool:
        return bool(grant_type == "authorization_code")


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]  # the package has no types
    """A code on its way."""

    client_id: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    claims: dict[str, Any]

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class Provider:
    """What the provider is to do.

    Attributes:
        person: claims of who signs in next; None: they give up.
        only_userinfo: whether all but the subject is told at userinfo alone.
        ends_sessions: whether it offers to sign people out.
        signed_out: subjects of those who signed out.
        claims: put over those of the next token, to make it wrong.
    """

    client: Client
    issuer: str = ""
    person: dict[str, Any] | None = None
    only_userinfo: bool = False
    ends_sessions: bool = True
    signed_out: list[str] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: key_of("first"))
    forger: RSAKey | None = None
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)

    def turn_keys(self) -> None:
        """Sign with another key from now on."""
        self.key = key_of("second")


@contextmanager
def running_provider(node: str, *, secret: str | None = SECRET) -> Iterator[Provider]:
    """Serve a provider that knows the node of this public address."""
    provider = Provider(Client(CLIENT, secret, (f"{node}/api/v1/session/oidc/callback",), f"{node}/"))
    server = make_server("127.0.0.1", 0, _app(provider), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def _app(provider: Provider) -> Flask:
    app = Flask("provider")
    server = AuthorizationServer(
        app,
        query_client=lambda client_id: provider.client if client_id == provider.client.client_id else None,
        save_token=lambda token, asked: provider.tokens.update({token["access_token"]: asked.user}),
    )
    server.register_endpoint(_End(provider, server))
    server.register_grant(_grant_of(provider), [_OpenId(provider), CodeChallenge(required=True)])

    @app.get("/.well-known/openid-configuration")
    def describe() -> Response:
        at = provider.issuer
        return jsonify(
            issuer=at,
            authorization_endpoint=f"{at}/authorize",
            token_endpoint=f"{at}/token",
            userinfo_endpoint=f"{at}/userinfo",
            jwks_uri=f"{at}/keys",
            id_token_signing_alg_values_supported=["RS256"],
            code_challenge_methods_supported=["S256"],
            **({"end_session_endpoint": f"{at}/end"} if provider.ends_sessions else {}),
        )

    @app.get("/keys")
    def keys() -> Response:
        return jsonify(keys=[provider.key.as_dict(private=False)])

    @app.get("/authorize")
    def authorize() -> Any:
        if provider.person is None:
            refused = urlencode({"error": "access_denied", "state": request.args["state"]})
            return redirect(f"{request.args['redirect_uri']}?{refused}")
        grant = server.get_consent_grant(end_user=provider.person)
        return server.create_authorization_response(grant_user=provider.person, grant=grant)

    @app.get("/end")
    def end() -> Any:
        return server.create_endpoint_response("end_session") or "You are signed out."

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/userinfo")
    def userinfo() -> Response:
        return jsonify(provider.tokens[request.headers["Authorization"].removeprefix("Bearer ")])

    return app


def _grant_of(provider: Provider) -> type[Any]:
    class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]  # the package has no types
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "none")

        def save_authorization_code(self, code: str, asked: Any) -> None:
            data = asked.payload.data
            provider.codes[code] = Code(
                asked.payload.client_id,
                asked.payload.redirect_uri,
                asked.payload.scope,
                data["nonce"],
                data["code_challenge"],
                data["code_challenge_method"],
                asked.user,
            )

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            provider.codes = {name: code for name, code in provider.codes.items() if code is not authorization_code}

        def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
            return authorization_code.claims

    return CodeGrant


class _End(EndSessionEndpoint):  # type: ignore[misc]  # the package has no types
    def __init__(self, provider: Provider, server: AuthorizationServer) -> None:
        super().__init__(server)
        self._provider = provider

    def get_server_jwks(self) -> dict[str, Any]:
        return {"keys": [self._provider.key.as_dict(private=False)]}

    def end_session(self, asked: Any) -> None:
        self._provider.signed_out.append(asked.id_token_claims["sub"])
        self._provider.person = None


class _OpenId(OpenIDCode):  # type: ignore[misc]  # the package has no types
    def __init__(self, provider: Provider) -> None:
        super().__init__(require_nonce=True)
        self._provider = provider

    def exists_nonce(self, nonce: str, asked: Any) -> bool:
        return any(code.nonce == nonce for code in self._provider.codes.values())

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return self._provider.forger or self._provider.key

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": self._provider.issuer, "aud": [client.client_id]}

    def get_encode_header(self, client: Client) -> dict[str, Any]:
        return {"alg": "RS256", "kid": self._provider.key.kid}

    def get_authorization_code_claims(self, authorization_code: Code) -> dict[str, Any]:
        return {"nonce": authorization_code.nonce}

    def generate_user_info(self, user: dict[str, Any], scope: str) -> dict[str, Any]:
        told = {"sub": user["sub"]} if self._provider.only_userinfo else dict(user)
        return told | self._provider.claims
