"""Talking to a running node over its API, and printing what it answers."""

from __future__ import annotations

import getpass
import json
import os
import ssl
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from gridpatrol.errors import UserError
from gridpatrol.wording import Language, terminal_language

if TYPE_CHECKING:
    import httpx2

DEFAULT_URL = "http://127.0.0.1:8600"
DEFAULT_DATA = "var/demo"
TIMEOUT_S = 15.0

UrlOption = Annotated[str, typer.Option("--url", envvar="GRIDPATROL_URL", help="Address of the node's API.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
LimitOption = Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, newest first.")]
TokenOption = Annotated[
    str | None,
    typer.Option("--token", help="API key; else GRIDPATROL_API_KEY, else that of the node on GRIDPATROL_DATA."),
]

_PAGE = 500


class Node:
    """A running node, as its API shows it.

    Args:
        url: address of the API, such as http://127.0.0.1:8600.
        token: sent with every request; `token_for` finds one when absent.
        timeout_s: so long an answer is waited for.
    """

    def __init__(self, url: str, token: str | None = None, *, timeout_s: float = TIMEOUT_S) -> None:
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s
        token = token or token_for(self._url)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON of an address below /api/v1.

        Raises:
            UserError: no node answers, or it answers with a problem.
        """
        return self._ask("GET", path, params=params).json()

    def get_bytes(self, path: str) -> bytes:
        """Return the bytes of an address below /api/v1. Raises UserError as `get`."""
        return self._ask("GET", path).content

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send JSON and return the answer's, if any. Raises UserError as `get`."""
        response = self._ask("POST", path, json=body)
        return response.json() if response.content else None

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send JSON and return the answer's. Raises UserError as `get`."""
        return self._ask("PATCH", path, json=body).json()

    def delete(self, path: str) -> Any:
        """Delete what an address names and return the answer's JSON, if any. Raises UserError as `get`."""
        response = self._ask("DELETE", path)
        return response.json() if response.content else None

    def pages(self, path: str, params: Mapping[str, Any], limit: int) -> Iterable[dict[str, Any]]:
        """Yield at most `limit` items of a list, page by page. Raises UserError as `get`."""
        cursor: str | None = None
        while limit > 0:
            size = min(limit, _PAGE)
            page = self.get(path, {**params, "limit": size, **({"cursor": cursor} if cursor else {})})
            yield from page["items"]
            limit -= len(page["items"])
            cursor = page["next"]
            if cursor is None:
                return

    def speaker(self, by: str | None) -> str | None:
        """Return in whose name to act: `by`; else the user of this terminal, where the key is a program's.

        Who has a key of the own acts in the own name, which the node knows.
        """
        return by or (getpass.getuser() if "machine" in self.get("/me")["roles"] else None)

    def _ask(self, method: str, path: str, **arguments: Any) -> httpx2.Response:
        import httpx2

        try:
            # What the system trusts, and SSL_CERT_FILE: a city has an authority of its own.
            trusted = ssl.create_default_context() if self._url.startswith("https:") else True
            with httpx2.Client(
                timeout=self._timeout_s, headers=self._headers, trust_env=False, verify=trusted
            ) as client:
                response = client.request(method, f"{self._url}/api/v1{path}", **arguments)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise UserError(
                f"this is not an address: {error}", place=f"--url {self._url}", remedy=f"write it as {DEFAULT_URL}"
            ) from error
        except httpx2.TransportError as error:
            raise UserError(
                f"no node answers ({type(error).__name__})",
                place=self._url,
                remedy="start one with `make run` or `gridpatrol run`, or give the address of a running one with --url",
            ) from error
        if response.is_error:
            raise _refusal(response, self._url)
        return response


def _refusal(response: httpx2.Response, url: str) -> UserError:
    try:
        problem = response.json()
        what, remedy = problem["what"], problem.get("remedy", "")
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            remedy = "set GRIDPATROL_DATA to the data directory of a node on this machine, or GRIDPATROL_API_KEY"
        return UserError(what, place=url, remedy=remedy)
    except (ValueError, KeyError, TypeError):
        return UserError(
            f"the answer is {response.status_code} and not a node's",
            place=url,
            remedy="check --url: is this GridPatrol?",
        )


def token_for(url: str, environment: Mapping[str, str] | None = None) -> str | None:
    """Return what the command line shows the node at an address: a key of the environment, or the local node's own.

    The local key is sent to the node alone that wrote it: the one on the data directory of GRIDPATROL_DATA.
    """
    from gridpatrol.keys import DATA_VARIABLE, KEY_VARIABLE, TOKEN_VARIABLE, read_local_key
    from gridpatrol.lock import read_beacon

    variables = os.environ if environment is None else environment
    given = variables.get(KEY_VARIABLE) or variables.get(TOKEN_VARIABLE)
    if given:
        return given
    data = Path(variables.get(DATA_VARIABLE) or DEFAULT_DATA)
    beacon = read_beacon(data)
    if beacon is None or beacon.api_url != url.replace("//localhost:", "//127.0.0.1:"):
        return None
    return read_local_key(data)


def language() -> Language:
    """Return the language of the terminal."""
    return terminal_language(None)


def print_json(value: Any) -> None:
    """Print a value as JSON that other programs can read."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; the ids in its first column stay on one line, so that they can be copied."""
    table = Table(title=title, title_justify="left")
    for index, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=index == 0)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def local_time(text: str | None) -> str:
    """Return an API time as the terminal's local time, empty for None."""
    return datetime.fromisoformat(text).astimezone().strftime("%m-%d %H:%M:%S") if text else ""


def place(location: Mapping[str, float]) -> str:
    """Return a place with its error, such as `114.13050, 22.54780 ±2 m`."""
    return f"{location['lon']:.5f}, {location['lat']:.5f} ±{location['error_m']:.0f} m"
