"""Signing in with the city's own accounts: the browser goes to the provider and comes back with a ticket for tokens."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Query, Response
from fastapi.responses import RedirectResponse

from dispatch.accounts.values import NotSignedIn
from dispatch.api.access import OPEN
from dispatch.api.problems import answers
from dispatch.api.schemas_accounts import OtherSignIn, SignedIn, Ticket
from dispatch.api.services import API, Services, ServicesDep
from dispatch.errors import DispatchError, NotFound
from dispatch.oidc.service import UNDER_WAY, Elsewhere

log = logging.getLogger(__name__)

PATH = "/session/oidc"
router = APIRouter(prefix=f"{API}{PATH}", tags=["session"])

COOKIE = "gridpatrol_oidc"
Browser = Annotated[str | None, Cookie(alias=COOKIE, max_length=200, description="which browser began")]
State = Annotated[str | None, Query(max_length=4096, description="which sign-in the provider answers")]
Code = Annotated[str | None, Query(max_length=4096, description="the provider's word that somebody signed in")]
Refusal = Annotated[str | None, Query(max_length=4096, description="why the provider signed nobody in")]
_NONE = answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
_AWAY: dict[int | str, dict[str, Any]] = {
    302: {"description": "To the provider, or to the console with `#ticket=` and a ticket, or `#refused=` and why"}
}


@router.get("", dependencies=[OPEN], responses=answers())
def other_sign_in(services: ServicesDep) -> OtherSignIn:
    """Say whether people can sign in with the city's own accounts, and what the button is called."""
    elsewhere = services.elsewhere
    return OtherSignIn(names=elsewhere.settings.names if elsewhere else None)


@router.get("/start", dependencies=[OPEN], status_code=302, responses={**_AWAY, **_NONE})
def begin(services: ServicesDep) -> RedirectResponse:
    """Go to the provider. For browsers: the way back leads to the console."""
    elsewhere = _configured(services)
    try:
        begun = elsewhere.begin(services.clock())
    except DispatchError as error:
        return _refused("provider", error)
    answer = RedirectResponse(begun.address, HTTPStatus.FOUND, {"Cache-Control": "no-store"})
    answer.set_cookie(
        COOKIE,
        begun.browser,
        max_age=int(UNDER_WAY.total_seconds()),
        path=f"{API}{PATH}",
        secure=elsewhere.settings.public_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/callback", dependencies=[OPEN], status_code=302, responses={**_AWAY, **_NONE})
def come_back(
    services: ServicesDep, browser: Browser = None, state: State = None, code: Code = None, error: Refusal = None
) -> RedirectResponse:
    """Come back from the provider. Goes on to the console with a ticket, which `POST /api/v1/session/oidc` takes."""
    elsewhere = _configured(services)
    if error is not None or not (state and code and browser):
        said = NotSignedIn(f"the provider has not signed anybody in: {(error or 'nothing came back')[:100]!r}")
        return _refused("cancelled" if error == "access_denied" else "over", said)
    try:
        ticket = elsewhere.finish(state, code, browser, services.clock())
    except NotSignedIn as refusal:
        return _refused("over", refusal)
    except DispatchError as trouble:
        return _refused("provider", trouble)
    return RedirectResponse(f"/#ticket={ticket}", HTTPStatus.FOUND, {"Cache-Control": "no-store"})


@router.post(
    "",
    dependencies=[OPEN],
    status_code=HTTPStatus.CREATED,
    responses=answers(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
def redeem(ticket: Ticket, services: ServicesDep, response: Response, browser: Browser = None) -> SignedIn:
    """Get tokens for the ticket with which the browser came back, once and within a minute."""
    signed = _configured(services).redeem(ticket.ticket.get_secret_value(), browser or "", services.clock())
    response.headers["Cache-Control"] = "no-store"
    response.delete_cookie(COOKIE, path=f"{API}{PATH}")
    return SignedIn.of(signed)


def _configured(services: Services) -> Elsewhere:
    if services.elsewhere is None:
        raise NotFound("people sign in with a name and a password here", "Use POST /api/v1/session.")
    return services.elsewhere


def _refused(why: str, error: DispatchError) -> RedirectResponse:
    log.warning("a sign-in with the city's accounts failed: %s", error.what)
    return RedirectResponse(f"/#refused={why}", HTTPStatus.FOUND, {"Cache-Control": "no-store"})
