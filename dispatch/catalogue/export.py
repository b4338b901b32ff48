"""The catalogue as a table that `dispatch.catalogue.spreadsheet` reads again: one row a condition."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from dispatch.catalogue.definition import SCHEMES, Condition, MatterDefinition

HEADINGS = (
    "大类",
    "小类",
    "英文名",
    "GB/T 30428",
    "CJ/T 214",
    "立案条件",
    "结案条件",
    "处置时限",
    "责任部门",
    "事项",
    "立案条件英文",
    "结案条件英文",
)
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def table_of(definitions: Sequence[MatterDefinition]) -> list[list[str]]:
    """Return the headings and the rows. Codes of other schemes than the two public ones are left out."""
    return [list(HEADINGS), *(row for definition in definitions for row in _rows(definition))]


def as_csv(definitions: Sequence[MatterDefinition]) -> bytes:
    """Return the table as csv, UTF-8 with the mark by which spreadsheet programs know it."""
    text = io.StringIO()
    csv.writer(text).writerows(table_of(definitions))
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(definitions: Sequence[MatterDefinition]) -> bytes:
    """Return the table as xlsx; every cell is text, so that codes keep their zeros."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in table_of(definitions):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _rows(definition: MatterDefinition) -> Iterator[list[str]]:
    codes = {code.scheme: code.value for code in definition.codes}
    for condition in definition.conditions or (Condition(),):
        yield [
            _plain(cell)
            for cell in (
                definition.major,
                definition.name_zh,
                definition.name_en,
                *(codes.get(scheme, "") for scheme in SCHEMES),
                condition.filing,
                condition.closing,
                condition.limit_text,
                definition.department,
                definition.matter,
                condition.filing_en,
                condition.closing_en,
            )
        ]


def _plain(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
