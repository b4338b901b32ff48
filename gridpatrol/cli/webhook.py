"""`gridpatrol webhook`: receivers of signed HTTP messages, and what could not be delivered."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from dispatch.contract import CaseState
from gridpatrol.cli.client import (
    DEFAULT_URL,
    JsonOption,
    LimitOption,
    Node,
    TokenOption,
    UrlOption,
    language,
    local_time,
    print_json,
    print_table,
)
from gridpatrol.wording import pick

app = typer.Typer(help="Receivers of signed HTTP messages.", no_args_is_help=True)

_COLUMNS = (
    ("webhook", "订阅"),
    ("address", "地址"),
    ("types", "类型"),
    ("only", "筛选"),
    ("state", "状态"),
    ("waiting", "待送"),
    ("dead", "死信"),
)
_DELIVERIES = (
    ("#", "序号"),
    ("about", "对象"),
    ("made", "生成"),
    ("tries", "次数"),
    ("last try", "上次"),
    ("why", "说明"),
)
_FILTERS = ("matters", "departments", "states", "grid", "cameras")

IdArgument = Annotated[str, typer.Argument(help="Id of the webhook.")]


@app.callback()
def group() -> None:
    """Receivers of signed HTTP messages."""


@app.command("list")
def list_webhooks(as_json: JsonOption = False, url: UrlOption = DEFAULT_URL, token: TokenOption = None) -> None:
    """List the receivers."""
    found = Node(url, token).get("/webhooks")["items"]
    if as_json:
        print_json(found)
        return
    lang = language()
    print_table("", [pick(column, lang) for column in _COLUMNS], [_row(webhook) for webhook in found])


@app.command()
def add(
    target: Annotated[str, typer.Argument(metavar="ADDRESS", help="http or https address of the receiver.")],
    event_type: Annotated[list[str] | None, typer.Option("--type", help="Type of message; repeatable.")] = None,
    matter: Annotated[list[str] | None, typer.Option(help="Only this matter; repeatable.")] = None,
    department: Annotated[list[str] | None, typer.Option(help="Only this department; repeatable.")] = None,
    state: Annotated[list[CaseState] | None, typer.Option(help="Only cases that come into it; repeatable.")] = None,
    grid: Annotated[list[str] | None, typer.Option(help="Only in this grid cell; repeatable.")] = None,
    camera: Annotated[list[str] | None, typer.Option(help="Only this camera; repeatable.")] = None,
    mapping: Annotated[str, typer.Option(help="Field mapping that writes the body.")] = "",
    as_json: JsonOption = False,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Add a receiver and print its key, which is not shown again."""
    wishes: dict[str, Any] = {"url": target, "mapping": mapping, "states": [one.value for one in state or ()]}
    wishes |= {"matters": matter or (), "departments": department or (), "grid": grid or (), "cameras": camera or ()}
    if event_type:
        wishes["event_types"] = event_type
    made = Node(url, token).post("/webhooks", wishes)
    _print_key(made, as_json)


@app.command()
def rotate(
    webhook_id: IdArgument,
    keep_hours: Annotated[float, typer.Option(min=0, max=720, help="The present key stays valid so long.")] = 24.0,
    as_json: JsonOption = False,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Make a new key and print it. Until the old one ends, deliveries are signed by both."""
    _print_key(Node(url, token).post(f"{_path(webhook_id)}/rotate", {"keep_hours": keep_hours}), as_json)


@app.command()
def enable(webhook_id: IdArgument, url: UrlOption = DEFAULT_URL, token: TokenOption = None) -> None:
    """Go on telling a receiver from where it was stopped."""
    _print_state(Node(url, token).post(f"{_path(webhook_id)}/enable", {}))


@app.command()
def disable(webhook_id: IdArgument, url: UrlOption = DEFAULT_URL, token: TokenOption = None) -> None:
    """Stop telling a receiver."""
    _print_state(Node(url, token).post(f"{_path(webhook_id)}/disable", {}))


@app.command()
def remove(webhook_id: IdArgument, url: UrlOption = DEFAULT_URL, token: TokenOption = None) -> None:
    """Forget a receiver and its deliveries."""
    Node(url, token).delete(_path(webhook_id))
    typer.echo(f"{webhook_id}: {pick(('removed', '已删除'), language())}")


@app.command()
def dead(
    webhook_id: IdArgument,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """List what could not be delivered, newest first."""
    found = list(Node(url, token).pages(f"{_path(webhook_id)}/deliveries", {"state": "dead"}, limit))
    if as_json:
        print_json(found)
        return
    rows = [
        (
            str(item["number"]),
            item["key"],
            local_time(item["created_at"]),
            str(item["tries"]),
            local_time(item["tried_at"]),
            item["error"] or f"HTTP {item['status']}",
        )
        for item in found
    ]
    print_table("", [pick(column, language()) for column in _DELIVERIES], rows)


@app.command()
def replay(
    webhook_id: IdArgument,
    number: Annotated[list[int] | None, typer.Option(help="Only this delivery; repeatable. All when absent.")] = None,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Send dead deliveries again, with the message ids that they had."""
    sent = Node(url, token).post(f"{_path(webhook_id)}/replay", {"numbers": number} if number else {})["replayed"]
    typer.echo(pick((f"{sent} wait to be sent again", f"{sent} 条待重新投递"), language()))


def _path(webhook_id: str) -> str:
    return f"/webhooks/{quote(webhook_id, safe='')}"


def _print_key(webhook: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(webhook)
        return
    lang = language()
    typer.echo(f"{webhook['webhook_id']} -> {webhook['url']}")
    typer.echo(f"{pick(('key, shown this once', '密钥，仅显示一次'), lang)}: {webhook['key']}")


def _print_state(webhook: dict[str, Any]) -> None:
    typer.echo(f"{webhook['webhook_id']}: {_state(webhook)}")


def _state(webhook: dict[str, Any]) -> str:
    lang = language()
    if webhook["disabled_at"]:
        return f"{pick(('stopped', '已停用'), lang)}: {webhook['disabled_reason']}"
    if webhook["failing_since"]:
        return f"{pick(('failing since', '持续失败自'), lang)} {local_time(webhook['failing_since'])}"
    return pick(("active", "正常"), lang)


def _row(webhook: dict[str, Any]) -> tuple[str, ...]:
    narrowed = [f"{name}: {', '.join(webhook[name])}" for name in _FILTERS if webhook[name]]
    if webhook["mapping"]:
        narrowed.append(f"mapping: {webhook['mapping']}")
    return (
        webhook["webhook_id"],
        webhook["url"],
        ", ".join(webhook["event_types"]),
        "; ".join(narrowed),
        _state(webhook),
        str(webhook["waiting"]),
        str(webhook["dead"]),
    )
