"""Reports as files that the node's API hands out."""

from __future__ import annotations

import io

import httpx2
import pytest
from openpyxl import load_workbook

from tests.gridpatrol.reporting.conftest import DAY


@pytest.mark.parametrize(("lang", "said"), [("en", "Daily report"), ("zh", "日报")])
def test_a_page_in_either_language(url: str, lang: str, said: str) -> None:
    answered = httpx2.get(f"{url}/api/v1/indicators/report/html", params={"day": DAY, "lang": lang})
    assert answered.status_code == 200
    assert answered.headers["content-type"] == "text/html; charset=utf-8"
    assert f"gridpatrol-daily-{DAY}-{lang}.html" in answered.headers["content-disposition"]
    assert said in answered.text
    assert "违停" in answered.text or "Illegal &lt;parking&gt;" in answered.text


def test_a_spreadsheet_with_every_case(url: str) -> None:
    answered = httpx2.get(f"{url}/api/v1/indicators/report/xlsx", params={"day": DAY, "kind": "weekly", "lang": "en"})
    assert answered.status_code == 200
    book = load_workbook(io.BytesIO(answered.content))
    assert book["Times of the cases"].max_row == 13
    assert 'filename="gridpatrol-weekly-2026-11-16-en.xlsx"' in answered.headers["content-disposition"]


@pytest.mark.parametrize("asked", [{"lang": "fr"}, {"kind": "yearly"}, {"day": "soon"}])
def test_what_no_report_is_like(url: str, asked: dict[str, str]) -> None:
    answered = httpx2.get(f"{url}/api/v1/indicators/report/html", params=asked)
    assert (answered.status_code, answered.headers["content-type"]) == (422, "application/problem+json")
    assert httpx2.get(f"{url}/api/v1/indicators/report/pdf").status_code == 422
