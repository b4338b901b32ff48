"""`gridpatrol replay`: process a recording as fast as the machine allows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from detector.config import Source
from detector.inference import open_detector
from detector.sources import duration_s, open_source
from dispatch.grid import GridIndex
from gridpatrol.config import load_camera, load_grid, load_matters, watched_on
from gridpatrol.errors import UserError
from gridpatrol.replay import Job
from gridpatrol.replay import replay as run_replay
from gridpatrol.shipped import SHIPPED_CONFIG, registered_model
from gridpatrol.watching import blind_rules


def replay(
    video: Annotated[Path, typer.Argument(help="The recording.")],
    camera: Annotated[Path, typer.Option(help="Camera file: zones, matters, calibration.")],
    out: Annotated[Path, typer.Option(help="Folder for events.jsonl, cases.jsonl, evidence/ and summary.json.")],
    handled_at: Annotated[
        list[float] | None,
        typer.Option(metavar="SECONDS", help="Media time at which every open case is reported handled; repeatable."),
    ] = None,
    video_out: Annotated[bool, typer.Option("--video", help="Also write annotated.mp4.")] = False,
    config: Annotated[Path, typer.Option(help="Folder with matters/ and grid/.")] = SHIPPED_CONFIG,
    model: Annotated[str, typer.Option(help="Registered model, name or name@version; default: in service.")] = "",
    manifest: Annotated[Path | None, typer.Option(help="Model manifest; default: the shipped one.")] = None,
) -> None:
    """Process a recording in media time, with the pipeline and the desk of a running node."""
    if not video.is_file():
        raise UserError("the recording does not exist", place=str(video), remedy="give the path of a video file")
    matters = load_matters(config / "matters")
    loaded = load_camera(camera, matters, source_exists=False)
    source = Source.model_validate({**loaded.source.model_dump(), "url": str(video.resolve())})
    loaded = loaded.model_copy(update={"source": source})
    job = Job(
        camera=loaded,
        matters=watched_on(loaded, matters),
        rules={code: matter.rules for code, matter in matters.items()},
        grid=GridIndex(load_grid(config / "grid")),
        detector=open_detector(registered_model(model, manifest)),
        out=out,
        handled_at_s=handled_at or (),
        film=video_out,
    )
    for line in blind_rules(job.matters, job.detector.class_names):
        typer.echo(line, err=True)
    total_s = duration_s(open_source(loaded))
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} s"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(loaded.id, total=total_s)
        summary = run_replay(job, lambda media_s: progress.update(task, completed=media_s))
    table = Table("looks", "media s", "wall s", "events", "faults of the view")
    faults = ", ".join(f"{f['type']} from {f['start_s']:.0f} s" for f in summary["health"]) or "none"
    table.add_row(*(str(summary[k]) for k in ("looks", "media_s", "wall_s", "events")), faults)
    console.print(table)
