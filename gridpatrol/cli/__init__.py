"""The `gridpatrol` command. Each group of commands is one module; only the one that is asked for is loaded."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from detector.errors import DetectorError
from dispatch.errors import DispatchError
from gridpatrol.errors import UserError
from models.errors import ModelsError
from models.registry import RegistryError

USER_ERROR_EXIT = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """A command or group of commands: where it is, and the line that --help shows for it."""

    name: str
    summary: str
    module: str
    is_group: bool = False


ENTRIES: tuple[Entry, ...] = (
    Entry("demo", "Run the demonstration city: simulated cameras, a grid, people.", "gridpatrol.cli.run"),
    Entry("run", "Watch the cameras of an installation, report, dispatch and re-check.", "gridpatrol.cli.run"),
    Entry("check", "Validate every file of a configuration and visit every camera.", "gridpatrol.cli.check"),
    Entry("replay", "Process a recording in media time.", "gridpatrol.cli.replay"),
    Entry("conform", "Play a consumer against a running node: what holds?", "gridpatrol.cli.conform"),
    Entry("event", "What the cameras and people have reported.", "gridpatrol.cli.event", is_group=True),
    Entry("case", "Cases and their way to closure.", "gridpatrol.cli.case", is_group=True),
    Entry("matter", "Which matters may be filed, since when, by whose word.", "gridpatrol.cli.matter", is_group=True),
    Entry("report", "Daily and weekly report, as a page and a spreadsheet.", "gridpatrol.cli.report", is_group=True),
    Entry("camera", "Which cameras are watching, and what they see.", "gridpatrol.cli.camera", is_group=True),
    Entry("queue", "What goes over the streams.", "gridpatrol.cli.queue", is_group=True),
    Entry("webhook", "Receivers of signed HTTP messages.", "gridpatrol.cli.webhook", is_group=True),
    Entry("user", "Who may use the node: people and programs, their roles.", "gridpatrol.cli.user", is_group=True),
    Entry("key", "API keys with which programs act.", "gridpatrol.cli.key", is_group=True),
    Entry("state", "The whole state of a node in one archive.", "gridpatrol.cli.state", is_group=True),
    Entry("model", "Models: what is in service, and how the next one is made.", "gridpatrol.cli.model", is_group=True),
    Entry("dataset", "Data sets: pictures with labels.", "gridpatrol.cli.dataset", is_group=True),
)


def build(arguments: Sequence[str]) -> typer.Typer:
    """Return the command line, with the module of the wanted command loaded and the others known by name only.

    Loading all of them takes seconds: some need OpenCV, OpenVINO or SQLAlchemy.
    """
    app = typer.Typer(
        name="gridpatrol",
        help="Public cameras patrol the streets: one event an incident, dispatched, re-checked by the same camera.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    wanted = next((argument for argument in arguments if not argument.startswith("-")), None)
    for entry in ENTRIES:
        if entry.name != wanted:
            app.command(entry.name, help=entry.summary)(_not_loaded)
            continue
        module = importlib.import_module(entry.module)
        if entry.is_group:
            app.add_typer(module.app, name=entry.name)
        else:
            app.command(entry.name)(getattr(module, entry.name))
    return app


def main() -> None:
    """Run the command line. An error that a person can mend is one message on stderr and exit code 2."""
    try:
        build(sys.argv[1:])()
    except (UserError, DetectorError, DispatchError, ModelsError, RegistryError) as error:
        print(f"gridpatrol: {error}", file=sys.stderr)
        if isinstance(error, DispatchError) and error.remedy:
            print(f"  {error.remedy}", file=sys.stderr)
        sys.exit(USER_ERROR_EXIT)
    except BrokenPipeError:
        # The reader of a pipe (`| head`) left: nothing to say, and stdout must not be flushed again at exit.
        sys.stderr.close()
        sys.exit(0)


def _not_loaded() -> None:
    """Stand for a command that was not asked for."""


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"gridpatrol {version('gridpatrol')}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Run before every command."""
