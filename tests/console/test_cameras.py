"""A camera is set up in a real browser against a whole node: a zone is drawn and saved, somebody else's save is met and
put together, an earlier version comes back, a calibration is fitted, and the camera looks when it is asked."""

from __future__ import annotations

import re
from typing import Any

import httpx2
from playwright.sync_api import Page

from gridpatrol.keys import read_local_key
from tests.console.test_journey import Node, assert_accessible, node, page, pytestmark, sign_in

__all__ = ["node", "page", "pytestmark"]

CORNERS = ((0.72, 0.30), (0.92, 0.30), (0.92, 0.55), (0.72, 0.55))
ADDRESS = "/api/v1/cameras/yard/configuration"


def save_beside(node: Node, look_interval_s: float) -> None:
    """Somebody else saves the camera."""
    headers = {"Authorization": f"Bearer {read_local_key(node.data)}"}
    with httpx2.Client(base_url=node.url, headers=headers, trust_env=False, timeout=10) as client:
        read = client.get(ADDRESS).raise_for_status()
        configuration: dict[str, Any] = read.json()["configuration"]
        configuration["watch"] = {"look_interval_s": look_interval_s}
        body = {"configuration": configuration, "note": "slower"}
        client.put(ADDRESS, json=body, headers={"If-Match": read.headers["ETag"]}).raise_for_status()


def draw_zone(page: Page) -> None:
    page.get_by_role("button", name=re.compile("New zone$")).click()
    box = page.get_by_role("application", name="Draw zones").bounding_box()
    assert box is not None
    for x, y in CORNERS:
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.wait_for_timeout(300)  # two clicks at once would be a double click, which ends the zone
    page.keyboard.press("Enter")
    page.get_by_label("English name").fill("Corner")
    page.get_by_label("Chinese name").fill("拐角")


def test_a_camera_is_set_up_in_the_browser(node: Node, page: Page) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/cameras/yard/zones")
    page.get_by_role("heading", level=1, name="Yard").wait_for()
    sign_in(page, node)

    draw_zone(page)
    assert_accessible(page)
    save_beside(node, 0.7)
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
    assert complaints == []
