"""Users, roles, API keys, the audit log."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from dispatch.accounts import AccountRole
from dispatch.accounts.ports import AuditFilter
from dispatch.accounts.values import User
from dispatch.api.access import CASE_ROLES, READ_ANY, About, Access, CallerDep, allow, gates_of_routes
from dispatch.api.problems import answers
from dispatch.api.schemas import ListOf
from dispatch.api.schemas_accounts import (
    AuditItem,
    KeyItem,
    KeyWithSecret,
    NewKey,
    NewUser,
    RoleItem,
    UserChange,
    UserItem,
    UserWithPassword,
)
from dispatch.api.services import (
    API,
    CaseQuery,
    Cursor,
    IdPath,
    IfMatch,
    Limit,
    Services,
    ServicesDep,
    Time,
    etag_of,
    expected_version,
    read_cursor,
    read_text_cursor,
    write_cursor,
    write_text_cursor,
)
from dispatch.errors import LastChange, NotFound, refuse_unseen

router = APIRouter(prefix=API, tags=["accounts"])

_KEYS = CASE_ROLES | {AccountRole.model_engineer}
_ADMINISTER = allow(AccountRole.administrator, audits_itself=True)
_READ_USERS = allow(AccountRole.administrator, access=Access.read)
_WRITE_ANSWERS = answers(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


@router.get("/roles", dependencies=[READ_ANY], responses=answers())
def list_roles(request: Request) -> ListOf[RoleItem]:
    """List the roles and the routes that each may call."""
    gates = sorted(gates_of_routes(request.app).items())
    items = (RoleItem(role=role, routes=tuple(n for n, g in gates if role in g.roles)) for role in AccountRole)
    return ListOf[RoleItem](items=tuple(items))


@router.get("/users", dependencies=[_READ_USERS], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def list_users(services: ServicesDep, cursor: Cursor = None, limit: Limit = 100) -> ListOf[UserItem]:
    """List the accounts in order of name."""
    found = services.accounts.store.reads.users(after=read_text_cursor(cursor), limit=limit + 1)
    following = found[limit - 1].name if len(found) > limit else None
    items = tuple(UserItem.of(user) for user in found[:limit])
    return ListOf[UserItem](items=items, next=write_text_cursor(following))


@router.post("/users", dependencies=[_ADMINISTER], status_code=HTTPStatus.CREATED, responses=_WRITE_ANSWERS)
def add_user(new: NewUser, caller: CallerDep, services: ServicesDep, response: Response) -> UserWithPassword:
    """Make an account. A person gets a one-time password, which this answer alone shows."""
    user, password = services.accounts.administration.add_user(
        caller,
        new.name,
        roles=frozenset(new.roles),
        scope=new.scope(),
        display_name=new.display_name,
        now=services.clock(),
    )
    response.headers["Cache-Control"] = "no-store"
    return UserWithPassword(**UserItem.of(user).model_dump(), one_time_password=password)


@router.get(
    "/users/{name}",
    dependencies=[_READ_USERS],
    responses=answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
)
def read_user(name: IdPath, services: ServicesDep, response: Response) -> UserItem:
    """Read one account."""
    user = _existing(services, name)
    response.headers["ETag"] = etag_of(user.version)
    return UserItem.of(user)


@router.patch("/users/{name}", dependencies=[_ADMINISTER], responses=_WRITE_ANSWERS)
def change_user(
    name: IdPath,
    change: UserChange,
    caller: CallerDep,
    services: ServicesDep,
    response: Response,
    if_match: IfMatch = None,
) -> UserItem:
    """Change roles, limits or shown name of an account, shut it or open it again. It holds from the next request on."""
    known = _existing(services, name)
    seen = expected_version(if_match)
    if seen not in {None, known.version}:
        refuse_unseen(f"user {name}", seen, known.version, _last_change(services, known))
    user = UserItem.of(known)
    administration, now = services.accounts.administration, services.clock()
    if change.model_fields_set - {"disabled"}:
        departments = user.scope.departments if change.departments is None else change.departments
        grid = user.scope.grid if change.grid is None else change.grid
        kept = administration.change_user(
            caller,
            name,
            roles=None if change.roles is None else frozenset(change.roles),
            scope=NewUser(name="x", roles=(AccountRole.viewer,), departments=departments, grid=grid).scope(),
            display_name=change.display_name,
            expected_version=user.version,
            now=now,
        )
        user = UserItem.of(kept)
    if change.disabled is not None and change.disabled != (user.disabled_at is not None):
        user = UserItem.of(administration.set_disabled(caller, name, change.disabled, now))
    response.headers["ETag"] = etag_of(user.version)
    return user


def _last_change(services: Services, user: User) -> LastChange | None:
    """Return who has made an account what it is, as the audit log tells it."""
    lines = services.accounts.store.reads.audit(AuditFilter(target=f"user/{user.name}"), limit=20)
    last = next((line for line in lines if line.action.startswith("user.")), None)
    return LastChange(user.version, last.actor, last.at) if last else None


@router.post("/users/{name}/password", dependencies=[_ADMINISTER], responses=_WRITE_ANSWERS)
def reset_password(name: IdPath, caller: CallerDep, services: ServicesDep, response: Response) -> UserWithPassword:
    """Give a person a new one-time password, unlock the account and end its sign-ins."""
    user, password = services.accounts.administration.reset_password(caller, name, services.clock())
    response.headers["Cache-Control"] = "no-store"
    return UserWithPassword(**UserItem.of(user).model_dump(), one_time_password=password)


@router.get(
    "/keys",
    dependencies=[allow(*_KEYS, access=Access.read, about=About.own)],
    responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY),
)
def list_keys(
    caller: CallerDep,
    services: ServicesDep,
    user: Annotated[str | None, Query(max_length=64, description="only of this account")] = None,
) -> ListOf[KeyItem]:
    """List API keys: your own; for administrators everybody's. Secrets are not kept and cannot be shown."""
    wanted = user if AccountRole.administrator in caller.roles else caller.name
    return ListOf[KeyItem](items=tuple(KeyItem.of(key) for key in services.accounts.store.reads.keys(wanted)))


