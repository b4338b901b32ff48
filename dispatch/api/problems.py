"""Errors as the caller sees them: `application/problem+json` (RFC 9457) with title, what and remedy."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy.exc import DataError, DBAPIError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch.accounts.values import Busy, Forbidden, NotSignedIn
from dispatch.api.uploads import TooLarge
from dispatch.chinese import in_chinese
from dispatch.configuration import Faulty
from dispatch.errors import Conflict, DispatchError, IllegalMove, Invalid, NotFound, Outdated, ReasonMissing, Refused
from dispatch.looks import TooMany

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class Fault(BaseModel):
    """One value that cannot be used."""

    where: str = Field(description="place in the request, such as query.limit or body.note")
    what: str = Field(description="what is wrong with it")
    remedy: str = Field(default="", description="what the caller can do about it")
    what_zh: str = Field(default="", description="the same in Chinese; empty where no Chinese words are known")
    remedy_zh: str = ""


class Newest(BaseModel):
    """The change that somebody else has made."""

    version: int
    changed_by: str = Field(description="who made it; empty where a file was edited by hand")
    changed_at: AwareDatetime


class Problem(BaseModel):
    """Why a request was not carried out, and what to do about it."""

    type: str = Field(default="about:blank", description="kind of problem; about:blank: its HTTP status says it")
    title: str = Field(description="the kind of problem in a few words")
    status: int = Field(description="HTTP status")
    what: str = Field(description="what is wrong")
    remedy: str = Field(default="", description="what the caller can do")
    title_zh: str = Field(default="", description="the same in Chinese; empty where no Chinese words are known")
    what_zh: str = ""
    remedy_zh: str = ""
    faults: tuple[Fault, ...] = Field(default=(), description="every value that cannot be used")
    newest: Newest | None = Field(default=None, description="with 412: what the caller has not seen")


class Unavailable(DispatchError):
    """The desk cannot answer at the moment."""

    title = "Not available at the moment"


STATUS: tuple[tuple[type[DispatchError], HTTPStatus], ...] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (TooMany, HTTPStatus.TOO_MANY_REQUESTS),
    (ReasonMissing, HTTPStatus.UNPROCESSABLE_ENTITY),
    (TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (Conflict, HTTPStatus.CONFLICT),
    (IllegalMove, HTTPStatus.CONFLICT),
    (Refused, HTTPStatus.CONFLICT),
    (Invalid, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Outdated, HTTPStatus.PRECONDITION_FAILED),
    (NotSignedIn, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (Busy, HTTPStatus.SERVICE_UNAVAILABLE),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)
"""HTTP status of each error; the first match counts."""

_HEADERS: Mapping[HTTPStatus, Mapping[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": "60"},
}
_MEANING = {
    HTTPStatus.BAD_REQUEST: "The request is not readable",
    HTTPStatus.UNAUTHORIZED: "Nobody has signed in, or the token does not hold (any more)",
    HTTPStatus.FORBIDDEN: "Not for this role, or not in the caller's part of the city; `what` says what is missing",
    HTTPStatus.NOT_FOUND: "There is no such thing",
    HTTPStatus.CONFLICT: "Not legal in the present state, or somebody else was first; `remedy` names what is legal",
    HTTPStatus.PRECONDITION_FAILED: "It has changed since the version that If-Match names",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A value cannot be used; `faults` says which",
    HTTPStatus.TOO_MANY_REQUESTS: "More than is allowed; try again after the seconds of Retry-After",
    HTTPStatus.SERVICE_UNAVAILABLE: "The desk cannot answer at the moment; try again",
}


def answers(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of a route's error answers. 503 is every route's."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status.value: {"description": _MEANING[status], "content": {MEDIA_TYPE: schema}}
        for status in (*statuses, HTTPStatus.SERVICE_UNAVAILABLE)
    }


def status_of(error: DispatchError) -> HTTPStatus:
    """Return the HTTP status of an error."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), HTTPStatus.CONFLICT)


