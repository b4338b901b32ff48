"""`gridpatrol user`: who may use the node."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from gridpatrol.cli.client import (
    DEFAULT_URL,
    JsonOption,
    Node,
    TokenOption,
    UrlOption,
    language,
    local_time,
    print_json,
    print_table,
)
from gridpatrol.wording import pick

app = typer.Typer(help="Who may use the node: people and programs, their roles and limits.", no_args_is_help=True)

_COLUMNS = (("name", "账号"), ("shown as", "姓名"), ("roles", "角色"), ("limited to", "范围"), ("state", "状态"))
MAX_USERS = 100_000
NameArgument = Annotated[str, typer.Argument(help="Name of the account.")]


@app.callback()
def group() -> None:
    """Who may use the node: people and programs, their roles and limits."""


@app.command()
def add(
    name: NameArgument,
    role: Annotated[
        list[str],
        typer.Option(
            help="administrator, operations, dispatcher, handler, model_engineer, viewer, machine; repeatable."
        ),
    ],
    department: Annotated[list[str] | None, typer.Option(help="Limit to a department; repeatable.")] = None,
    grid: Annotated[list[str] | None, typer.Option(help="Limit to a cell, as LAYER/CODE; repeatable.")] = None,
    display_name: Annotated[str, typer.Option("--name", help="Name to be shown.")] = "",
    as_json: JsonOption = False,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Make an account. A person's one-time password is printed once; a program gets a key (`gridpatrol key create`)."""
    body = {
        "name": name,
        "display_name": display_name,
        "roles": role,
        "departments": department or [],
        "grid": grid or [],
    }
    _print_made(Node(url, token).post("/users", body), as_json)


@app.command("list")
def list_users(as_json: JsonOption = False, url: UrlOption = DEFAULT_URL, token: TokenOption = None) -> None:
    """List all accounts."""
    users = list(Node(url, token).pages("/users", {}, MAX_USERS))
    if as_json:
        print_json(users)
        return
    lang = language()
    title = pick((f"{len(users)} accounts", f"{len(users)} 个账号"), lang)
    print_table(title, [pick(column, lang) for column in _COLUMNS], [_row(user) for user in users])


@app.command("reset-password")
def reset_password(
    name: NameArgument, as_json: JsonOption = False, url: UrlOption = DEFAULT_URL, token: TokenOption = None
) -> None:
    """Give a person a new one-time password, unlock the account and end its sign-ins."""
    _print_made(Node(url, token).post(f"/users/{quote(name, safe='')}/password", {}), as_json)


@app.command()
def disable(
    name: NameArgument,
    again: Annotated[bool, typer.Option("--undo", help="Open the account again.")] = False,
    as_json: JsonOption = False,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Shut an account: its sign-ins end and its keys stop working. Accounts are not deleted: histories name them."""
    user = Node(url, token).patch(f"/users/{quote(name, safe='')}", {"disabled": not again})
    _print_made(user, as_json)


def _print_made(user: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(user)
        return
    lang = language()
    typer.echo(" · ".join(part for part in _row(user) if part))
    if user.get("one_time_password"):
        label = pick(("one-time password, shown only now", "一次性密码（仅显示这一次）"), lang)
        typer.echo(f"{label}: {user['one_time_password']}")


def _row(user: dict[str, Any]) -> tuple[str, ...]:
    lang = language()
    if user["disabled_at"]:
        state = pick(("shut", "已停用"), lang)
    elif user["locked_until"]:
        state = f"{pick(('locked until', '锁定至'), lang)} {local_time(user['locked_until'])}"
    elif user["must_change_password"]:
        state = pick(("one-time password", "一次性密码"), lang)
    else:
        state = ""
    limits = ", ".join([*user["scope"]["departments"], *user["scope"]["grid"]])
    return user["name"], user["display_name"], ", ".join(user["roles"]), limits, state