@router.post(
    "/keys",
    dependencies=[allow(*_KEYS, about=About.own, audits_itself=True)],
    status_code=HTTPStatus.CREATED,
    responses=_WRITE_ANSWERS,
)
def create_key(new: NewKey, caller: CallerDep, services: ServicesDep, response: Response) -> KeyWithSecret:
    """Make an API key for yourself or, as administrator, for a program. This answer alone shows it."""
    key, secret = services.accounts.administration.create_key(
        caller,
        new.user,
        label=new.label,
        holds=timedelta(days=new.days) if new.days else None,
        now=services.clock(),
    )
    response.headers["Cache-Control"] = "no-store"
    return KeyWithSecret(**KeyItem.of(key).model_dump(), key=secret)


@router.delete(
    "/keys/{key_id}", dependencies=[allow(*_KEYS, about=About.own, audits_itself=True)], responses=_WRITE_ANSWERS
)
def revoke_key(key_id: IdPath, caller: CallerDep, services: ServicesDep) -> KeyItem:
    """Revoke an API key. It stops working at once."""
    return KeyItem.of(services.accounts.administration.revoke_key(caller, key_id, services.clock()))


@router.get("/audit", dependencies=[_READ_USERS], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def list_audit(
    services: ServicesDep,
    actor: Annotated[str | None, Query(max_length=200, description="only of this account")] = None,
    action: Annotated[str | None, Query(max_length=200, description="only this action")] = None,
    case: CaseQuery = None,
    since: Annotated[Time | None, Query(description="at or after")] = None,
    until: Annotated[Time | None, Query(description="before")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> ListOf[AuditItem]:
    """Read the audit log, newest first: every change of accounts and cases, every view of evidence."""
    wanted = AuditFilter(actor, action, case, since, until)
    found = services.accounts.store.reads.audit(wanted, before=read_cursor(cursor), limit=limit + 1)
    following = found[limit - 1].number if len(found) > limit else None
    return ListOf[AuditItem](items=tuple(AuditItem.of(line) for line in found[:limit]), next=write_cursor(following))


def _existing(services: Services, name: str) -> User:
    user = services.accounts.store.reads.user(name)
    if user is None:
        raise NotFound(f"there is no user {name}", "List the users to find the name.")
    return user
