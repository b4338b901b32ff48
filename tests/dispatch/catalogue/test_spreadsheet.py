"""A city's own table, as xlsx and csv, read and refused."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
import pytest

from dispatch.catalogue.spreadsheet import UnreadableTable, read_table
from dispatch.config import ClockKind, Limit

HEAD = ("大类", "小类", "代码", "立案条件", "结案条件", "处置时限", "责任部门")
LITTER = ("市容环境", "暴露生活垃圾", "0110", "公共场所有生活垃圾", "清除", "4工作时", "sanitation")
STALL = ("街面秩序", "无照经营游商", "0401", "占用道路经营", "离开", "2紧急工作时", "")
KNOWN = {("gbt30428", "0110"): "litter_exposed"}


def xlsx(*rows: Sequence[object]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def csv(*rows: Sequence[object], encoding: str = "utf-8-sig") -> bytes:
    return "\r\n".join(",".join(str(cell) for cell in row) for row in rows).encode(encoding)


@pytest.mark.parametrize(
    "file", [xlsx(HEAD, LITTER, STALL), csv(HEAD, LITTER, STALL), csv(HEAD, LITTER, STALL, encoding="gb18030")]
)
def test_a_table_is_read(file: bytes) -> None:
    litter, stall = read_table(file, scheme="gbt30428", matters=KNOWN)
    assert (litter.matter, litter.name_zh, litter.major) == ("litter_exposed", "暴露生活垃圾", "市容环境")
    assert litter.limit == Limit(value=4, clock=ClockKind.work_hour)
    assert litter.conditions[0].limit_text == "4工作时"
    assert (litter.conditions[0].filing, litter.department) == ("公共场所有生活垃圾", "sanitation")
    assert (stall.matter, stall.codes[0].scheme, stall.codes[0].value) == ("gbt30428_0401", "gbt30428", "0401")


def test_merged_cells_titles_and_lost_zeros() -> None:
    file = xlsx(
        ("某市城市管理事件立案标准",),
        (),
        ("大类 名称", "小类名称", "GB/T 30428", "CJ/T 214", "立案条件", "处置时限"),
        ("市容环境", "暴露生活垃圾", 110, "01-02", "少量", "2紧急工作时"),
        (None, None, None, None, "大量", "1个工作日"),
        (None, "道路不洁", 112.0, None, "有泥", "2工作时"),
    )
    litter, road = read_table(file, scheme="gbt30428", matters={})
    assert {code.scheme: code.value for code in litter.codes} == {"gbt30428": "0110", "cjt214": "0102"}
    assert [condition.filing for condition in litter.conditions] == ["少量", "大量"]
    assert litter.limit is None, "its conditions have different limits"
    assert (road.major, road.codes[0].value) == ("市容环境", "0112")


def test_class_codes_in_two_columns_of_the_named_scheme() -> None:
    file = csv(("大类", "大类代码", "小类", "小类代码", "时限"), ("街面秩序", "5", "无照经营", "01", "3天"))
    (stall,) = read_table(file, scheme="cjt214", matters={})
    assert (stall.matter, stall.codes[0].value) == ("cjt214_0501", "0501")


def test_every_wrong_row_is_told_with_what_is_accepted() -> None:
    file = xlsx(
        HEAD,
        LITTER,
        ("市容环境", "道路不洁", "0112", "", "", "尽快", ""),
        ("街面秩序", "无照经营", "0501", "", "", "2工作时", ""),
        ("市容环境", "油烟", "1x", "", "", "2工作时", ""),
        ("市容环境", "无号", "", "", "", "2工作时", ""),
        ("市容环境", "又一种", "0110", "", "", "2工作时", ""),
    )
    with pytest.raises(UnreadableTable, match="5 rows cannot be taken; nothing was imported") as told:
        read_table(file, scheme="gbt30428", matters=KNOWN)
    faults = {fault.row: (fault.what, fault.remedy) for fault in told.value.faults}
    assert sorted(faults) == [3, 4, 5, 6, 7]
    assert "'尽快' cannot be read" in faults[3][0]
    assert "2紧急工作时" in faults[3][1]
    assert "突发事件 in gbt30428, and the table says 街面秩序; is this a code of cjt214?" in faults[4][0]
    assert "two digits major class" in faults[5][1]
    assert "has no code" in faults[6][0]
    assert "another thing in row 2" in faults[7][0]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "no row of headings"),
        (b"PK\x03\x04 not really", "not an xlsx file"),
        (b"\xff\xfe\x80\x81\xff", "neither xlsx nor csv"),
        (csv(("a", "b"), (1, 2)), "no row of headings"),
        (csv(HEAD), "no row below them"),
        (csv(HEAD, ("", "", "", "续", "", "1天", "")), "1 rows cannot be taken"),
        (csv(HEAD, *[LITTER] * 6000), "more than 5000 rows"),
    ],
)
def test_what_is_no_table(file: bytes, said: str) -> None:
    with pytest.raises(UnreadableTable, match=said) as told:
        read_table(file, scheme="gbt30428", matters=KNOWN)
    assert told.value.remedy
