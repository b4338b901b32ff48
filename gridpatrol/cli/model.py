"""`gridpatrol model`: the registry, training, measuring and the gate to service."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from gridpatrol.errors import UserError
from models.registry import MANIFEST, ModelEntry, load_manifest, published, verify

if TYPE_CHECKING:
    from models.evaluate import Evaluation
    from models.promote import Decision

app = typer.Typer(help="Models: what is in service, and the workshop that makes the next one.", no_args_is_help=True)

ManifestOption = Annotated[Path, typer.Option("--manifest", help="Model registry; default: the shipped one.")]
DataOption = Annotated[list[Path], typer.Option("--data", help="YOLO data file to measure on; repeatable.")]
SplitOption = Annotated[str | None, typer.Option(help="train, val or test; default: val, then test, then train.")]
AimOption = Annotated[str, typer.Option(help="What must get better: a family of classes, speed or events.")]
ClipsOption = Annotated[Path | None, typer.Option(help="Also compare events on these clips.")]
NEEDS_TRAIN = "this needs the training extra: pip install 'gridpatrol[train]'"


@app.callback()
def _group() -> None:
    """Run before every command of the group."""


@app.command("list")
def list_models(manifest: ManifestOption = MANIFEST) -> None:
    """List the registered models."""
    registry = load_manifest(manifest)
    table = Table("model", "", "precision", "classes", "input", "size")
    for entry in registry.entries.values():
        mark = {registry.in_service_id: "in service", registry.previous_id: "before"}.get(entry.id, "")
        size = sum(file.stat().st_size for file in entry.files if file.exists()) / 1e6
        table.add_row(
            entry.id, mark, entry.precision, str(len(entry.classes)), f"{entry.input_size} px", f"{size:.1f} MB"
        )
    Console().print(table)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="name or name@version; default: the one in service.")] = "",
    manifest: ManifestOption = MANIFEST,
) -> None:
    """Show a model: classes, figures, where it came from, and whether its files are what was registered."""
    entry = _entry(manifest, name)
    verify(entry)
    lines = {
        "model": entry.id,
        "files": ", ".join(str(file) for file in entry.files) + " (hashes are right)",
        "format": f"{entry.format}, {entry.precision}, {entry.input_size} px",
        "licence": entry.licence,
        "base": entry.base or "-",
        "data manifest": entry.data_manifest or "-",
        "trainable": _trainable(entry),
        "classes": ", ".join(entry.classes),
        **{f"figure {key}": f"{value:g}" for key, value in entry.metrics.items()},
        **{f"tolerance {key}": f"{value:g}" for key, value in entry.tolerance.items()},
    }
    for key, value in lines.items():
        typer.echo(f"{key + ':':16} {value}")


def _trainable(entry: ModelEntry) -> str:
    """Say which weights a training may start from; an installed wheel leaves them out."""
    if not any((entry.path.parent / name).exists() for name in entry.trainable):
        return ", ".join(f"{name} (not here)" for name in entry.trainable) or "-"
    return f"{published(entry)} (its hash is right)"


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="Training recipe, e.g. configs/training/city.yaml.")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints, log and plots.")],
    data: Annotated[Path | None, typer.Option(help="Data set built before; default: built into OUT/dataset.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint in OUT.")] = False,
) -> None:
    """Train a recipe: on a GPU when there is one, on the CPU otherwise."""
    from models.dataset.build import build_dataset, open_dataset
    from models.recipe import load_recipe

    with _training_extra():
        from models.training.trainer import train as run

    loaded = load_recipe(recipe)
    folder = data or out / "dataset"
    if data is not None or (folder / "manifest.json").exists():
        dataset = open_dataset(folder)
    else:
        dataset = build_dataset(loaded.data, folder, typer.echo)
    checkpoint = run(loaded, dataset, out, resume=resume, progress=typer.echo)
    typer.echo(f"{checkpoint}\nnext: gridpatrol model export {recipe} {checkpoint} --version VERSION")


@app.command()
def evaluate(
    data: Annotated[Path, typer.Option(help="YOLO data file; classes are matched by name.")],
    model: Annotated[str, typer.Option(help="name or name@version; default: the one in service.")] = "",
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
    report: Annotated[Path | None, typer.Option(help="Folder for a page with plots and the worst pictures.")] = None,
    split: SplitOption = None,
    clips: Annotated[Path | None, typer.Option(help="Folder with clips/, cameras/ and ground_truth.json.")] = None,
    least: Annotated[
        float, typer.Option(metavar="PX", help="Leave out what has a shorter side on the model's input than this.")
    ] = 0.0,
    record: Annotated[str, typer.Option(metavar="PREFIX", help="Write AP50 by class into the registry.")] = "",
    manifest: ManifestOption = MANIFEST,
) -> None:
    """Measure a model on labelled pictures and, with --clips, on events."""
    entry = _entry(manifest, model)
    result = _measure(entry, data, split, report, least)
    _print_figures(result)
    values: dict[str, Any] = result.to_json()
    if clips is not None:
        from gridpatrol.gate import events

        values["events"] = events(entry, clips, typer.echo)
        typer.echo("events: " + json.dumps(values["events"]["total"]))
    if record:
        from models.promote import tolerances
        from models.register import record_figures

        figures = {f"{record}.{name}.ap50": f.ap50 for name, f in result.classes.items()}
        record_figures(manifest, entry.id, figures, tolerances())
    if json_out is not None:
        json_out.parent.mkdir(parents=True, exist_ok=True)
        json_out.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


@app.command()
def export(
    recipe: Annotated[Path, typer.Argument(help="The recipe that was trained.")],
    checkpoint: Annotated[Path, typer.Argument(help="weights/final.pt of the training.")],
    version: Annotated[str, typer.Option(help="Version of the new model, e.g. 2026.11.21.")],
    name: Annotated[str, typer.Option(help="Name of the new model; default: the recipe's.")] = "",
    int8: Annotated[bool, typer.Option("--int8", help="Quantise; needs the data set for calibration.")] = False,
    data: Annotated[Path | None, typer.Option(help="The data set that was trained on.")] = None,
    manifest: ManifestOption = MANIFEST,
) -> None:
    """Write a checkpoint as OpenVINO weights and register them, out of service until promoted."""
    with _training_extra():
        from models.workshop import export_and_register

    entry = export_and_register(
        recipe, checkpoint, name=name, version=version, manifest_path=manifest, data=data, int8=int8
    )
    typer.echo(f"registered {entry.id}: {', '.join(str(file) for file in entry.files)}")


@app.command()
def compare(
    first: Annotated[str, typer.Argument(help="name or name@version.")],
    second: Annotated[str, typer.Argument(help="name or name@version.")],
    data: DataOption,
    split: SplitOption = None,
    manifest: ManifestOption = MANIFEST,
) -> None:
    """Put two models side by side: every class, and the time a picture takes."""
    left, right = _entry(manifest, first), _entry(manifest, second)
    for path in data:
        a, b = _measure(left, path, split), _measure(right, path, split)
        table = Table(str(path), left.id, right.id, "difference", title="AP50-95")
        for name in sorted({*a.classes, *b.classes}, key=[*left.classes, *right.classes].index):
            old, new = (e.classes[name].ap50_95 if name in e.classes else float("nan") for e in (a, b))
            table.add_row(name, f"{old:.3f}", f"{new:.3f}", f"{new - old:+.3f}")
        Console().print(table)
    from gridpatrol.gate import speed

    old_ms, new_ms = speed(left, right)
    typer.echo(f"CPU time a picture: {old_ms:.1f} ms and {new_ms:.1f} ms, ratio {new_ms / old_ms:.2f}")


@app.command()
def gate(
    challenger: Annotated[str, typer.Argument(help="name or name@version.")],
    data: DataOption,
    aim: AimOption,
    split: SplitOption = None,
    clips: ClipsOption = None,
    manifest: ManifestOption = MANIFEST,
) -> None:
    """Measure a model against the one in service and record what the gate says; nothing enters service."""
    from models.promote import DECISIONS, record

    decision = _decision(manifest, challenger, data, aim, split, clips)
    record(manifest.parent / DECISIONS, decision)
    typer.echo("passed" if decision.accepted else "refused: " + "; ".join(decision.reasons))


@app.command()
def promote(
    challenger: Annotated[str, typer.Argument(help="name or name@version.")],
    data: DataOption,
    aim: AimOption,
    split: SplitOption = None,
    clips: ClipsOption = None,
    manifest: ManifestOption = MANIFEST,
) -> None:
    """Put a model in service, if nothing gets worse beyond the tolerance and the aim gets better."""
    from models.promote import promote as enter_service

    decision = _decision(manifest, challenger, data, aim, split, clips)
    registry = enter_service(manifest, decision, by=getuser())
    typer.echo(f"in service: {registry.in_service_id}; running nodes change over by themselves")


def _decision(
    manifest: Path, challenger: str, data: list[Path], aim: str, split: str | None, clips: Path | None
) -> Decision:
    """Measure a challenger as the gate wants it and print what it found."""
    from gridpatrol.gate import decision_on

    with _progress("pictures") as tick:
        decision = decision_on(
            load_manifest(manifest),
            _entry(manifest, challenger),
            data=data,
            split=split,
            clips=clips,
            aim=aim,
            at=datetime.now(UTC),
            tick=tick,
            say=typer.echo,
        )
    table = Table("family", "data", "in service", "challenger", "allowed", "")
    for line in decision.lines:
        figures = (f"{value:.4g}" for value in (line.champion, line.challenger, line.allowed))
        table.add_row(line.family, line.data, *figures, "passed" if line.passed else "worse")
    Console().print(table)
    return decision


@app.command()
def rollback(manifest: ManifestOption = MANIFEST) -> None:
    """Return to the model that was in service before."""
    from models.register import Change, roll_back

    change = Change(datetime.now(UTC), getuser(), "rolled_back")
    typer.echo(f"in service: {roll_back(manifest, change).in_service_id}")


def _entry(manifest: Path, name: str) -> ModelEntry:
    registry = load_manifest(manifest)
    return registry.find(name) if name else registry.in_service


def _measure(
    entry: ModelEntry, path: Path, split: str | None, report: Path | None = None, least_px: float = 0.0
) -> Evaluation:
    from gridpatrol.gate import measure

    with _progress(entry.id) as tick:
        result, judged, names = measure(entry, path, split, partial(tick, entry.id), least_px)
    if report is not None:
        from models.report import write_report

        typer.echo(write_report(report, result, judged, names))
    return result


def _print_figures(result: Any) -> None:
    table = Table("class", "AP50", "AP50-95", "pictures", "objects", title=f"{result.model} on {result.data}")
    for name, f in result.classes.items():
        table.add_row(name, f"{f.ap50:.3f}", f"{f.ap50_95:.3f}", str(f.images), str(f.instances))
    Console().print(table)
    if result.not_in_model:
        typer.echo(f"not in the model: {', '.join(result.not_in_model)}")


class _progress:
    """A progress bar that a `(model, done, total)` callback moves."""

    def __init__(self, title: str):
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}"), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._title = title

    def __enter__(self) -> Callable[[str, int, int], None]:
        self._progress.start()
        task = self._progress.add_task(self._title, total=None)
        return lambda model, done, total: self._progress.update(task, completed=done, total=total, description=model)

    def __exit__(self, *args: object) -> None:
        self._progress.stop()


class _training_extra:
    """Turns a missing optional package into a message."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ModuleNotFoundError):
            raise UserError(f"{error.name} is not installed", remedy=NEEDS_TRAIN) from error
