"""`gridpatrol queue`: what goes over the streams."""

from __future__ import annotations

import json
import threading
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from redis.exceptions import RedisError

from dispatch.consumer import DEAD_STREAM, follow
from dispatch.contract import CASES_STREAM, REPORTS_STREAM, REQUESTS_STREAM, SUPERVISION_STREAM
from dispatch.deadletters import replay as put_back
from dispatch.stream import EVENT_FIELD, connect
from gridpatrol.cli.client import language
from gridpatrol.errors import UserError
from gridpatrol.wording import pick

app = typer.Typer(help="The streams between cameras, dispatch and the city's systems.", no_args_is_help=True)


class StreamName(StrEnum):
    """What people call the streams."""

    all = "all"
    reports = "reports"
    requests = "requests"
    cases = "cases"
    supervision = "supervision"
    dead = "dead"


STREAMS: dict[StreamName, tuple[str, ...]] = {
    StreamName.all: (REPORTS_STREAM, REQUESTS_STREAM, CASES_STREAM, SUPERVISION_STREAM),
    StreamName.reports: (REPORTS_STREAM,),
    StreamName.requests: (REQUESTS_STREAM,),
    StreamName.cases: (CASES_STREAM,),
    StreamName.supervision: (SUPERVISION_STREAM,),
    StreamName.dead: (DEAD_STREAM,),
}


@app.callback()
def group() -> None:
    """The streams between cameras, dispatch and the city's systems."""


@app.command()
def tail(
    stream: Annotated[StreamName, typer.Option(help="Which stream; dead: what a consumer refused.")] = StreamName.all,
    data: Annotated[Path, typer.Option(help="Data directory of a running node.")] = Path("var/demo"),
    url: Annotated[
        str | None, typer.Option(envvar="GRIDPATROL_REDIS_URL", help="Stream server, instead of a node's own.")
    ] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="Begin with the oldest kept event.")] = False,
    count: Annotated[int | None, typer.Option(min=1, help="Stop after this many events.")] = None,
) -> None:
    """Print what goes over the streams until Ctrl-C: one CloudEvents JSON a line."""
    try:
        client = connect(url or _url_of_node(data))
    except ValueError as error:
        raise UserError(str(error), place="--url", remedy="redis://HOST:6379, rediss:// or unix:///PATH") from error
    remaining = count
    try:
        for name, entry_id, fields in follow(client, STREAMS[stream], threading.Event(), from_start=from_start):
            _print(name, entry_id, fields)
            remaining = None if remaining is None else remaining - 1
            if remaining == 0:
                return
    except KeyboardInterrupt:
        return
    finally:
        client.close()


@app.command()
def replay(
    entry: Annotated[
        list[str] | None, typer.Option(help="Only this dead message (its entry_id); repeatable. All when absent.")
    ] = None,
    data: Annotated[Path, typer.Option(help="Data directory of a running node.")] = Path("var/demo"),
    url: Annotated[
        str | None, typer.Option(envvar="GRIDPATROL_REDIS_URL", help="Stream server, instead of a node's own.")
    ] = None,
) -> None:
    """Put dead messages (`queue tail --stream dead --from-start`) back into their streams, once the cause is mended."""
    address = url or _url_of_node(data)
    try:
        client = connect(address)
        number = put_back(client, entry)
    except (ValueError, RedisError) as error:
        raise UserError(str(error), place=address, remedy="redis://HOST:6379, rediss:// or unix:///PATH") from error
    client.close()
    typer.echo(pick((f"{number} put back", f"{number} 条已放回"), language()))


def _print(stream: str, entry_id: str, fields: dict[str, str]) -> None:
    if stream == DEAD_STREAM:
        typer.echo(json.dumps({"entry_id": entry_id, **fields}, ensure_ascii=False))
    else:
        typer.echo(fields.get(EVENT_FIELD, ""))


def _url_of_node(data: Path) -> str:
    from gridpatrol.lock import read_beacon

    beacon = read_beacon(data)
    if beacon is None:
        raise UserError(
            "no node is running on this data directory",
            place=str(data),
            remedy="start one (make run), or give --data DIR of the running node, or --url of its stream server",
        )
    return beacon.stream_url
