"""A camera is set up in a real browser against a whole node: a zone is drawn and saved, somebody else's save is met and
put together, an earlier version comes back, and the camera looks when it is asked."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page

from tests.console.browser import Ears, Node, assert_accessible, click_at, needs_browser, sign_in

pytestmark = needs_browser

CORNERS = ((0.72, 0.30), (0.92, 0.30), (0.92, 0.55), (0.72, 0.55))
ADDRESS = "/cameras/yard/configuration"
CHANGED_MEANWHILE = "status of 412"


def save_beside(node: Node, look_interval_s: float) -> None:
    """Somebody else saves the camera."""
    read = node.ask("GET", ADDRESS)
    configuration: dict[str, Any] = read.json()["configuration"]
    configuration["watch"] = {"look_interval_s": look_interval_s}
    node.ask("PUT", ADDRESS, {"configuration": configuration, "note": "slower"}, {"If-Match": read.headers["ETag"]})


def draw_zone(page: Page) -> None:
    page.get_by_role("button", name=re.compile("New zone$")).click()
    picture = page.get_by_role("application", name="Draw zones")
    for corner in CORNERS:
        click_at(picture, *corner)
    page.keyboard.press("Enter")
    page.get_by_label("English name").fill("Corner")
    page.get_by_label("Chinese name").fill("拐角")


def test_a_camera_is_set_up_in_the_browser(node: Node, page: Page, ears: Ears) -> None:
    page.goto("/")
    sign_in(page, node)
    page.goto("/cameras/yard/zones")
    page.get_by_role("heading", level=1, name="Yard").wait_for()
    draw_zone(page)
    assert_accessible(page)
    save_beside(node, 0.7)
    with ears.expecting(CHANGED_MEANWHILE):
        page.get_by_role("button", name=re.compile("Save$")).click()
        page.get_by_role("dialog").get_by_role("button", name=re.compile("^Save")).click()
        page.get_by_text("Two people changed this at once").wait_for()
    assert_accessible(page)
    page.get_by_role("dialog").get_by_role("button", name="Save both together").click()
    page.get_by_text(re.compile("Version 3 is in force")).first.wait_for()

    page.get_by_role("tab", name="Versions").click()
    page.get_by_role("button", name="Compare").last.click()
    page.get_by_text("Zone zone-1").wait_for()
    page.get_by_text("0.5 → 0.7").wait_for()
    assert_accessible(page)
    page.get_by_role("button", name="Bring back").click()
    page.get_by_role("tooltip").get_by_role("button", name="Bring back").click()
    page.get_by_text(re.compile("in force again, as version 4")).first.wait_for()

    page.get_by_role("button", name="Look now").click()
    page.get_by_text(re.compile(r"\d+ things? seen")).wait_for()
    for tab in ("Calibration", "Try rules", "Settings"):
        page.get_by_role("tab", name=tab).click()
        page.get_by_role("group", name="Changes").wait_for()
        assert_accessible(page)
