"""A day with the console in a real browser, against a whole node with a simulated camera: see, sign in, handle, lose
the node and have it back, in both languages, with nothing asked of any other machine."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from gridpatrol.lock import read_beacon
from gridpatrol.shipped import BUILT_CONSOLE
from tests.journeys.test_node import BAG_AT_S, CAMERA, FOREVER_S, SCENE

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 60_000
PASSWORD = "a much better one"
SEVERE = ("serious", "critical")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no browser: apt-get install chromium"),
    pytest.mark.skipif(not (BUILT_CONSOLE / "index.html").is_file(), reason="the console is not built: make web"),
    pytest.mark.timeout(300),
]


class Node:
    """A node in a process of its own, always on the same port."""

    def __init__(self, folder: Path) -> None:
        self.config, self.data, self.output = folder / "config", folder / "data", folder / "output.txt"
        (self.config / "cameras").mkdir(parents=True)
        scene = folder / "scene.yaml"
        scene.write_text(SCENE.format(arrives_s=BAG_AT_S, leaves_s=FOREVER_S))
        (self.config / "cameras" / "yard.yaml").write_text(CAMERA.format(scene=scene))
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        (self.config / "node.yaml").write_text(f"api: {{port: {self.port}, guest_reading: true}}\n")
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.street", str(self.config), str(self.data)],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "COLUMNS": "200"},
            )
        deadline_s = time.monotonic() + PATIENCE_MS / 1000
        while (beacon := read_beacon(self.data)) is None:
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline_s, self.output.read_text()
            time.sleep(0.1)
        self.port = urlsplit(beacon.api_url).port or 0

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
            self.process = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def first_sign_in(self) -> tuple[str, str]:
        """Name and one-time password of the first administrator, as the terminal showed them."""
        found = re.search(r"administrator: (\S+)\s+one-time password\D*?: (\S+)", self.output.read_text())
        assert found is not None, self.output.read_text()
        return found[1], found[2]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    node = Node(tmp_path)
    node.start()
    yield node
    if node.process is not None:
        node.process.kill()
        node.process.wait()


@pytest.fixture
def page(node: Node) -> Iterator[Page]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": 1366, "height": 768}, locale="en-GB", reduced_motion="reduce", base_url=node.url
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        yield page
        browser.close()


def assert_accessible(page: Page) -> None:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    severe = [
        f"{page.url} {each['id']}: {[node['html'] for node in each['nodes']][:3]}"
        for each in found["violations"]
        if each["impact"] in SEVERE
    ]
    assert not severe, "\n".join(severe)


def visit(page: Page, address: str, heading: str) -> None:
    page.goto(address)
    page.get_by_role("heading", level=1, name=heading).wait_for()
    assert_accessible(page)


def sign_in(page: Page, node: Node) -> None:
    name, once = node.first_sign_in()
    page.get_by_role("banner").get_by_role("button", name="Sign in").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(once)
    page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    page.get_by_label("Present password").fill(once)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password, again").fill(PASSWORD)
    page.get_by_role("button", name="Choose a new password").click()
    page.get_by_role("button", name=name).wait_for()


def test_a_day_with_the_console(node: Node, page: Page) -> None:
    asked: set[str] = set()
    complaints: list[str] = []
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc) if "http" in request.url[:4] else None)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    visit(page, "/", "One screen")
    page.get_by_role("banner").get_by_text("Live", exact=True).wait_for()
    sign_in(page, node)
    entry = page.get_by_role("region", name="What happens").get_by_role("link", name=re.compile("Exposed litter"))
    entry.first.click()  # it comes by itself, ten seconds after the node has started
    page.get_by_text("Dispatched").first.wait_for()
    page.get_by_role("img", name="wide").first.wait_for()
    assert_accessible(page)

    page.get_by_role("group", name="Moves").get_by_role("button", name="Say it is handled").click()
    page.get_by_role("dialog").get_by_label("Note").fill("swept")
    page.get_by_role("dialog").get_by_role("button", name="Say it is handled").click()
    page.get_by_text("Rework").first.wait_for()  # the camera has looked again: it is still there
    page.get_by_text("Still there").first.wait_for()
    page.get_by_text("swept").first.wait_for()
    page.get_by_role("slider").press("ArrowLeft")
    case = urlsplit(page.url).path

    for address, heading in (("/cases", "Cases"), ("/review", "Review queue"), ("/verification", "Verification")):
        visit(page, address, heading)
    visit(page, "/cameras", "Cameras")
    visit(page, "/cameras/yard", "Yard")

    page.get_by_role("button", name="中文").click()
    page.get_by_text("正常巡查").first.wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.get_by_role("button", name="深色").click()
    visit(page, case, "暴露生活垃圾")
    page.get_by_text("返工").first.wait_for()

    assert complaints == []
    node.stop()
    page.get_by_text("节点无应答").wait_for()
    node.start()
    page.get_by_text("节点无应答").wait_for(state="hidden")
    page.get_by_text("实时", exact=True).wait_for()
    page.get_by_text("返工").first.wait_for()
    assert all("ERR_" in complaint or "503" in complaint for complaint in complaints), complaints
    assert asked == {urlsplit(node.url).netloc}
