"""`gridpatrol key`: API keys with which programs act."""

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

app = typer.Typer(help="API keys with which programs act.", no_args_is_help=True)

_COLUMNS = (
    ("key", "密钥"),
    ("account", "账号"),
    ("label", "说明"),
    ("made", "创建时间"),
    ("holds until", "有效期至"),
    ("revoked", "撤销时间"),
)


@app.callback()
def group() -> None:
    """API keys with which programs act."""


@app.command()
def create(
    user: Annotated[str, typer.Option(help="Account that acts with it; a program's, of role machine.")],
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Holds for so long; until revoked if absent.")
    ] = None,
    as_json: JsonOption = False,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Make a key. It is printed once; the node keeps only its hash."""
    key = Node(url, token).post("/keys", {"user": user, "label": label, "days": days})
    if as_json:
        print_json(key)
        return
    typer.echo(" · ".join(part for part in _row(key) if part))
    typer.echo(f"{pick(('key, shown only now', '密钥（仅显示这一次）'), language())}: {key['key']}")


@app.command("list")
def list_keys(as_json: JsonOption = False, url: UrlOption = DEFAULT_URL, token: TokenOption = None) -> None:
    """List all keys, without their secrets."""
    keys = Node(url, token).get("/keys")["items"]
    if as_json:
        print_json(keys)
        return
    lang = language()
    title = pick((f"{len(keys)} keys", f"{len(keys)} 个密钥"), lang)
    print_table(title, [pick(column, lang) for column in _COLUMNS], [_row(key) for key in keys])


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="Id of the key, the first column of `gridpatrol key list`.")],
    as_json: JsonOption = False,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Revoke a key. It stops working at once."""
    key = Node(url, token).delete(f"/keys/{quote(key_id, safe='')}")
    if as_json:
        print_json(key)
        return
    typer.echo(" · ".join(part for part in _row(key) if part))


def _row(key: dict[str, Any]) -> tuple[str, ...]:
    return (
        key["key_id"],
        key["user"],
        key["label"],
        local_time(key["created_at"]),
        local_time(key["expires_at"]),
        local_time(key["revoked_at"]),
    )
