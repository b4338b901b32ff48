"""The `gridpatrol` command. Each group of commands is one module; heavy libraries load only where they are used."""

from __future__ import annotations

import importlib
import sys
from typing import Annotated

import typer

from detector.errors import DetectorError
from dispatch.errors import DispatchError
from gridpatrol.errors import UserError
from models.errors import ModelsError
from models.registry import RegistryError

app = typer.Typer(
    name="gridpatrol",
    help="Public cameras patrol the streets: one event per incident, dispatched, and re-checked by the same camera.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

USER_ERROR_EXIT = 2


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"gridpatrol {version('gridpatrol')}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Run before every command."""


def _register() -> None:
    for module, names in (
        ("gridpatrol.cli.run", ("run", "demo")),
        ("gridpatrol.cli.check", ("check",)),
        ("gridpatrol.cli.replay", ("replay",)),
    ):
        try:
            loaded = importlib.import_module(module)
        except ModuleNotFoundError:
            continue
        for name in names:
            app.command(name)(getattr(loaded, name))
    for group in ("event", "case", "camera", "queue", "model", "dataset"):
        try:
            loaded = importlib.import_module(f"gridpatrol.cli.{group}")
        except ModuleNotFoundError:
            continue
        app.add_typer(loaded.app, name=group)


_register()


def main() -> None:
    """Run the command line. An error that a person can mend is one message on stderr and exit code 2."""
    try:
        app()
    except (UserError, DetectorError, DispatchError, ModelsError, RegistryError) as error:
        print(f"gridpatrol: {error}", file=sys.stderr)
        sys.exit(USER_ERROR_EXIT)
    except BrokenPipeError:
        # The reader of a pipe (`| head`) left: nothing to say, and stdout must not be flushed again at exit.
        sys.stderr.close()
        sys.exit(0)
