"""`gridpatrol run` and `gridpatrol demo`: start a node."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gridpatrol.errors import UserError
from gridpatrol.wording import terminal_language, word


class Lang(StrEnum):
    """Languages of the terminal."""

    en = "en"
    zh = "zh"


HostOption = Annotated[str | None, typer.Option(help="Address the API listens on (loopback).")]
PortOption = Annotated[int | None, typer.Option(help="Port of the API; 0 for any free one.")]
LangOption = Annotated[Lang | None, typer.Option(help="Language of the live log; the locale's when absent.")]


def _starting(lang: Lang | None) -> Console:
    """Say that the node starts before its libraries are loaded, which takes seconds."""
    console = Console(highlight=False)
    language = terminal_language("zh" if lang is Lang.zh else "en" if lang is Lang.en else None)
    console.print(f"[dim]GridPatrol · {word('starting', language)}[/]")
    return console


def run(
    config: Annotated[Path, typer.Option(help="Folder with cameras/, matters/, grid/ and node.yaml.")],
    data: Annotated[Path, typer.Option(help="Folder for databases, streams, evidence and log.")],
    host: HostOption = None,
    port: PortOption = None,
    lang: LangOption = None,
) -> None:
    """Watch the cameras of an installation, report, dispatch and re-check, until Ctrl-C."""
    console = _starting(lang)
    from gridpatrol.node import Plan, run_node
    from gridpatrol.settings import load_settings

    if not config.is_dir():
        raise UserError("there is no such folder", place=str(config), remedy="give the folder that holds cameras/")
    settings = load_settings(config, host=host, port=port, language=lang)
    run_node(Plan(config, data, settings), console)


def demo(
    data: Annotated[Path, typer.Option(help="Folder for the demonstration's data.")] = Path("var/demo"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget earlier demonstrations and begin anew.")] = False,
    host: HostOption = None,
    port: PortOption = None,
    lang: LangOption = None,
) -> None:
    """Run the demonstration city: simulated cameras, a grid, and people who handle the cases."""
    console = _starting(lang)
    from gridpatrol.demo import DEMO_CONFIG, DEMO_GRID, forget, load_story, own_config, world_of
    from gridpatrol.node import Plan, run_node
    from gridpatrol.settings import load_settings

    if fresh:
        forget(data)
    settings = load_settings(DEMO_CONFIG, host=host, port=port, language=lang)
    story = load_story(DEMO_CONFIG)
    run_node(Plan(own_config(data), data, settings, story=story, began_at=world_of, grid_dir=DEMO_GRID), console)
