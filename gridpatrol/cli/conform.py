"""`gridpatrol conform`: what a running node promises, tried by a consumer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from gridpatrol.cli.client import JsonOption, TokenOption, language, print_json, print_table, token_for
from gridpatrol.conform import Finding, Wishes
from gridpatrol.conform import conform as try_all
from gridpatrol.wording import pick

_COLUMNS = (("area", "方面"), ("promise", "承诺"), ("holds", "符合"), ("what was found", "情况"))
_HOLDS = {True: ("yes", "是"), False: ("NO", "否"), None: ("not tried", "未测")}


def conform(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the node, such as http://127.0.0.1:8600.")],
    token: TokenOption = None,
    redis: Annotated[
        str | None, typer.Option(envvar="GRIDPATROL_REDIS_URL", help="Stream server; left out when absent.")
    ] = None,
    receiver: Annotated[
        str, typer.Option(help="Address of this machine as the node sees it, for webhooks.")
    ] = "127.0.0.1",
    read_only: Annotated[bool, typer.Option("--read-only", help="Open no trial case.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Play a consumer against a running node and report what holds. Exit code 1 when something does not.

    It opens one case at longitude 0, latitude 0, and voids it at the end. The key of GRIDPATROL_API_KEY, or the local
    node's own (GRIDPATROL_DATA), must be an administrator's for webhooks.
    """
    findings = try_all(url, Wishes(token or token_for(url), redis, receiver, read_only))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        lang = language()
        rows = [_row(finding, lang == "zh") for finding in findings]
        print_table(_title(findings), [pick(column, lang) for column in _COLUMNS], rows)
    if any(finding.holds is False for finding in findings):
        raise typer.Exit(1)


def _row(finding: Finding, zh: bool) -> tuple[str, ...]:
    return finding.area, finding.promise, _HOLDS[finding.holds][zh], finding.detail


def _title(findings: Sequence[Finding]) -> str:
    held, failed, skipped = (sum(finding.holds is holds for finding in findings) for holds in (True, False, None))
    english = f"{held} hold, {failed} do not, {skipped} not tried"
    return pick((english, f"{held} 项符合，{failed} 项不符，{skipped} 项未测"), language())
