"""The whole story of a camera in the demonstration, in a real browser, on one page that is never loaded again: it is
added, given its zone and its place on the map, reports, is refused a closure, and closes a case after the node is back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from detector.config import Calibration, Camera
from tests.console.browser import (
    PASSWORD,
    Ears,
    Node,
    assert_accessible,
    click_at,
    needs_browser,
    opened_page,
    running,
)
from tests.console.kerb import MATTER, Kerb, on_map

pytestmark = needs_browser

ZONE = "kerb-left"
SPOTS = (0, 1, 2, 3, 4)
"""Of the surveyor's points, those that a map holds that begins at the camera: near and far, left, right and between."""
OFF_PX = 3.0
"""Clicks are whole pixels, on the picture and on the map."""
RULE = {"容许时长（秒）": 4, "停止判定（秒）": 2, "一致巡查次数": 3, "巡查间隔（秒）": 5}
"""Short tolerances; the re-check takes ten seconds, longer than it takes to end the node."""
ANSWERLESS = r"ERR_|50[023]"


@pytest.fixture
def kerb(tmp_path: Path) -> Kerb:
    return Kerb(tmp_path)


@pytest.fixture
def node(kerb: Kerb) -> Iterator[Node]:
    with running(kerb.node) as node:
        yield node


@pytest.fixture
def page(browser: Browser, node: Node) -> Iterator[Page]:
    with opened_page(browser, node, "zh-CN") as page:
        yield page


def test_a_camera_from_its_address_to_a_closed_case(kerb: Kerb, page: Page, ears: Ears) -> None:
    camera = kerb.survey()
    page.goto("/")
    page.evaluate("window.once = true")
    sign_in_for_the_first_time(page, kerb.node)
    add_camera(page, kerb, camera)
    draw_zone(page, camera)
    set_rule(page)
    calibrate(page, camera)
    save(page)

    review_all(page)
    refused, closed = cases_of(kerb.node)
    car = car_of(kerb, closed)
    a_closure_is_refused(page, refused)
    in_english(page, refused)
    send_to_another_department(page, closed)
    say_handled(page, "已拖离")
    page.get_by_text("核查中").first.wait_for()
    with ears.expecting(ANSWERLESS):
        lose_the_node(page, kerb.node)
        kerb.tow(car)
        regain_the_node(page, kerb.node)
    the_camera_closes_it(page)
    other_pages(page, refused)
    assert page.evaluate("window.once"), "the page was never loaded again"


def sign_in_for_the_first_time(page: Page, node: Node) -> None:
    name, once = node.first_sign_in()
    page.get_by_role("heading", level=1, name="一屏通览").wait_for()
    page.get_by_role("banner").get_by_text("实时", exact=True).wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert_accessible(page)
    page.get_by_role("banner").get_by_role("button", name="登录").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("用户名").fill(name)
    dialog.get_by_label("密码", exact=True).fill(once)
    assert_accessible(page)
    dialog.get_by_role("button", name="登录").click()
    page.get_by_label("当前密码").fill(once)
    page.get_by_label("新密码", exact=True).fill(PASSWORD)
    page.get_by_label("再次输入新密码").fill(PASSWORD)
    assert_accessible(page)
    page.get_by_role("button", name="设置新密码").click()
    page.get_by_role("banner").get_by_role("button", name="管理员").wait_for()


def add_camera(page: Page, kerb: Kerb, camera: Camera) -> None:
    go(page, "探头")
    page.get_by_text("暂无探头").wait_for()
    assert_accessible(page)
    page.get_by_role("link", name="添加探头").last.click()
    page.get_by_label("地址", exact=True).fill(kerb.url)
    page.get_by_label("巡查间隔（秒）").fill("0.5")
    page.get_by_role("button", name="测试地址").click()
    page.get_by_role("img", name="探头画面").wait_for()
    steps = page.get_by_role("list", name="测试步骤")
    assert steps.get_by_role("img", name="正常").count() == steps.get_by_role("listitem").count() > 3
    page.get_by_label("中文名称").fill("禁停路口")
    page.get_by_label("英文名称").fill("Kerb")
    page.get_by_label("经度").fill(str(camera.position.lon))
    page.get_by_label("纬度").fill(str(camera.position.lat))
    assert_accessible(page)
    page.get_by_role("button", name="添加并绘制区域").click()
    page.get_by_role("heading", level=1, name="禁停路口").wait_for()


