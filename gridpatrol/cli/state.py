"""`gridpatrol state`: the whole state of a node in one archive, and what retention has deleted of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gridpatrol.cli.client import (
    DEFAULT_URL,
    JsonOption,
    LimitOption,
    Node,
    UrlOption,
    language,
    local_time,
    print_json,
    print_table,
)
from gridpatrol.lock import DataDirectory
from gridpatrol.settings import load_settings
from gridpatrol.state import Manifest, check, export, restore
from gridpatrol.wording import pick

app = typer.Typer(help="The state of a node: one archive of all, and what was deleted.", no_args_is_help=True)

ArchiveArgument = Annotated[Path, typer.Argument(metavar="ARCHIVE", help="The archive, a tar file.")]
DataOption = Annotated[Path, typer.Option(help="Data directory of a node that does not run.")]
ConfigOption = Annotated[
    Path | None, typer.Option(help="Folder with node.yaml, where that names the dispatch database.")
]


@app.callback()
def group() -> None:
    """The whole state of a node in one archive."""


@app.command("export")
def write(archive: ArchiveArgument, data: DataOption = Path("var/demo"), config: ConfigOption = None) -> None:
    """Write cases, accounts, cameras' memory and pictures of a stopped node into one archive."""
    with DataDirectory(data) as directory:
        _say(export(archive, directory, _database(config), datetime.now(UTC)))


@app.command("import")
def read(archive: ArchiveArgument, data: DataOption, config: ConfigOption = None) -> None:
    """Fill a new data directory, and an empty database where one is named, from an archive."""
    with DataDirectory(data) as directory:
        _say(restore(archive, directory, _database(config)))


@app.command("check")
def verify(archive: ArchiveArgument) -> None:
    """Compare every file of an archive with its hash."""
    _say(check(archive))


@app.command()
def deleted(limit: LimitOption = 50, as_json: JsonOption = False, url: UrlOption = DEFAULT_URL) -> None:
    """List the pictures that a running node has deleted because they were kept long enough, newest first."""
    lines = list(Node(url).pages("/deletions", {}, limit))
    if as_json:
        print_json(lines)
        return
    lang = language()
    columns = (("when", "时间"), ("grounds", "依据"), ("case or day", "案件或日期"), ("pictures", "图片数"))
    grounds = {"filed": ("filed", "已立案"), "unfiled": ("not filed", "未立案"), "unreported": ("unreported", "未上报")}
    rows = [
        (
            local_time(line["at"]),
            pick(grounds[line["grounds"]], lang),
            line["case_id"] or line["day"],
            str(len(line["keys"])),
        )
        for line in lines
    ]
    print_table("", [pick(column, lang) for column in columns], rows)


def _database(config: Path | None) -> str | None:
    return load_settings(config or Path()).dispatch_database


def _say(manifest: Manifest) -> None:
    size_mb = sum(member.size for member in manifest.members.values()) / 1e6
    at = manifest.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    english = f"{len(manifest.members)} files, {size_mb:.1f} MB, of {at}, GridPatrol {manifest.gridpatrol}: whole"
    chinese = f"{len(manifest.members)} 个文件，{size_mb:.1f} MB，{at}，GridPatrol {manifest.gridpatrol}：完整"
    typer.echo(pick((english, chinese), language()))
