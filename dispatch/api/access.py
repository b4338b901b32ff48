"""Who may call a route. Every route declares it; an application with an undeclared one does not start.

A gate knows the roles that pass, and what the route is about: a caller who is limited to a part of the city passes only
where the route keeps to that part. What is not declared narrower is about the whole city.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from dispatch.accounts import AccountRole, Caller
from dispatch.accounts.values import Forbidden, NotSignedIn
from dispatch.api.services import Services
from dispatch.errors import DispatchError, NotFound


class Access(StrEnum):
    """What a route does. open: tells everybody; read: figures and pictures; write: changes something."""

    open = "open"
    read = "read"
    write = "write"


class About(StrEnum):
    """What a route is about, for callers who are limited to a part of the city.

    city: all of it, and they are refused; own: the route leaves out what is not theirs; nothing: no case or place.
    A route with `{case_id}` or `{event_id}` in its address is about that case, whatever it declares: the gate checks.
    """

    city = "city"
    own = "own"
    nothing = "nothing"


class UndeclaredAccess(DispatchError):
    """A route does not say who may call it."""

    title = "A route does not say who may call it"


class RefusedBind(DispatchError):
    """The interface must not listen on this address."""

    title = "Not a safe address to listen on"


EVERY_ROLE = frozenset(AccountRole)
CASE_ROLES = EVERY_ROLE - {AccountRole.viewer, AccountRole.model_engineer}
"""Roles that act on cases."""
_OF_CASE = ("case_id", "event_id")

_bearer = HTTPBearer(auto_error=False, description="an access token (POST /api/v1/session) or an API key")


Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def caller_of(request: Request, credentials: Bearer) -> Caller:
    """Return who makes a request. Raises NotSignedIn."""
    services: Services = request.app.state.services
    if credentials is None and request.headers.get("authorization"):
        raise NotSignedIn("the Authorization header is not of the Bearer scheme", "Send Authorization: Bearer TOKEN.")
    caller = services.accounts.caller_of(credentials.credentials if credentials else None, services.clock())
    request.state.caller = caller
    return caller


CallerDep = Annotated[Caller, Depends(caller_of)]
"""Who makes the request, for routes."""


class Gate:
    """Declares what a route needs. This one lets everybody through."""

    def __init__(self, access: Access, roles: frozenset[AccountRole] = EVERY_ROLE, about: About = About.city) -> None:
        self.access = access
        self.roles = roles
        self.about = about

    def __call__(self) -> None:
        """Let a request through."""


class RoleGate(Gate):
    """Lets a request through whose caller has one of the roles and may see what it is about.

    Args:
        before_password: whether a caller with a one-time password passes, who must first choose another.
        audits_itself: whether the use case writes its own line of the audit log.
    """

    def __init__(
        self,
        access: Access,
        roles: frozenset[AccountRole],
        about: About,
        *,
        before_password: bool = False,
        audits_itself: bool = False,
    ) -> None:
        super().__init__(access, roles, about)
        self._before_password = before_password
        self._audits_itself = audits_itself

    def __call__(self, request: Request, caller: CallerDep) -> None:  # type: ignore[override]  # FastAPI fills them in
        """Check one request.

        Raises:
            NotSignedIn: nobody has signed in, and guests may not do this.
            Forbidden: the role or the part of the city is not the caller's.
        """
        request.state.audits_itself = self._audits_itself
        if not self.roles & caller.roles:
            needed, own = ", ".join(sorted(self.roles)), ", ".join(sorted(caller.roles))
            if caller.is_guest:
                raise NotSignedIn(
                    f"this route is for {needed}; you have not signed in", "Sign in: POST /api/v1/session."
                )
            raise Forbidden(f"this route is for {needed}; {caller.name} is {own}", _ASK)
        if caller.must_change_password and not self._before_password:
            raise Forbidden("your password is a one-time one", "Choose your own: POST /api/v1/me/password.")
        if not caller.scope.is_everywhere:
            self._check_scope(request, caller)

    def _check_scope(self, request: Request, caller: Caller) -> None:
        named = {name: request.path_params[name] for name in _OF_CASE if name in request.path_params}
        if not named and self.about is About.city:
            raise Forbidden(f"this route is about the whole city; {caller.name} is limited to {caller.scope}", _ASK)
        views = request.app.state.services.desk.store.views
        for name, value in named.items():
            try:
                case = views.case_head(value if name == "case_id" else views.event(value).case_id)
            except NotFound:
                continue  # the route says so
            if not caller.scope.holds(case.department, case.grid):
                raise outside(caller, f"{name.removesuffix('_id')} {value}")


_ASK = "Ask an administrator."


def outside(caller: Caller, what: str) -> Forbidden:
    """Return the refusal of something that is not in the caller's part of the city."""
    return Forbidden(f"{what} is not among those of {caller.name}: {caller.scope}", _ASK)