def draw_zone(page: Page, camera: Camera) -> None:
    (zone,) = [zone for zone in camera.zones if zone.id == ZONE]
    width, height = zone.resolution_wh
    page.get_by_role("button", name=re.compile("新区域$")).click()
    picture = page.get_by_role("application", name="绘制区域")
    for x_px, y_px in zone.polygon_px:
        click_at(picture, x_px / width, y_px / height)
    page.keyboard.press("Enter")
    page.get_by_text(f"{len(zone.polygon_px)} 个角点").wait_for()
    page.get_by_label("中文名称").fill("禁停路段")
    page.get_by_label("英文名称").fill("No parking")
    assert_accessible(page)


def set_rule(page: Page) -> None:
    page.get_by_role("tab", name="事项", exact=True).click()
    rule = page.locator("section.zone-row", has_text="机动车乱停放")
    rule.get_by_text("巡查中").wait_for()
    for name, value in RULE.items():
        rule.get_by_label(name).fill(str(value))
    assert_accessible(page)


def calibrate(page: Page, camera: Camera) -> None:
    calibration = camera.calibration
    assert isinstance(calibration, Calibration)
    page.get_by_role("tab", name="标定").click()
    picture = page.get_by_role("application", name="探头画面：标记地面点")
    ground = page.get_by_role("application", name="地图：对应的点")
    width, height = calibration.resolution_wh
    for number, spot in enumerate(SPOTS, start=1):
        point = calibration.points[spot]
        click_at(picture, point.px[0] / width, point.px[1] / height)
        page.get_by_text(f"点 {number}：请在地图上点击").wait_for()
        box = ground.bounding_box()
        assert box is not None
        right, below = on_map(point, (camera.position.lon, camera.position.lat))
        click_at(ground, 0.5 + right / box["width"], 0.5 + below / box["height"])
        page.get_by_label(f"经度 {number}", exact=True).wait_for()
    quality = page.get_by_role("region", name="标定精度")
    quality.get_by_text("像素").wait_for()
    off = re.search(r"([\d.]+) 像素", quality.inner_text())
    assert off is not None and float(off[1]) < OFF_PX, quality.inner_text()
    assert_accessible(page)


