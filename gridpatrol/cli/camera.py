"""`gridpatrol camera`: which cameras are watching, and what they see."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from dispatch.contract import CameraState, FaultType
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
from gridpatrol.errors import UserError
from gridpatrol.wording import CAMERA_STATES, FAULTS, Language, pick

app = typer.Typer(help="Which cameras are watching, and what they see.", no_args_is_help=True)

LOOK_PATIENCE_S = 200.0
"""Longer than a node waits for a camera with its defaults."""
LOOK_POLL_S = 0.5
CameraArgument = Annotated[str, typer.Argument(help="Id of the camera.")]
_COLUMNS = (
    ("camera", "探头"),
    ("name", "名称"),
    ("state", "状态"),
    ("since", "起始"),
    ("looks", "巡查次数"),
    ("last look", "最近巡查"),
    ("matters", "事项"),
)


@app.callback()
def group() -> None:
    """Which cameras are watching, and what they see."""


@app.command("list")
def list_cameras(as_json: JsonOption = False, url: UrlOption = DEFAULT_URL) -> None:
    """List all cameras and whether they are watching."""
    cameras = Node(url).get("/cameras")["items"]
    if as_json:
        print_json(cameras)
        return
    lang = language()
    title = pick((f"{len(cameras)} cameras", f"{len(cameras)} 路探头"), lang)
    print_table(title, [pick(column, lang) for column in _COLUMNS], [_row(camera, lang) for camera in cameras])


@app.command()
def snapshot(
    camera_id: CameraArgument,
    out: Annotated[Path | None, typer.Option(help="File to write; default: CAMERA.jpg here.")] = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Save the latest picture of a camera."""
    picture = Node(url).get_bytes(f"/cameras/{quote(camera_id, safe='')}/snapshot")
    _save(picture, out or Path(f"{camera_id}.jpg"))


@app.command()
def look(
    camera_id: CameraArgument,
    case: Annotated[str | None, typer.Option(help="What it is for; the case's history then tells of it.")] = None,
    out: Annotated[Path | None, typer.Option(help="File for the picture; default: CAMERA.jpg here.")] = None,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Ask a camera to look now, patrolled or not, and save what it shows."""
    node = Node(url, token)
    looks = f"/cameras/{quote(camera_id, safe='')}/looks"
    asked = node.post(looks, {} if case is None else {"case_id": case})
    until_s = time.monotonic() + LOOK_PATIENCE_S
    while asked["state"] == "asked" and time.monotonic() < until_s:
        time.sleep(LOOK_POLL_S)
        asked = node.get(f"{looks}/{asked['look_id']}")
    if asked["view"] is None:
        raise UserError(asked["reason"] or "the camera has not answered yet", place=f"look {asked['look_id']}")
    for seen in asked["view"]["detections"]:
        typer.echo(f"{seen['class_name']} {seen['confidence']:.2f} {seen['box_xyxy_px']}")
    if not asked["view"]["usable"]:
        typer.echo(asked["view"]["detail"], err=True)
    if asked["picture"] is not None:
        _save(node.get_bytes(f"{looks}/{asked['look_id']}/picture"), out or Path(f"{camera_id}.jpg"))


@app.command()
def pause(
    camera_id: CameraArgument,
    reason: Annotated[str, typer.Option(help="Why; shown with the camera's state.")],
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Leave a camera alone, also after a restart of the node, until it is resumed."""
    Node(url, token).post(f"/cameras/{quote(camera_id, safe='')}/pause", {"reason": reason})
    typer.echo(f"{camera_id}: {pick(('paused', '已暂停'), language())}")


@app.command()
def resume(camera_id: CameraArgument, url: UrlOption = DEFAULT_URL, token: TokenOption = None) -> None:
    """Watch a paused camera again."""
    Node(url, token).post(f"/cameras/{quote(camera_id, safe='')}/resume", {})
    typer.echo(f"{camera_id}: {pick(('watched again', '已恢复巡查'), language())}")


def _save(picture: bytes, path: Path) -> None:
    try:
        path.write_bytes(picture)
    except OSError as error:
        raise UserError(
            f"the picture cannot be written: {error.strerror}", place=str(path), remedy="give another file with --out"
        ) from error
    typer.echo(str(path))


def _row(camera: dict[str, Any], lang: Language) -> tuple[str, ...]:
    state = pick(CAMERA_STATES[CameraState(camera["state"])], lang) if camera["state"] else "?"
    if camera["fault"]:
        state = f"{state}: {pick(FAULTS[FaultType(camera['fault'])], lang)}"
    return (
        camera["camera_id"],
        camera["name_zh"] if lang == "zh" else camera["name_en"],
        state,
        local_time(camera["since"]),
        str(camera["looks"]),
        local_time(camera["last_look_at"]),
        ", ".join(camera["matters"]),
    )