def refuse_outside(services: Services, caller: Caller, case_id: str) -> None:
    """Refuse a case that is not in the caller's part of the city; for cases that no address names.

    Raises:
        NotFound, Forbidden.
    """
    case = services.desk.store.views.case_head(case_id)
    if not caller.scope.holds(case.department, case.grid):
        raise outside(caller, f"case {case_id}")


def allow(
    *roles: AccountRole,
    access: Access = Access.write,
    about: About = About.city,
    before_password: bool = False,
    audits_itself: bool = False,
) -> Any:
    """Return the declaration of a route for some roles, for `dependencies=[...]`."""
    gate = RoleGate(access, frozenset(roles), about, before_password=before_password, audits_itself=audits_itself)
    return Depends(gate)


OPEN = Depends(Gate(Access.open, about=About.nothing))
"""Everybody, signed in or not."""
READ = allow(*EVERY_ROLE, access=Access.read)
"""Every role; of one case when the address names it, else of the whole city."""
READ_OWN = allow(*EVERY_ROLE, access=Access.read, about=About.own)
"""Every role; the route leaves out what is not the caller's."""
READ_ANY = allow(*EVERY_ROLE, access=Access.read, about=About.nothing)
"""Every role; there is no case or place in the answer."""
WRITE = allow(*CASE_ROLES)
"""Roles that act on cases; of one case when the address names it, else of the whole city."""
WRITE_ANY = allow(*CASE_ROLES, about=About.nothing)
"""Roles that act on cases, limited to a part of the city or not."""
ADMINISTER = allow(AccountRole.administrator)


def gates_of_routes(app: FastAPI) -> Mapping[str, Gate]:
    """Return who may call each route, by its methods and path.

    Raises:
        UndeclaredAccess: a route declares no access, or more than one.
    """
    declared: dict[str, Gate] = {}
    undeclared: list[str] = []
    for route in iter_route_contexts(app.routes):
        methods = ",".join(sorted(getattr(route, "methods", None) or ()))
        name = f"{methods} {getattr(route, 'path_format', None) or getattr(route, 'path', route)}"
        dependant = getattr(route, "dependant", None)
        gates = [d.call for d in dependant.dependencies if isinstance(d.call, Gate)] if dependant else []
        if len(gates) == 1:
            declared[name] = gates[0]
        else:
            undeclared.append(name)
    if undeclared:
        raise UndeclaredAccess(
            f"routes without exactly one declared access: {'; '.join(undeclared)}",
            "Give the route dependencies=[OPEN], [READ], [WRITE] or [allow(...)] of dispatch.api.access.",
        )
    return declared


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_unsafe_bind(host: str, *, guest_reading: bool, is_encrypted: bool) -> None:
    """Allow loopback; other addresses only with sign-in and encryption.

    Args:
        guest_reading: whether reading needs no sign-in.
        is_encrypted: the node has a certificate, or a proxy with one stands before it.

    Raises:
        RefusedBind: others could read without signing in, or read along what is sent.
    """
    if is_loopback(host):
        return
    if guest_reading:
        raise RefusedBind(
            f"{host} can be reached from other machines, and reading needs no sign-in (api.guest_reading)",
            "Listen on 127.0.0.1, or set guest_reading: false.",
        )
    if not is_encrypted:
        raise RefusedBind(
            f"{host} can be reached from other machines, and passwords would go over the network unencrypted",
            "Give api.tls_certificate and api.tls_key, or say api.behind_tls_proxy: true where a proxy encrypts.",
        )
