"""`gridpatrol dataset`: building, looking into, and exchanging data sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import yaml

from gridpatrol.errors import UserError
from gridpatrol.shipped import SHIPPED_CONFIG
from models.dataset.labels import Picture

app = typer.Typer(help="Data sets: pictures with labels, from several sources, in honest splits.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Run before every command of the group."""


@app.command()
def build(
    recipe: Annotated[Path, typer.Argument(help="Training recipe, e.g. configs/training/city.yaml.")],
    out: Annotated[Path, typer.Option(help="Folder of the data set; an earlier one there is replaced.")],
) -> None:
    """Collect the sources of a recipe, keep near-duplicates together, split, and write a manifest with hashes."""
    from models.dataset.build import build_dataset
    from models.recipe import load_recipe

    built = build_dataset(load_recipe(recipe).data, out, typer.echo)
    typer.echo(f"{built.data_yaml}\nmanifest sha256 {built.sha256}\nnext: gridpatrol dataset inspect {built.data_yaml}")


@app.command()
def inspect(
    data: Annotated[Path, typer.Argument(help="YOLO data file.")],
    report: Annotated[Path | None, typer.Option(help="Folder for a page with contact sheets.")] = None,
) -> None:
    """Count objects, sizes and sources, and name every fault; exit code 1 when there are faults."""
    from models.dataset.inspect import inspect as look_into
    from models.dataset.inspect import write_report
    from models.dataset.yolo_data import load_yolo_data

    values = yaml.safe_load(data.read_text(encoding="utf-8")) if data.exists() else {}
    splits = [split for split in ("train", "val", "test") if isinstance(values, dict) and values.get(split)]
    findings = [look_into(load_yolo_data(data, split)) for split in splits or ["val"]]
    for found, _ in findings:
        typer.echo(f"{found.split}: {found.pictures} pictures, {found.empty} without objects")
        for name, number in found.instances.items():
            by_size = ", ".join(f"{size} {found.sizes[name].get(size, 0)}" for size in ("small", "medium", "large"))
            typer.echo(f"  {name:14} {number:6}  ({by_size})")
        for fault in found.faults:
            typer.echo(f"  fault: {fault}", err=True)
    if report is not None:
        typer.echo(write_report(report, findings, str(data)))
    if any(found.faults for found, _ in findings):
        raise typer.Exit(1)


@app.command("import")
def import_set(
    source: Annotated[Path, typer.Argument(help="COCO JSON, Label Studio JSON, YOLO data file, or review set folder.")],
    out: Annotated[Path, typer.Option(help="New folder for the source, in YOLO form.")],
    form: Annotated[str, typer.Option(help="coco, labelstudio, yolo or review.")],
    images: Annotated[Path | None, typer.Option(help="Folder of the pictures; default: beside the file.")] = None,
    classes: Annotated[
        str, typer.Option(help="review: class names that a verdict may teach; default: the model in service's.")
    ] = "",
) -> None:
    """Bring labels of others, or a review set, into the form that a recipe takes as a source."""
    from models.dataset.formats import pictures_of, read_coco, read_labelstudio, write_form
    from models.dataset.review import read_review
    from models.dataset.yolo_data import load_yolo_data
    from models.registry import load_manifest

    beside = images or source.parent
    names: tuple[str, ...]
    pictures: list[Picture]
    if form == "coco":
        pictures, names = read_coco(source, beside)
    elif form == "labelstudio":
        pictures, names = read_labelstudio(source, beside)
    elif form == "yolo":
        data = load_yolo_data(source)
        pictures, names = pictures_of(data), tuple(data.names[i] for i in sorted(data.names))
    elif form == "review":
        names = tuple(classes.split(",")) if classes else load_manifest().in_service.classes
        review = read_review(source, names)
        pictures = list(review.pictures)
        typer.echo("verdicts: " + ", ".join(f"{name} {number}" for name, number in review.verdicts.items()))
        typer.echo(f"judged: name these as the source's `labelled` in the recipe: [{', '.join(review.judged)}]")
    else:
        raise UserError(f"unknown form {form!r}", remedy="known are coco, labelstudio, yolo and review")
    if not pictures:
        raise UserError("no pictures in it", place=str(source))
    path = write_form(pictures, names, out, "yolo", by_source=form == "review")
    typer.echo(f"{path}: {len(pictures)} pictures, {sum(len(p.labels) for p in pictures)} boxes")


@app.command()
def review(
    data: Annotated[Path, typer.Argument(help="Data directory of a running node.")],
    out: Annotated[Path, typer.Option(help="New folder for the review set.")],
    url: Annotated[str, typer.Option(help="Address of the node's API; default: as the data directory says.")] = "",
    config: Annotated[
        Path, typer.Option(help="Configuration with matters/; default: the shipped one.")
    ] = SHIPPED_CONFIG,
) -> None:
    """Collect what a node kept to learn from, with what people and re-checks said of it.

    Judged looks become a review set (`dataset import --form review`). Looks that nobody judged, also those on which the
    model was unsure, go to OUT/unsure as Label Studio tasks with the model's boxes as first guesses.
    """
    from gridpatrol.reviewing import collect_from

    told = collect_from(data, out, url=url, config=config)
    for line in told:
        typer.echo(line)


@app.command()
def export(
    data: Annotated[Path, typer.Argument(help="YOLO data file.")],
    out: Annotated[Path, typer.Option(help="New folder.")],
    form: Annotated[str, typer.Option(help="yolo, coco or labelstudio.")],
    split: Annotated[str | None, typer.Option(help="train, val or test; default: val, then test, then train.")] = None,
) -> None:
    """Write a split of a data set in another form."""
    from models.dataset.formats import pictures_of, write_form
    from models.dataset.yolo_data import load_yolo_data

    loaded = load_yolo_data(data, split)
    classes = [loaded.names[i] for i in sorted(loaded.names)]
    typer.echo(write_form(pictures_of(loaded), classes, out, form))


@app.command()
def streets(
    out: Annotated[Path, typer.Option(help="Folder; streets that are there already are kept.")],
    seeds: Annotated[str, typer.Option(metavar="FIRST:END", help="Seeds, one street each, e.g. 900000:900010.")],
    per_scene: Annotated[int, typer.Option(help="Pictures of each street.")] = 4,
    width: Annotated[int, typer.Option(help="Picture width, pixels; the height is 9/16 of it.")] = 800,
) -> None:
    """Render simulated streets with exact labels, to train or to measure on."""
    from models.dataset.simulated import write_simulated

    first, separator, end = seeds.partition(":")
    if not (separator and first.isdigit() and end.isdigit() and int(first) < int(end)):
        raise UserError(f"seeds must be FIRST:END with FIRST below END, got {seeds!r}", place="--seeds")
    size = (width, width * 9 // 16)
    typer.echo(
        write_simulated(out, range(int(first), int(end)), per_scene=per_scene, resolution_wh=size, progress=typer.echo)
    )
