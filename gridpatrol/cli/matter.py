"""`gridpatrol matter`: the catalogue: which matters may be filed, since when, and who decided it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from dispatch.catalogue.admission import Admission
from dispatch.catalogue.definition import MatterDefinition
from dispatch.catalogue.export import as_csv, as_xlsx
from dispatch.catalogue.limits import parse_limit
from dispatch.catalogue.spreadsheet import UnreadableTable, read_table
from gridpatrol.cli.client import (
    DEFAULT_URL,
    JsonOption,
    Node,
    TokenOption,
    UrlOption,
    language,
    local_time,
    print_json,
    print_table,
)
from gridpatrol.errors import UserError, raise_all
from gridpatrol.wording import Language, pick

app = typer.Typer(help="The catalogue: which matters may be filed, since when, by whose word.", no_args_is_help=True)

STATES: dict[Admission, tuple[str, str]] = {
    Admission.proposed: ("proposed", "已提出"),
    Admission.reviewed: ("reviewed", "已审核"),
    Admission.admitted: ("admitted", "已准入"),
    Admission.retired: ("retired", "已停用"),
}
_COLUMNS = (
    ("matter", "事项"),
    ("name", "名称"),
    ("codes", "编码"),
    ("limit", "时限"),
    ("department", "责任部门"),
    ("newest", "最新版"),
    ("filed", "可立案"),
)
_DECISIONS = (
    ("version", "版本"),
    ("decision", "决定"),
    ("made", "时间"),
    ("holds from", "生效"),
    ("who", "经办"),
    ("why", "理由"),
)

MatterArgument = Annotated[str, typer.Argument(help="The matter's name, such as litter_exposed.")]
WhyOption = Annotated[str, typer.Option("--why", help="The reason; it is kept with the decision.")]
ByOption = Annotated[str | None, typer.Option("--by", help="Who decides; default: whose key it is, or your user name.")]
RoleOption = Annotated[
    str | None, typer.Option("--role", help="operations, dispatcher, model_engineer or administrator.")
]
VersionOption = Annotated[
    int | None, typer.Option("--version", help="Which version; the newest possible one if absent.")
]
FromOption = Annotated[
    datetime | None, typer.Option("--from", help="From when on it holds, local time; now when absent.")
]


@app.callback()
def group() -> None:
    """Keep the catalogue of matters."""


@app.command("list")
def list_matters(as_json: JsonOption = False, url: UrlOption = DEFAULT_URL, token: TokenOption = None) -> None:
    """List all matters with their codes, limits and standing."""
    matters = Node(url, token).get("/matters")["items"]
    if as_json:
        print_json(matters)
        return
    lang = language()
    title = pick((f"{len(matters)} matters", f"{len(matters)} 个事项"), lang)
    print_table(title, [pick(column, lang) for column in _COLUMNS], [_row(matter, lang) for matter in matters])


@app.command()
def show(
    matter: MatterArgument, as_json: JsonOption = False, url: UrlOption = DEFAULT_URL, token: TokenOption = None
) -> None:
    """Show one matter: conditions, limits, versions and who decided what."""
    found = Node(url, token).get(f"/matters/{quote(matter, safe='')}")
    if as_json:
        print_json(found)
        return
    _show(found, language())


@app.command("import")
def import_table(
    table: Annotated[Path, typer.Argument(help="xlsx or csv: 大类, 小类, 代码, 立案条件, 结案条件, 时限, 责任部门.")],
    why: WhyOption,
    scheme: Annotated[str, typer.Option(help="Scheme of codes whose column names none.")] = "gbt30428",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read the table and say what is in it.")] = False,
    by: ByOption = None,
    role: RoleOption = None,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Propose the matters of a city's own table. Nothing is imported when a row is wrong."""
    node = Node(url, token)
    known = {
        (code["scheme"], code["value"]): item["matter"]
        for item in node.get("/matters")["items"]
        for code in item["newest"]["definition"]["codes"]
    }
    try:
        definitions = read_table(_read(table), scheme=scheme, matters=known)
    except UnreadableTable as error:
        raise_all([UserError(f.what, place=f"{table}:{f.row}", remedy=f.remedy) for f in error.faults])
        raise UserError(error.what, place=str(table), remedy=error.remedy) from error
    lang = language()
    if dry_run:
        for one in definitions:
            typer.echo(f"{one.matter}: {one.name_zh} {_codes(one.model_dump())} {_limits(one.model_dump())}")
        return
    body = {
        "actor": node.speaker(by),
        "role": role,
        "reason": why,
        "definitions": [one.model_dump(mode="json") for one in definitions],
    }
    for made in node.post("/matters", body)["items"]:
        typer.echo(_told(made, lang))


