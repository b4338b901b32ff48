"""`gridpatrol case`: cases and their way to closure."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from dispatch.contract import CaseState, Resolution, Verdict
from gridpatrol.cli.client import (
    DEFAULT_URL,
    JsonOption,
    LimitOption,
    Node,
    TokenOption,
    UrlOption,
    language,
    local_time,
    place,
    print_json,
    print_table,
)
from gridpatrol.wording import RESOLUTIONS, STATES, VERDICTS, Language, pick

app = typer.Typer(help="Cases and their way to closure.", no_args_is_help=True)

_COLUMNS = (
    ("case", "案件"),
    ("opened", "上报时间"),
    ("matter", "事项"),
    ("state", "状态"),
    ("grid", "网格"),
    ("department", "责任部门"),
    ("cameras", "探头"),
    ("closed", "结案时间"),
)
_HISTORY = (("#", "序号"), ("time", "时间"), ("what", "动作"), ("state", "状态"), ("who", "经办"), ("why", "说明"))
_CHECKS = (("asked", "发起"), ("camera", "探头"), ("verdict", "结果"), ("decided", "核实时间"), ("why", "说明"))


@app.callback()
def group() -> None:
    """Cases and their way to closure."""


@app.command("list")
def list_cases(
    state: Annotated[list[CaseState] | None, typer.Option(help="Only in this state; repeatable.")] = None,
    open_only: Annotated[bool, typer.Option("--open", help="Only open cases.")] = False,
    matter: Annotated[str | None, typer.Option(help="Only this matter.")] = None,
    camera: Annotated[str | None, typer.Option(help="Only seen by this camera.")] = None,
    grid: Annotated[str | None, typer.Option(help="Only in this grid cell.")] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """List cases, newest first."""
    wanted: dict[str, Any] = {"matter": matter, "camera": camera, "grid": grid}
    params = {name: value for name, value in wanted.items() if value is not None}
    if state:
        params["state"] = [one.value for one in state]
    if open_only:
        params["open"] = True
    cases = list(Node(url).pages("/cases", params, limit))
    if as_json:
        print_json(cases)
        return
    lang = language()
    title = pick((f"{len(cases)} cases", f"{len(cases)} 件案件"), lang)
    print_table(title, [pick(column, lang) for column in _COLUMNS], [_row(case, lang) for case in cases])


@app.command()
def show(
    case_id: Annotated[str, typer.Argument(help="Number of the case.")],
    as_json: JsonOption = False,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Show one case with its history and verifications."""
    case = Node(url).get(f"/cases/{quote(case_id, safe='')}")
    if as_json:
        print_json(case)
        return
    lang = language()
    for label, text in zip((pick(column, lang) for column in _COLUMNS), _row(case, lang), strict=True):
        typer.echo(f"{label}: {text}")
    typer.echo(f"{pick(('place', '位置'), lang)}: {place(case['location'])}")
    typer.echo(f"{pick(('events', '事件'), lang)}: {', '.join(case['event_ids'])}")
    if case["recurrence_of"]:
        typer.echo(f"{pick(('recurrence of', '复发于'), lang)}: {case['recurrence_of']}")
    history = [
        (
            str(line["sequence"]),
            local_time(line["at"]),
            line["action"],
            pick(STATES[CaseState(line["state"])], lang),
            line["actor"],
            line["reason"],
        )
        for line in case["history"]
    ]
    print_table(pick(("history", "办理经过"), lang), [pick(column, lang) for column in _HISTORY], history)
    if case["verifications"]:
        checks = [_check(check, lang) for check in case["verifications"]]
        print_table(pick(("re-checks", "核查"), lang), [pick(column, lang) for column in _CHECKS], checks)
    pictures = {picture["key"]: picture["kind"] for line in case["history"] for picture in line["evidence"]}
    for key, kind in pictures.items():
        typer.echo(f"{pick(('evidence', '证据'), lang)}: {kind}: {url}/api/v1/evidence/{key}")


@app.command()
def handle(
    case_id: Annotated[str, typer.Argument(help="Number of the case.")],
    note: Annotated[str, typer.Option(help="What was done.")] = "",
    by: Annotated[str | None, typer.Option(help="Who handled it; default: whose key it is, or your user name.")] = None,
    as_json: JsonOption = False,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Report a case handled. Its cameras look again; it closes only when they see the thing gone."""
    node = Node(url, token)
    body = {"actor": node.speaker(by), "note": note}
    case = node.post(f"/cases/{quote(case_id, safe='')}/feedback", body)
    if as_json:
        print_json(case)
        return
    lang = language()
    state = CaseState(case["state"])
    asked = pick(("; its cameras look again", "；已请探头复核"), lang) if state is CaseState.verifying else ""
    typer.echo(f"{case['case_id']}: {pick(STATES[state], lang)}{asked}")


def _row(case: dict[str, Any], lang: Language) -> tuple[str, ...]:
    state = pick(STATES[CaseState(case["state"])], lang)
    if case["resolution"]:
        state = f"{state} ({pick(RESOLUTIONS[Resolution(case['resolution'])], lang)})"
    finest = case["grid"][0] if case["grid"] else None
    return (
        case["case_id"],
        local_time(case["opened_at"]),
        case["matter"],
        state,
        f"{finest['code']}{' ?' if finest['ambiguous'] else ''}" if finest else "",
        case["department"],
        ", ".join(case["camera_ids"]),
        local_time(case["closed_at"]),
    )


def _check(check: dict[str, Any], lang: Language) -> tuple[str, ...]:
    verdict = pick(VERDICTS[Verdict(check["verdict"])], lang) if check["verdict"] else "..."
    if check["outdated"]:
        verdict = f"{verdict} {pick(('(too late)', '(过期)'), lang)}"
    return local_time(check["asked_at"]), check["camera_id"], verdict, local_time(check["decided_at"]), check["reason"]