def install(app: FastAPI) -> None:
    """Make the application answer every error as a problem."""
    _install_database(app)

    @app.exception_handler(DispatchError)
    def _dispatch(_: Request, error: DispatchError) -> JSONResponse:
        status = status_of(error)
        headers = _HEADERS.get(status, {})
        problem = Problem(title=error.title, status=status, what=error.what, remedy=error.remedy, **_more_of(error))
        return answer_of(problem, headers)

    @app.exception_handler(RequestValidationError)
    def _validation(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = tuple(
            Fault(
                where=".".join(str(step) for step in fault["loc"]), what=fault["msg"], what_zh=in_chinese(fault["msg"])
            )
            for fault in error.errors()
        )
        what = "; ".join(f"{fault.where}: {fault.what}" for fault in faults)
        what_zh = "；".join(f"{fault.where}：{fault.what_zh or fault.what}" for fault in faults)
        return answer_of(
            Problem(
                title=Invalid.title,
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
                what=what,
                what_zh=what_zh,
                remedy="Correct the request; /api/v1/openapi.json describes every value.",
                faults=faults,
            )
        )

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        asked = f"{request.method} {request.url.path}"
        problem = Problem(
            title=status.phrase,
            status=status,
            what=f"{asked}: {error.detail}",
            what_zh=f"{asked}：{in_chinese(error.detail) or error.detail}",
            remedy="/api/v1/openapi.json describes every route.",
        )
        return answer_of(problem, error.headers)

    @app.exception_handler(Exception)
    def _unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return answer_of(
            Problem(
                title="The program has a fault",
                status=HTTPStatus.INTERNAL_SERVER_ERROR,
                what="this request met a fault of the program; the node's log has the details",
                remedy="Tell the operators; nothing was changed.",
            )
        )


def _more_of(error: DispatchError) -> dict[str, Any]:
    """Return what some errors tell beside their words."""
    if isinstance(error, Faulty):
        return {"faults": tuple(Fault(**asdict(fault)) for fault in error.faults)}
    if isinstance(error, Outdated) and error.newest is not None:
        newest = error.newest
        return {"newest": Newest(version=newest.version, changed_by=newest.by, changed_at=newest.at)}
    return {}


def _install_database(app: FastAPI) -> None:
    @app.exception_handler(DataError)
    def _value(_: Request, error: DataError) -> JSONResponse:
        log.info("a value cannot be kept: %s", error.orig)
        return answer_of(
            Problem(
                title=Invalid.title,
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
                what="a value holds what the database cannot keep, such as a zero character or too large a number",
                remedy="Correct the request; /api/v1/openapi.json describes every value.",
            )
        )

    @app.exception_handler(DBAPIError)
    def _database(_: Request, error: DBAPIError) -> JSONResponse:
        return database_problem(error)


class PlainProblems:
    """ASGI middleware: errors that the server's own parts answer as plain text become problems too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and look at how its answer begins."""
        replaced = False

        async def watching(message: Message) -> None:
            nonlocal replaced
            if replaced:
                return
            if message["type"] == "http.response.start" and message["status"] >= HTTPStatus.BAD_REQUEST:
                kind = Headers(raw=message["headers"]).get("content-type", "")
                if kind.startswith("text/plain"):
                    replaced = True
                    status = HTTPStatus(message["status"])
                    what, remedy = _EDGE.get(status, (status.phrase, ""))
                    answer = answer_of(Problem(title=status.phrase, status=status, what=what, remedy=remedy))
                    await answer(scope, receive, send)
                    return
            await send(message)

        await self._app(scope, receive, watching)


_EDGE = {
    HTTPStatus.BAD_REQUEST: (
        "the node is not called by this name (Host header)",
        "Call it as 127.0.0.1 or localhost, or by a name that the operators have allowed.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("the body is too large", "Send less at once."),
}


def database_problem(error: DBAPIError) -> JSONResponse:
    """Return the answer when the database fails."""
    log.error("the database did not answer: %s", error.orig)
    return answer_of(
        Problem(
            title=Unavailable.title,
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            what="the database did not answer in time",
            remedy="Try again in a moment; nothing was changed.",
        ),
        {"Retry-After": "2"},
    )


def answer_of(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return a problem as an answer, with the Chinese words that are known for what it says in English."""
    told = problem.model_copy(
        update={
            "title_zh": problem.title_zh or in_chinese(problem.title),
            "what_zh": problem.what_zh or _what_in_chinese(problem),
            "remedy_zh": problem.remedy_zh or in_chinese(problem.remedy),
        }
    )
    return JSONResponse(
        told.model_dump(mode="json"), status_code=problem.status, media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def _what_in_chinese(problem: Problem) -> str:
    if problem.faults and all(fault.what_zh for fault in problem.faults):
        return "；".join(
            f"{fault.where}：{fault.what_zh}" if fault.where else fault.what_zh for fault in problem.faults
        )
    return in_chinese(problem.what)
