"""Signing in, staying signed in, and oneself."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from dispatch.accounts import AccountRole
from dispatch.accounts.values import Forbidden
from dispatch.api.access import EVERY_ROLE, OPEN, About, Access, CallerDep, allow
from dispatch.api.problems import answers
from dispatch.api.schemas_accounts import Credentials, Me, NewPassword, RefreshToken, SignedIn, SignedOut
from dispatch.api.services import API, ServicesDep

router = APIRouter(prefix=API, tags=["session"])

_ME = allow(*EVERY_ROLE, access=Access.read, about=About.nothing, before_password=True)
_MINE = allow(*EVERY_ROLE - {AccountRole.machine}, about=About.nothing, before_password=True, audits_itself=True)
_ANSWERS = answers(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


@router.post("/session", dependencies=[OPEN], status_code=HTTPStatus.CREATED, responses=_ANSWERS)
def sign_in(credentials: Credentials, services: ServicesDep, response: Response) -> SignedIn:
    """Sign in with name and password."""
    signed = services.accounts.sign_in(credentials.name, credentials.password.get_secret_value(), services.clock())
    response.headers["Cache-Control"] = "no-store"
    return SignedIn.of(signed)


@router.post("/session/refresh", dependencies=[OPEN], responses=_ANSWERS)
def refresh(token: RefreshToken, services: ServicesDep, response: Response) -> SignedIn:
    """Get new tokens for a refresh token. Each is good for one refresh; one that comes back ends the sign-in."""
    signed = services.accounts.refresh(token.refresh_token.get_secret_value(), services.clock())
    response.headers["Cache-Control"] = "no-store"
    return SignedIn.of(signed)


@router.delete("/session", dependencies=[_MINE], responses=answers())
def sign_out(caller: CallerDep, services: ServicesDep, response: Response) -> SignedOut:
    """End this sign-in. Its tokens stop working at once."""
    id_token = services.accounts.sign_out(caller, services.clock())
    response.headers["Cache-Control"] = "no-store"
    if id_token is None or services.elsewhere is None:
        return SignedOut(address=None)
    return SignedOut(address=services.elsewhere.sign_out_address(id_token, services.clock()))


@router.get("/me", dependencies=[_ME], responses=answers())
def me(caller: CallerDep, services: ServicesDep) -> Me:
    """Say who you are, in which roles, and to which part of the city you are limited."""
    return Me.of(caller, services.accounts.store.reads.user(caller.name))


@router.post("/me/password", dependencies=[_MINE], status_code=HTTPStatus.NO_CONTENT, responses=_ANSWERS)
def change_password(passwords: NewPassword, caller: CallerDep, services: ServicesDep) -> None:
    """Choose a new password. Your other sign-ins end."""
    if caller.session_id is None:
        raise Forbidden("only who has signed in with a password changes it", "Sign in: POST /api/v1/session.")
    services.accounts.change_password(
        caller, passwords.old_password.get_secret_value(), passwords.new_password.get_secret_value(), services.clock()
    )
