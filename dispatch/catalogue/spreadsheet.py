"""A city's own table of matters (xlsx or csv) read into definitions; every fault is told with its row.

Each row is one condition of a matter. Rows that leave the class columns empty go on with the matter above them, as in
tables with merged cells. See `COLUMNS` for the headings that are understood.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from dispatch.catalogue.definition import CODE_PATTERN, SCHEMES, Condition, MatterDefinition, misplaced
from dispatch.catalogue.limits import parse_limit
from dispatch.config import MatterCode
from dispatch.errors import Invalid

MAX_BYTES = 10_000_000
MAX_UNPACKED_BYTES = 100_000_000
MAX_ROWS = 5_000
MAX_COLUMNS = 50

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "matter": ("matter", "事项", "事项标识"),
    "major": ("major", "majorclass", "大类", "大类名称", "事件大类", "部件大类"),
    "major_code": ("majorcode", "大类代码", "大类编码"),
    "minor": ("minor", "minorclass", "小类", "小类名称", "事件小类", "部件小类", "name", "名称"),
    "minor_code": ("minorcode", "小类代码", "小类编码"),
    "code": ("code", "代码", "编码", "事项代码", "事项编码", "类别代码"),
    "gbt30428": ("gbt30428", "gbt304282", "gbt304282013", "国标代码"),
    "cjt214": ("cjt214", "cjt2142007", "行标代码"),
    "name_en": ("nameen", "english", "englishname", "英文名", "英文名称"),
    "filing": ("filing", "filingcondition", "立案条件", "立案标准"),
    "closing": ("closing", "closingcondition", "结案条件", "结案标准"),
    "filing_en": ("filingen", "filingconditionen", "立案条件英文"),
    "closing_en": ("closingen", "closingconditionen", "结案条件英文"),
    "limit": ("limit", "timelimit", "时限", "处置时限", "处理时限", "办理时限", "结案时限", "处置期限"),
    "department": ("department", "部门", "责任部门", "处置部门"),
}
"""Column -> headings that mean it; case, spaces and punctuation do not count."""
_SENTENCES = frozenset({"filing", "closing", "filing_en", "closing_en"})


@dataclass(frozen=True)
class RowFault:
    """What is wrong with one row (counted from 1, as spreadsheets do) and what would be right."""

    row: int
    what: str
    remedy: str = ""


class UnreadableTable(Invalid):
    """A table that cannot be taken. `faults` has every row that is wrong."""

    title = "The table cannot be read"

    def __init__(self, what: str, remedy: str = "", faults: Sequence[RowFault] = ()) -> None:
        super().__init__(what, remedy)
        self.faults = tuple(faults)


@dataclass
class _Draft:
    """A matter while its rows are read."""

    row: int
    matter: str
    major: str
    minor: str
    name_en: str
    department: str
    codes: tuple[MatterCode, ...]
    conditions: list[Condition] = field(default_factory=list)


def read_table(data: bytes, *, scheme: str, matters: Mapping[tuple[str, str], str]) -> tuple[MatterDefinition, ...]:
    """Read a table of matters.

    Args:
        data: the file: xlsx, or csv in UTF-8 or GB 18030.
        scheme: of codes whose column does not name one: gbt30428, cjt214 or a city's own.
        matters: matters that are known already, by (scheme, code): a row with such a code is about that matter. A row
            with no known code and no `matter` column is named after its code: `gbt30428_0110`.

    Raises:
        UnreadableTable: not such a file, columns that are missing, or rows that are wrong: all of them are told.
    """
    rows = _rows_of(data)
    top, columns = _headings(rows)
    faults: list[RowFault] = []
    drafts: dict[str, _Draft] = {}
    above: _Draft | None = None
    for number, cells in enumerate(rows[top + 1 :], start=top + 2):
        values = {name: _read(name, cells[index]) if index < len(cells) else "" for name, index in columns.items()}
        if not any(values.values()):
            continue
        try:
            above = _draft(number, values, above, drafts, scheme, matters)
            above.conditions.append(_condition(values))
        except Invalid as error:
            faults.append(RowFault(number, error.what, error.remedy))
    definitions = [definition for draft in drafts.values() for definition in _finished(draft, faults)]
    if faults:
        raise UnreadableTable(
            f"{len(faults)} rows cannot be taken; nothing was imported",
            "Correct these rows and import the table again.",
            sorted(faults, key=lambda fault: fault.row),
        )
    if not definitions:
        raise UnreadableTable("the table has headings and no row below them", "Add a row for each condition.")
    return tuple(definitions)


def _draft(
    number: int,
    values: Mapping[str, str],
    above: _Draft | None,
    drafts: dict[str, _Draft],
    scheme: str,
    matters: Mapping[tuple[str, str], str],
) -> _Draft:
    """Return the matter that a row is about: a new one, one named before, or the one above it."""
    codes = _codes(values, scheme)
    named = values.get("matter")
    goes_on = not values.get("minor") and not codes and not named
    if goes_on or (above and not codes and values.get("minor") == above.minor and named in {"", None, above.matter}):
        if above is None:
            raise Invalid("the row names no matter, and there is none above it", "Give a minor class and its code.")
        return above
    major = values.get("major") or (above.major if above else "")
    for code in codes:
        if fault := misplaced(code, major):
            raise Invalid(fault, "Correct the code, or name the scheme of the table.")
    matter = values.get("matter") or next((matters[key] for key in _keys(codes) if key in matters), "")
    if not matter and not codes:
        raise Invalid(
            f"{values.get('minor')} has no code", "Give a code of four digits, or the matter's name in this program."
        )
    matter = matter or f"{codes[0].scheme}_{codes[0].value}"
    if not re.fullmatch(CODE_PATTERN, matter):
        raise Invalid(f"{matter!r} is not a matter's name", "Write lower-case letters, digits and underscores.")
    if matter in drafts:
        if drafts[matter].codes != codes or drafts[matter].minor != values.get("minor", ""):
            raise Invalid(
                f"{matter} was another thing in row {drafts[matter].row}", "Give one matter the same class and code."
            )
        return drafts[matter]
    drafts[matter] = _Draft(
        number,
        matter,
        major,
        values.get("minor", ""),
        values.get("name_en", ""),
        values.get("department", ""),
        codes,
    )
    return drafts[matter]


def _keys(codes: Iterable[MatterCode]) -> Iterator[tuple[str, str]]:
    return ((code.scheme, code.value) for code in codes)


def _codes(values: Mapping[str, str], scheme: str) -> tuple[MatterCode, ...]:
    found = {name: _four_digits(values[name]) for name in SCHEMES if values.get(name)}
    own = values.get("code", "")
    if values.get("major_code") and values.get("minor_code"):
        own = values["major_code"].zfill(2) + values["minor_code"].zfill(2)
    if own:
        found.setdefault(scheme, _four_digits(own))
    return tuple(MatterCode(scheme=name, value=value) for name, value in found.items())


def _four_digits(text: str) -> str:
    digits = re.sub(r"[\s.\-]", "", text)
    # A spreadsheet that takes 0110 for a number drops the zero in front.
    digits = digits.zfill(4) if re.fullmatch(r"[0-9]{3}", digits) else digits
    if not re.fullmatch(r"[0-9]{4}", digits):
        raise Invalid(f"the code {text!r} cannot be read", "Write two digits major class and two digits minor class.")
    return digits


def _condition(values: Mapping[str, str]) -> Condition:
    text = values.get("limit", "")
    limit = parse_limit(text) if text else None
    said = {name: values.get(name, "") for name in ("filing", "closing", "filing_en", "closing_en")}
    return Condition(**said, limit_text=text, limit=limit)


def _finished(draft: _Draft, faults: list[RowFault]) -> Iterator[MatterDefinition]:
    try:
        yield MatterDefinition(
            matter=draft.matter,
            name_en=draft.name_en,
            name_zh=draft.minor,
            major=draft.major,
            codes=draft.codes,
            conditions=tuple(condition for condition in draft.conditions if condition != Condition()),
            department=draft.department,
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        faults.append(RowFault(draft.row, f"{where}: {first['msg'].removeprefix('Value error, ')}".removeprefix(": ")))


def _headings(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Return the row of the headings (a title may stand above them) and the place of every known column."""
    best: tuple[int, dict[str, int]] = (0, {})
    for number, cells in enumerate(rows[:10]):
        places: dict[str, int] = {}
        for index, cell in enumerate(cells):
            plain = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", cell)).casefold()
            for name, headings in COLUMNS.items():
                if plain in headings:
                    places.setdefault(name, index)
        if len(places) > len(best[1]):
            best = (number, places)
    if not {"minor", "matter"} & best[1].keys() or not {"limit", "filing", "closing"} & best[1].keys():
        wanted = "; ".join(f"{name}: {' or '.join(headings)}" for name, headings in COLUMNS.items())
        raise UnreadableTable(
            "the table has no row of headings with a minor class (小类) and a condition or limit",
            f"Headings that are understood: {wanted}.",
        )
    return best