def save(page: Page) -> None:
    page.get_by_role("group", name="修改").get_by_role("button", name=re.compile("保存$")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("备注").fill("新装探头")
    assert_accessible(page)
    dialog.get_by_role("button", name="保存").click()
    page.get_by_text("版本 2 已生效，从下一次巡查开始。").wait_for()


def review_all(page: Page) -> None:
    """Both cars are reported while somebody waits; they are filed with the keyboard, once taken back."""
    go(page, "审核")
    page.get_by_text("2 件待审核").wait_for()
    page.get_by_role("img", name="远景").first.wait_for()
    assert_accessible(page)
    for key, left in (("f", "1 件待审核"), ("u", "2 件待审核"), ("f", "1 件待审核"), ("f", "没有待审核的上报")):
        page.locator(".ant-btn-loading").wait_for(state="detached")
        page.keyboard.press(key)
        page.get_by_text(left).wait_for()
    assert_accessible(page)


def cases_of(node: Node) -> tuple[str, str]:
    """The two cases, which the page must show; which is which does not matter."""
    first, second = (case["case_id"] for case in node.ask("GET", f"/cases?matter={MATTER}").json()["items"])
    return first, second


def car_of(kerb: Kerb, case_id: str) -> str:
    place = kerb.node.ask("GET", f"/cases/{case_id}").json()["location"]
    return kerb.car_at(place["lon"], place["lat"])


def open_case(page: Page, case_id: str) -> None:
    go(page, "案件")
    page.get_by_role("link", name=case_id).click()
    page.get_by_role("heading", level=1, name="机动车乱停放").wait_for()


def say_handled(page: Page, note: str) -> None:
    page.get_by_role("group", name="办理").get_by_role("button", name="反馈已处置").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("说明").fill(note)
    dialog.get_by_role("button", name="反馈已处置").click()
    dialog.wait_for(state="hidden")


def a_closure_is_refused(page: Page, case_id: str) -> None:
    """The handler says that it is done; the car still stands there."""
    open_case(page, case_id)
    page.get_by_text("派遣").first.wait_for()
    page.get_by_role("img", name="远景").first.wait_for()
    assert_accessible(page)
    say_handled(page, "车主称已驶离")
    go(page, "核查")
    asked = page.get_by_role("region", name="探头核查中").first
    asked.get_by_text(case_id).or_(asked.get_by_text("当前没有核查任务")).wait_for()  # the camera may have been quick
    assert_accessible(page)
    open_case(page, case_id)
    page.get_by_text("返工").first.wait_for()
    page.get_by_text("仍存在").first.wait_for()
    page.get_by_text("同一对象仍在原处").first.wait_for()
    page.get_by_text("车主称已驶离").first.wait_for()
    page.get_by_role("slider").press("ArrowLeft")
    assert_accessible(page)


def in_english(page: Page, case_id: str) -> None:
    """Another language and a dark page, in the middle of the work."""
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", level=1, name="Illegal parking").wait_for()
    page.get_by_text("the same thing is still at its place").first.wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
    page.get_by_role("button", name="Dark").click()
    assert_accessible(page)
    go(page, "Cases")
    page.get_by_role("link", name=case_id).wait_for()
    assert_accessible(page)
    page.get_by_role("button", name="中文").click()
    page.get_by_role("button", name="浅色").click()
    page.get_by_role("heading", level=1, name="案件").wait_for()


def send_to_another_department(page: Page, case_id: str) -> None:
    open_case(page, case_id)
    moves = page.get_by_role("group", name="办理")
    dialog = page.get_by_role("dialog")
    moves.get_by_role("button", name="回退").click()
    dialog.get_by_label("原因").fill("归城管执法队处置")
    dialog.get_by_role("button", name="回退").click()
    dialog.wait_for(state="hidden")
    moves.get_by_role("button", name="派遣").click()
    dialog.get_by_label("部门").click()
    page.locator(".ant-select-item-option", has_text="城管执法队").click()
    dialog.get_by_role("button", name="派遣").click()
    dialog.wait_for(state="hidden")
    page.get_by_text("城管执法队", exact=True).first.wait_for()


def lose_the_node(page: Page, node: Node) -> None:
    node.kill()
    page.get_by_text("节点无应答").first.wait_for()
    page.get_by_role("banner").get_by_text("连接中断").wait_for()
    page.get_by_text("核查中").first.wait_for()
    assert_accessible(page)


def regain_the_node(page: Page, node: Node) -> None:
    node.start()
    page.get_by_text("节点无应答").first.wait_for(state="hidden")
    page.get_by_role("banner").get_by_text("实时", exact=True).wait_for()


def the_camera_closes_it(page: Page) -> None:
    """Nobody touches the page: the re-check that was under way goes on, and its verdict is shown when it comes."""
    page.get_by_text("探头核实").first.wait_for()
    page.get_by_text("已清除").first.wait_for()
    page.get_by_text("该处可见，对象已不在").first.wait_for()
    for side in ("处置前", "处置后"):
        page.get_by_role("img", name=side).first.wait_for()
    page.get_by_role("slider").press("ArrowRight")
    page.get_by_text("案件已办结，只能添加备注。").wait_for()
    assert_accessible(page)


def other_pages(page: Page, case_id: str) -> None:
    go(page, "一屏通览")
    feed = page.get_by_role("region", name="实时动态").first
    feed.get_by_text("结案 · 探头核实").first.wait_for()
    assert_accessible(page)
    go(page, "探头")
    page.get_by_role("link", name="禁停路口").click()
    page.get_by_role("application", name="当前画面与区域").wait_for()
    assert_accessible(page)
    go(page, "案件")
    page.get_by_role("link", name=case_id).wait_for()
    assert_accessible(page)


def go(page: Page, name: str) -> None:
    """Go to a page by the navigation, which loads nothing anew."""
    page.get_by_role("navigation").get_by_role("link", name=re.compile(f"^{name}")).click()
    page.get_by_role("heading", level=1, name=name).wait_for()
