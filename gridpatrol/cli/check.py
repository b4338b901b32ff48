"""`gridpatrol check`: is this configuration right, and are its cameras there?"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from detector.sources.address import AddressPolicy
from detector.sources.credentials import Secrets
from gridpatrol.check import table, visit_all
from gridpatrol.config import load_installation
from gridpatrol.errors import UserError, raise_all
from gridpatrol.settings import load_settings


def check(
    config: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with cameras/, matters/, grid/.")],
    pictures: Annotated[Path, typer.Option(help="Folder for a picture of each camera with its zones.")] = Path(
        "gridpatrol-check"
    ),
    files_only: Annotated[bool, typer.Option("--files-only", help="Do not visit the cameras.")] = False,
) -> None:
    """Validate every file of a configuration and visit every camera. Exit code 2 when anything is wrong."""
    installation = load_installation(config)
    settings = load_settings(config)
    console = Console()
    for notice in installation.notices_at(datetime.now(UTC)):
        console.print(f"[yellow]note[/] {notice}", highlight=False)
    counts = (
        f"{len(installation.cameras)} cameras, {len(installation.matters)} matters, {len(installation.grid)} layers"
    )
    console.print(f"[green]files are right[/]: {counts}", highlight=False)
    if files_only:
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("visiting cameras", total=len(installation.cameras))
        visits = visit_all(
            list(installation.cameras.values()),
            pictures,
            secrets=Secrets(os.environ, settings.secrets_file),
            policy=AddressPolicy(settings.allowed_networks),
            done=lambda _: progress.advance(task),
        )
    console.print(table(visits))
    raise_all([UserError(visit.error, place=f"camera {visit.camera.id}") for visit in visits if visit.error])
