"""`gridpatrol event`: what the cameras and people have reported."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from gridpatrol.cli.client import (
    DEFAULT_URL,
    JsonOption,
    LimitOption,
    Node,
    UrlOption,
    language,
    local_time,
    place,
    print_json,
    print_table,
)
from gridpatrol.wording import pick

app = typer.Typer(help="What the cameras and people have reported.", no_args_is_help=True)

_COLUMNS = (
    ("event", "事件"),
    ("confirmed", "确认时间"),
    ("matter", "事项"),
    ("camera", "探头"),
    ("zone", "区域"),
    ("confidence", "置信度"),
    ("case", "案件"),
    ("gone", "消失时间"),
)


@app.callback()
def group() -> None:
    """What the cameras and people have reported."""


@app.command("list")
def list_events(
    matter: Annotated[str | None, typer.Option(help="Only this matter.")] = None,
    camera: Annotated[str | None, typer.Option(help="Only of this camera.")] = None,
    case: Annotated[str | None, typer.Option(help="Only of this case.")] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """List events, newest first."""
    wanted = {"matter": matter, "camera": camera, "case": case}
    params = {name: value for name, value in wanted.items() if value is not None}
    events = list(Node(url).pages("/events", params, limit))
    if as_json:
        print_json(events)
        return
    lang = language()
    rows = [_row(event) for event in events]
    title = pick((f"{len(rows)} events", f"{len(rows)} 件事件"), lang)
    print_table(title, [pick(column, lang) for column in _COLUMNS], rows)


@app.command()
def show(
    event_id: Annotated[str, typer.Argument(help="Id of the event.")],
    as_json: JsonOption = False,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Show one event with its evidence."""
    event = Node(url).get(f"/events/{quote(event_id, safe='')}")
    if as_json:
        print_json(event)
        return
    lang = language()
    labels = [pick(column, lang) for column in _COLUMNS]
    lines = list(zip(labels, _row(event), strict=True))
    lines.append((pick(("place", "位置"), lang), place(event["location"])))
    if event["box_xyxy_px"] is not None:
        box = ", ".join(f"{value:.0f}" for value in event["box_xyxy_px"])
        width, height = event["resolution_wh"]
        lines.append((pick(("box", "画面位置"), lang), f"{box} px / {width} x {height}"))
    if event["note"]:
        lines.append((pick(("note", "说明"), lang), event["note"]))
    for picture in event["evidence"]:
        lines.append((pick(("evidence", "证据"), lang), f"{picture['kind']}: {url}/api/v1/evidence/{picture['key']}"))
    for label, text in lines:
        typer.echo(f"{label}: {text}")


def _row(event: dict[str, Any]) -> tuple[str, ...]:
    return (
        event["event_id"],
        local_time(event["confirmed_at"]),
        event["matter"],
        event["camera_id"] or event["reporter"] or "",
        event["zone"] or "",
        "" if event["confidence"] is None else f"{event['confidence']:.2f}",
        event["case_id"],
        local_time(event["cleared_at"]),
    )
