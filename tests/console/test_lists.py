"""Pages with many things on them, in a real browser on one node: the board of cases, the cameras, models on recordings,
and the picture of the ground under the calibration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx2
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Route

from gridpatrol.keys import read_local_key
from models.registry import MANIFEST, load_manifest
from tests.console.browser import Ears, Node, assert_accessible, needs_browser, sign_in
from tests.detector.street import scene
from tests.gridpatrol.test_replay import record

pytestmark = needs_browser

MATTER = "goods_occupation"
MAGENTA_BGR = (255, 0, 255)


@pytest.fixture(autouse=True)
def signed_in(page: Page, node: Node, ears: Ears) -> Iterator[None]:
    page.goto("/settings")
    sign_in(page, node)
    yield


def put(node: Node, path: str, body: bytes, **params: str) -> dict[str, Any]:
    """Give the node a file."""
    answered = httpx2.post(
        f"{node.url}/api/v1{path}",
        content=body,
        params=params,
        headers={"Authorization": f"Bearer {read_local_key(node.data)}"},
        trust_env=False,
    )
    answer: dict[str, Any] = answered.raise_for_status().json()
    return answer


def test_a_case_is_moved_on_the_board(node: Node, page: Page) -> None:
    for number in range(2):
        place = {"lon": 114.12, "lat": 22.54 + 0.003 * number, "error_m": 5}
        node.ask("POST", "/events", {"matter": MATTER, "location": place, "reporter": "Wang"})
    page.goto(f"/cases?as=state&matter={MATTER}")
    handling, ended = (page.get_by_role("region", name=name, exact=True) for name in ("In handling", "Ended"))
    handling.locator(".case-card").nth(1).wait_for()
    assert (handling.locator(".case-card").count(), ended.locator(".case-card").count()) == (2, 0)
    assert_accessible(page)
    handling.locator(".case-card a").first.focus()
    page.keyboard.press("ArrowDown")
    below = handling.locator(".case-card").nth(1)
    assert below.locator("a").evaluate("each => each === document.activeElement")
    address = below.locator("a").get_attribute("href") or ""
    below.get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Void").click()
    reason = page.get_by_label("Reason")
    reason.fill("a drill")
    reason.locator("xpath=ancestor::*[@role='dialog']").get_by_role("button", name="Void").click()
    ended.locator(f'a[href="{address}"]').wait_for()
    assert handling.locator(".case-card").count() == 1
    assert node.ask("GET", address).json()["state"] == "voided"


def test_cameras_are_found_shown_and_opened(page: Page) -> None:
    page.goto("/cameras")
    row = page.get_by_role("row", name=re.compile("Yard"))
    row.get_by_text("Watching").wait_for()
    page.get_by_label("Find by name or id").fill("nowhere")
    page.get_by_text("No camera matches").wait_for()
    assert row.count() == 0
    page.get_by_label("Find by name or id").fill("yar")
    row.wait_for()
    page.get_by_role("radiogroup", name="List").get_by_text("Pictures").click()
    page.get_by_role("img", name="Yard").wait_for()
    assert "as=pictures" in page.url
    assert_accessible(page)
    page.get_by_role("link", name=re.compile("Yard")).click()
    page.get_by_role("heading", level=1, name="Yard").wait_for()


def wheel_to(page: Page, link: Locator, *, down_px: float) -> None:
    """Turn the wheel over the rows until one of them shows a link."""
    page.locator(".ant-table-tbody-virtual").hover()
    for _ in range(100):
        if link.count():
            break
        page.mouse.wheel(0, down_px)
        page.wait_for_timeout(50)
    link.wait_for()


def test_of_many_cameras_those_are_drawn_that_are_scrolled_to(page: Page) -> None:
    def many(route: Route) -> None:
        answered = route.fetch()
        (one,) = answered.json()["items"]
        unseen = {**one, "last_look_at": None}
        items = [{**unseen, "camera_id": f"c{n:03}", "name_en": f"Camera {n:03}", "looks": n} for n in range(120)]
        route.fulfill(response=answered, json={**answered.json(), "items": items})

    page.route(re.compile(r"/api/v1/cameras(\?|$)"), many)
    page.goto("/cameras")
    page.get_by_text("120", exact=True).wait_for()
    page.get_by_role("link", name="Camera 000").wait_for()
    assert page.locator(".ant-table-row").count() < 60
    first, last = (page.get_by_role("link", name=name) for name in ("Camera 000", "Camera 119"))
    assert last.count() == 0
    wheel_to(page, last, down_px=900)
    assert first.count() == 0
    for _ in ("fewest looks first", "most looks first"):
        page.get_by_role("columnheader", name="Looks").click()
    wheel_to(page, last, down_px=-900)
    assert first.count() == 0
    assert_accessible(page)


def test_a_comparison_on_recordings_is_opened_by_its_address(node: Node, page: Page, tmp_path: Path) -> None:
    film = record(tmp_path / "street.mp4", scene(), 4)
    recording = put(node, "/recordings", film.read_bytes())["recording_id"]
    registry = load_manifest(MANIFEST)
    other = next(id for id in registry.entries if id != registry.in_service_id)
    wish = {"model_id": other, "clips": [{"camera_id": "yard", "recording_id": recording}]}
    started = node.ask("POST", "/comparisons", wish).json()
    page.goto(f"/models/{other}/clips?comparison={started['comparison_id']}")
    page.get_by_role("heading", level=1, name=re.compile(re.escape(other))).wait_for()
    page.get_by_text("1 of 1 recordings compared").wait_for()
    page.get_by_text("No event").wait_for()
    page.get_by_text(registry.in_service_id).first.wait_for()
    assert_accessible(page)
    page.goto(f"/models/{registry.in_service_id}/clips")
    page.get_by_text("This model is in service").wait_for()


def magenta_share(page: Page) -> float:
    """Of the calibration's map, what is of the base picture's colour."""
    shot = page.get_by_role("application", name="Map: the same spots").screenshot()
    image = cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return float((np.abs(image.astype(int) - MAGENTA_BGR).max(axis=2) < 30).mean())


def test_the_base_picture_lies_under_the_calibration(node: Node, page: Page) -> None:
    page.goto("/cameras/yard/calibration")
    page.get_by_role("application", name="Map: the same spots").wait_for()
    assert magenta_share(page) == 0
    done, ground = cv2.imencode(".png", np.full((200, 200, 3), MAGENTA_BGR, np.uint8))
    assert done
    corners = "114.128,22.542;114.132,22.542;114.128,22.538"
    kept = put(node, "/base-maps", ground.tobytes(), name="Magenta", corners=corners)
    with page.expect_response(lambda answer: f"/{kept['map_id']}/picture" in answer.url and answer.ok):
        page.reload()
    page.get_by_text("Magenta", exact=True).wait_for()
    page.wait_for_function("document.querySelector('.map canvas') !== null")
    page.wait_for_timeout(500)  # the map draws it in one of its next frames
    assert magenta_share(page) > 0.1