@app.command("export")
def export_table(
    table: Annotated[Path, typer.Argument(help="xlsx or csv to write.")],
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Write the newest version of every matter as a table that can be imported again."""
    if table.suffix not in {".xlsx", ".csv"}:
        raise UserError(f"{table.name} is neither xlsx nor csv", place=str(table), remedy="name it so")
    items = Node(url, token).get("/matters")["items"]
    definitions = [MatterDefinition.model_validate(item["newest"]["definition"]) for item in items]
    try:
        table.write_bytes(as_csv(definitions) if table.suffix == ".csv" else as_xlsx(definitions))
    except OSError as error:
        raise UserError(f"cannot be written ({error.strerror or error})", place=str(table)) from error
    typer.echo(str(table))


@app.command()
def propose(
    matter: MatterArgument,
    why: WhyOption,
    limit: Annotated[str | None, typer.Option(help="Time limit, such as 2紧急工作时 or 1个工作日.")] = None,
    filing: Annotated[str | None, typer.Option(help="Filing condition.")] = None,
    closing: Annotated[str | None, typer.Option(help="Closing condition.")] = None,
    department: Annotated[str | None, typer.Option(help="Who handles it.")] = None,
    by: ByOption = None,
    role: RoleOption = None,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Propose a new version of a matter: its newest one with the given changes."""
    node = Node(url, token)
    definition = node.get(f"/matters/{quote(matter, safe='')}")["newest"]["definition"]
    conditions = definition["conditions"] or [{}]
    changes: dict[str, Any] = {"filing": filing, "closing": closing}
    if limit is not None:
        changes |= {"limit_text": limit, "limit": parse_limit(limit).model_dump(mode="json")}
    changes = {name: value for name, value in changes.items() if value is not None}
    if changes and len(conditions) > 1:
        raise UserError(
            f"{matter} has {len(conditions)} conditions", remedy="change its table and import it: `matter import`"
        )
    if changes:
        definition["conditions"] = [{**conditions[0], **changes}]
    if department is not None:
        definition["department"] = department
    body = {"actor": node.speaker(by), "role": role, "reason": why, "definitions": [definition]}
    typer.echo(_told(node.post("/matters", body)["items"][0], language()))


@app.command()
def review(
    matter: MatterArgument,
    why: WhyOption,
    version: VersionOption = None,
    by: ByOption = None,
    role: RoleOption = None,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Confirm that a proposed version was examined; it can then be admitted."""
    _decide(Node(url, token), matter, Admission.reviewed, why, version, None, by, role)


@app.command()
def admit(
    matter: MatterArgument,
    why: WhyOption,
    version: VersionOption = None,
    effective_from: FromOption = None,
    by: ByOption = None,
    role: RoleOption = None,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Admit a reviewed version: from then on its reports are filed, with its codes and limit."""
    _decide(Node(url, token), matter, Admission.admitted, why, version, effective_from, by, role)


@app.command()
def retire(
    matter: MatterArgument,
    why: WhyOption,
    version: VersionOption = None,
    effective_from: FromOption = None,
    by: ByOption = None,
    role: RoleOption = None,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Retire a version, or turn a proposal down. Cases that are open go on."""
    _decide(Node(url, token), matter, Admission.retired, why, version, effective_from, by, role)


def _decide(
    node: Node,
    matter: str,
    step: Admission,
    why: str,
    version: int | None,
    effective_from: datetime | None,
    by: str | None,
    role: str | None,
) -> None:
    body: dict[str, Any] = {"actor": node.speaker(by), "role": role, "reason": why, "version": version}
    if effective_from is not None:
        body["effective_from"] = effective_from.astimezone().isoformat()
    found = node.post(f"/matters/{quote(matter, safe='')}/decisions/{step.value}", body)
    lang = language()
    typer.echo(f"{matter}: {pick(STATES[step], lang)} · {_standing(found, lang)}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot be read ({error.strerror or error})", place=str(path)) from error


def _told(made: dict[str, Any], lang: Language) -> str:
    words = ("proposed", "已提出") if made["is_new"] else ("says the same already", "内容未变")
    version = pick((f"version {made['version']}", f"第{made['version']}版"), lang)
    return f"{made['matter']}: {version} {pick(words, lang)}"


def _row(matter: dict[str, Any], lang: Language) -> tuple[str, ...]:
    newest = matter["newest"]
    definition = newest["definition"]
    return (
        matter["matter"],
        pick((definition["name_en"] or definition["name_zh"], definition["name_zh"] or definition["name_en"]), lang),
        _codes(definition),
        _limits(definition),
        definition["department"],
        f"{newest['version']} {pick(STATES[Admission(newest['state'])], lang)}",
        _standing(matter, lang),
    )


def _standing(matter: dict[str, Any], lang: Language) -> str:
    version = matter["admitted_version"]
    if version is None:
        return f"{pick(('no', '否'), lang)}: {matter['standing']}"
    return pick((f"by version {version}", f"按第{version}版"), lang)


def _codes(definition: dict[str, Any]) -> str:
    return ", ".join(f"{code['scheme']} {code['value']}" for code in definition["codes"])


def _limits(definition: dict[str, Any]) -> str:
    return " / ".join(dict.fromkeys(c["limit_text"] for c in definition["conditions"] if c["limit_text"]))


def _show(found: dict[str, Any], lang: Language) -> None:
    definition = found["newest"]["definition"]
    for label, text in zip((pick(column, lang) for column in _COLUMNS), _row(found, lang), strict=True):
        typer.echo(f"{label}: {text}")
    if definition["major"]:
        typer.echo(f"{pick(('major class', '大类'), lang)}: {definition['major']}")
    for condition in definition["conditions"]:
        for name, words in (("filing", ("filed when", "立案条件")), ("closing", ("closed when", "结案条件"))):
            said = pick((condition[f"{name}_en"] or condition[name], condition[name] or condition[f"{name}_en"]), lang)
            if said:
                typer.echo(f"{pick(words, lang)}: {said}")
    decisions = [
        (
            str(one["version"]),
            pick(STATES[Admission(one["state"])], lang),
            local_time(one["at"]),
            local_time(one["effective_from"]),
            f"{one['actor']} ({one['role']})",
            one["reason"],
        )
        for one in found["decisions"]
    ]
    print_table(pick(("decisions", "决定"), lang), [pick(column, lang) for column in _DECISIONS], decisions)
