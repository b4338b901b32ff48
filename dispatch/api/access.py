"""Who may call a route. Every route declares it; an application with an undeclared one does not start.

Until there are accounts, the interface listens on loopback only, and a token in GRIDPATROL_API_TOKEN, when set, is
needed for every write. A role that a caller names is taken at its word; accounts will say it instead.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from dispatch.errors import DispatchError

TOKEN_VARIABLE = "GRIDPATROL_API_TOKEN"


class Access(StrEnum):
    """What a route needs. open: probes and descriptions; read: figures and pictures; write: moves and reports."""

    open = "open"
    read = "read"
    write = "write"


class Denied(DispatchError):
    """The caller may not do this."""

    title = "Not allowed"


class UndeclaredAccess(DispatchError):
    """A route does not say who may call it."""

    title = "A route does not say who may call it"


class RefusedBind(DispatchError):
    """The interface must not listen on this address."""

    title = "Not a safe address to listen on"


_bearer = HTTPBearer(auto_error=False, description=f"the token of {TOKEN_VARIABLE}, needed for writes when it is set")


class Gate:
    """Declares what a route needs. This one lets everybody through: the interface is on loopback only."""

    def __init__(self, access: Access) -> None:
        self.access = access

    def __call__(self) -> None:
        """Let a request through."""


class TokenGate(Gate):
    """Lets a request through that brings the node's token, where one is set."""

    def __call__(  # type: ignore[override]  # FastAPI reads the parameters and fills them in
        self, request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> None:
        """Check one request.

        Raises:
            Denied: the token is missing or wrong.
        """
        token: str | None = request.app.state.services.api_token
        if token is None:
            return
        given = credentials.credentials if credentials else ""
        if not secrets.compare_digest(given.encode(), token.encode()):
            raise Denied(
                "this route needs the node's token, and it is missing or wrong",
                f"Send it as Authorization: Bearer TOKEN; it is the value of {TOKEN_VARIABLE} on the node.",
            )


OPEN = Depends(Gate(Access.open))
READ = Depends(Gate(Access.read))
WRITE = Depends(TokenGate(Access.write))


def access_of_routes(app: FastAPI) -> Mapping[str, Access]:
    """Return who may call each route, by its path and methods.

    Raises:
        UndeclaredAccess: a route declares no access, or more than one.
    """
    declared: dict[str, Access] = {}
    undeclared: list[str] = []
    for route in iter_route_contexts(app.routes):
        methods = ",".join(sorted(getattr(route, "methods", None) or ()))
        name = f"{methods} {getattr(route, 'path_format', None) or getattr(route, 'path', route)}"
        dependant = getattr(route, "dependant", None)
        gates = [d.call for d in dependant.dependencies if isinstance(d.call, Gate)] if dependant else []
        if len(gates) == 1:
            declared[name] = gates[0].access
        else:
            undeclared.append(name)
    if undeclared:
        raise UndeclaredAccess(
            f"routes without exactly one declared access: {'; '.join(undeclared)}",
            "Give the route dependencies=[OPEN], [READ] or [WRITE] of dispatch.api.access.",
        )
    return declared


def token_from_environment(environment: Mapping[str, str] | None = None) -> str | None:
    """Return the token that writes need, None when none is set."""
    return (os.environ if environment is None else environment).get(TOKEN_VARIABLE) or None


def refuse_public_bind(host: str) -> None:
    """Allow loopback addresses only.

    Raises:
        RefusedBind: others could reach the interface, and there are no accounts yet that would stop them.
    """
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise RefusedBind(
            f"{host} can be reached from other machines, and this version has no accounts",
            "Listen on 127.0.0.1 and let a reverse proxy with authentication stand before it.",
        )
