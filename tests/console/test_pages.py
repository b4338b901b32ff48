"""Pages of the office in a real browser, all on one node: indicators, models, supervision, many cases at once, and the
city's documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from models.registry import MANIFEST, load_manifest
from tests.console.browser import Ears, Node, assert_accessible, needs_browser, sign_in

pytestmark = needs_browser

REFUSED = r"status of 4\d\d"
"""The browser notes an answer that refuses; the page says why."""
CALLERS = ("Wang", "Li", "Zhao")
DEPARTMENTS = "/configuration/departments"


@pytest.fixture(scope="module")
def reported(node: Node) -> list[str]:
    """Three people report the same matter, far from each other."""
    ids = []
    for number, caller in enumerate(CALLERS):
        place = {"lon": 114.12 + 0.003 * number, "lat": 22.54, "error_m": 5}
        report = {"matter": "street_stall", "location": place, "reporter": caller}
        ids.append(str(node.ask("POST", "/events", report).json()["case_id"]))
    return ids


@pytest.fixture(autouse=True)
def signed_in(page: Page, node: Node, ears: Ears) -> Iterator[None]:
    page.goto("/settings")
    sign_in(page, node)
    yield


def test_several_cases_are_moved_at_once(node: Node, page: Page, reported: list[str]) -> None:
    page.goto("/cases?matter=street_stall")
    page.get_by_text("3 shown").wait_for()
    for case_id in reported[:2]:
        page.get_by_role("checkbox", name=case_id).check()
    bulk = page.get_by_role("group", name="Moves of the chosen cases")
    bulk.get_by_text("2 cases chosen").wait_for()
    assert_accessible(page)
    bulk.get_by_role("button", name="Void").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("a drill")
    assert_accessible(page)
    dialog.get_by_role("button", name="Void").click()
    dialog.wait_for(state="hidden")
    page.get_by_text("Void", exact=True).nth(1).wait_for()
    states = {case["case_id"]: case["state"] for case in node.ask("GET", "/cases?matter=street_stall").json()["items"]}
    assert [states[case_id] == "voided" for case_id in reported] == [True, True, False]


def test_an_order_is_given_and_checked_in(page: Page, reported: list[str]) -> None:
    page.goto("/supervision")
    page.get_by_text("No open order").wait_for()
    assert_accessible(page)
    page.get_by_role("button", name=re.compile("Give an order$")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Department").click()
    page.locator(".ant-select-item-option", has_text="Sanitation").click()
    dialog.get_by_label("What is to be done").fill("Sweep before the market opens")
    dialog.get_by_label("Case").fill(reported[2])
    assert_accessible(page)
    dialog.get_by_role("button", name="Give an order").click()
    row = page.get_by_role("row", name=re.compile("Sweep before the market opens"))
    row.get_by_role("link", name=reported[2]).wait_for()
    row.get_by_role("button", name="Check in").click()
    dialog.get_by_label("Note").fill("on the way")
    dialog.get_by_role("button", name="Check in").click()
    page.get_by_text("No open order").wait_for()
    page.get_by_text("Done", exact=True).click()
    row.get_by_text("Checked in by admin").wait_for()
    row.get_by_text("on the way").wait_for()
    assert_accessible(page)


def test_a_report_of_the_indicators_is_downloaded(page: Page) -> None:
    page.goto("/indicators")
    page.get_by_role("button", name=re.compile("Download a report$")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Spreadsheet (xlsx)").click()
    assert_accessible(page)
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download a report").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    assert download.value.path().read_bytes()[:2] == b"PK"
    page.get_by_text("The report is saved among your downloads.").wait_for()
    assert_accessible(page)


def test_models_show_their_figures_and_the_gate_refuses(page: Page, ears: Ears) -> None:
    registry = load_manifest(MANIFEST)
    service, other = registry.in_service_id, next(id for id in registry.entries if id != registry.in_service_id)
    page.goto("/models")
    row = page.get_by_role("row", name=re.compile(re.escape(other)))
    row.get_by_text("%").first.wait_for()
    assert_accessible(page)
    row.get_by_role("button", name="Compare with the one in service").click()
    compared = page.get_by_role("dialog")
    figure = next(iter(sorted(set(registry.find(other).metrics) & set(registry.find(service).metrics))))
    compared.get_by_text(figure).first.wait_for()
    assert_accessible(page)
    page.keyboard.press("Escape")
    compared.wait_for(state="hidden")
    with ears.expecting(REFUSED):
        row.get_by_role("button", name="Promote").click()
        page.get_by_role("dialog").get_by_role("button", name="Promote").click()
        alert = row.get_by_role("alert")
        alert.wait_for()
    assert other in alert.inner_text() and "gridpatrol model gate" in alert.inner_text()
    assert load_manifest(MANIFEST).in_service_id == service
    assert_accessible(page)
    page.get_by_role("link", name=service).click()
    page.get_by_role("heading", level=1, name=service).wait_for()
    page.get_by_text("held_out.car.ap50", exact=True).wait_for()
    page.get_by_text("streets_worst.jpg").scroll_into_view_if_needed()  # pictures are loaded once they are near
    page.get_by_role("img", name="streets_worst.jpg").wait_for()
    assert_accessible(page)


def save_beside(node: Node, contact: str) -> None:
    """Somebody else saves the departments."""
    read = node.ask("GET", DEPARTMENTS)
    content: dict[str, Any] = read.json()["content"]
    content["departments"][1]["contact"] = contact
    node.ask("PUT", DEPARTMENTS, {"content": content, "note": "new number"}, {"If-Match": read.headers["ETag"]})


def test_documents_are_changed_in_the_browser(node: Node, page: Page, ears: Ears) -> None:
    page.goto("/settings/documents")
    page.get_by_role("link", name="Calendar").wait_for()
    assert_accessible(page)

    page.get_by_role("link", name="Departments").click()
    contact = page.get_by_label("Contact urban_management")
    contact.fill("12319")
    assert_accessible(page)
    save_beside(node, "12345")
    dialog = page.get_by_role("dialog")
    with ears.expecting(REFUSED):
        page.get_by_role("button", name="Save").click()
        dialog.get_by_role("button", name="Save").click()
        dialog.get_by_text("departments[sanitation].contact").first.wait_for()
        assert_accessible(page)
        dialog.get_by_role("button", name="Save both together").click()
        page.get_by_text("Version 2 is in force.").wait_for()

        page.get_by_label("Id urban_management").fill("Urban")
        page.get_by_role("button", name="Save").click()
        dialog.get_by_role("button", name="Save").click()
        dialog.get_by_text("departments[0].id").wait_for()
    assert_accessible(page)
    dialog.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Drop changes").click()
    page.get_by_role("tooltip").get_by_role("button", name="Drop changes").click()

    page.get_by_role("tab", name="Versions").click()
    page.get_by_role("button", name="Compare 1").click()
    page.get_by_text("departments[urban_management].contact").wait_for()
    assert_accessible(page)
    page.get_by_role("button", name="Bring back").click()
    page.get_by_role("tooltip").get_by_role("button", name="Bring back").click()
    page.get_by_text("Version 3 is in force.").first.wait_for()


def test_what_holds_from_the_next_start_on_is_said_so(page: Page) -> None:
    page.goto("/settings/documents?document=calendar")
    page.get_by_label("Time zone").fill("Asia/Urumqi")
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_text(re.compile("from the node’s next start on")).first.wait_for()
    page.get_by_text("As text", exact=True).click()
    assert_accessible(page)