def _rows_of(data: bytes) -> list[list[str]]:
    if len(data) > MAX_BYTES:
        raise UnreadableTable(f"the file has {len(data)} bytes, at most {MAX_BYTES} are read", "Split the table.")
    rows = _xlsx(data) if data.startswith(b"PK") else _csv(data)
    if len(rows) > MAX_ROWS:
        raise UnreadableTable(f"the table has more than {MAX_ROWS} rows", "Split the table.")
    return rows


def _csv(data: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        delimiter = max(",;\t", key=text[:5000].count)
        try:
            return [
                [_plain(cell) for cell in row[:MAX_COLUMNS]]
                for row in csv.reader(io.StringIO(text), delimiter=delimiter)
            ]
        except csv.Error as error:
            raise UnreadableTable(f"not a csv file: {error}", "Save the table as xlsx, or as csv in UTF-8.") from error
    raise UnreadableTable("neither xlsx nor csv in UTF-8 or GB 18030", "Save the table as xlsx, or as csv in UTF-8.")


def _xlsx(data: bytes) -> list[list[str]]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED_BYTES:
                raise UnreadableTable("the file unpacks to more than a table can hold", "Save the table anew.")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        cells = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS, values_only=True)
        return [[_plain(value) for value in row] for row in cells]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, SyntaxError) as error:
        raise UnreadableTable(f"not an xlsx file: {error}", "Save the table as xlsx, or as csv in UTF-8.") from error


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _read(column: str, cell: str) -> str:
    """Return a cell as it is read: full-width digits and letters as plain ones, but a city's sentences as they are."""
    return cell if column in _SENTENCES else unicodedata.normalize("NFKC", cell).strip()
