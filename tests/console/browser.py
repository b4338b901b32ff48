"""Nodes for the browser tests, a browser on them, and what is watched in it: complaints, requests, accessibility."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from gridpatrol.keys import read_local_key
from gridpatrol.lock import read_beacon
from gridpatrol.shipped import BUILT_CONSOLE

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_S = 120.0
PASSWORD = "a much better one"
SEVERE = ("serious", "critical")
WIDE, HIGH = 1366, 768

needs_browser = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no browser: apt-get install chromium"),
    pytest.mark.skipif(not (BUILT_CONSOLE / "index.html").is_file(), reason="the console is not built: make web"),
    pytest.mark.timeout(600),
]
"""For `pytestmark` of every module that opens a browser."""


class Node:
    """A node in a process of its own, always on the same port.

    Args:
        folder: for its output.
        command: arguments of Python; `{port}` stands for the port.
        data: the node's data directory.

    Attributes:
        knows_password: its administrator has a password of their own, `PASSWORD`.
    """

    def __init__(self, folder: Path, command: list[str], data: Path) -> None:
        self.command, self.data, self.output = command, data, folder / "output.txt"
        self.port = 0
        self.knows_password = False
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *(part.format(port=self.port) for part in self.command)],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "COLUMNS": "200"},
            )
        deadline_s = time.monotonic() + PATIENCE_S
        while (beacon := read_beacon(self.data)) is None or beacon.pid != self.process.pid:
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline_s, self.output.read_text()
            time.sleep(0.1)
        self.port = urlsplit(beacon.api_url).port or 0

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def first_sign_in(self) -> tuple[str, str]:
        """Name and one-time password of the first administrator, as the terminal showed them."""
        deadline_s = time.monotonic() + PATIENCE_S
        while (found := re.search(r"(?:administrator|管理员): (\S+)\s+\S.*?: (\S+)", self.output.read_text())) is None:
            assert time.monotonic() < deadline_s, self.output.read_text()
            time.sleep(0.1)  # it is shown a moment after the node is ready
        return found[1], found[2]

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """Ask over the interface, as a program on this machine does."""
        given = {"Authorization": f"Bearer {read_local_key(self.data)}", **(headers or {})}
        url = f"{self.url}/api/v1{path}"
        answer = httpx2.request(method, url, json=body, headers=given, timeout=30, trust_env=False)
        return answer.raise_for_status()


@contextmanager
def running(node: Node) -> Iterator[Node]:
    """A node from its start to the end of the block."""
    try:
        node.start()
        yield node
    finally:
        node.kill()


class Ears:
    """What a page complains about, and the hosts that it asks for something."""

    def __init__(self, page: Page) -> None:
        self.asked: set[str] = set()
        self.complaints: list[str] = []
        page.on("request", lambda request: self._ask(request.url))
        page.on("websocket", lambda socket: self._ask(socket.url))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _ask(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"}:
            self.asked.add(parts.netloc)

    @contextmanager
    def expecting(self, complaint: str) -> Iterator[None]:
        """Within the block the browser notes requests that fail like this (a regular expression), as browsers do."""
        earlier = len(self.complaints)
        yield
        new = self.complaints[earlier:]
        self.complaints[earlier:] = [each for each in new if re.search(complaint, each) is None]


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened_page(browser: Browser, node: Node, locale: str = "en-GB") -> Iterator[Page]:
    """A page of a browser profile of its own, on a node. How it ended is shown by last.png beside the node's output."""
    context = browser.new_context(
        viewport={"width": WIDE, "height": HIGH}, locale=locale, reduced_motion="reduce", base_url=node.url
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    yield page
    page.screenshot(path=node.output.with_name("last.png"))
    context.close()


@contextmanager
def listening(page: Page, node: Node) -> Iterator[Ears]:
    """At the end of the block nothing has complained, and no other machine was asked for anything."""
    ears = Ears(page)
    yield ears
    assert not ears.complaints, ears.complaints
    assert ears.asked <= {urlsplit(node.url).netloc}


def assert_accessible(page: Page) -> None:
    """axe finds nothing serious on the page as it stands."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    severe = [
        f"{page.url} {each['id']}: {[node['html'] for node in each['nodes']][:3]}"
        for each in found["violations"]
        if each["impact"] in SEVERE
    ]
    assert not severe, "\n".join(severe)


def sign_in(page: Page, node: Node) -> None:
    """Sign in as the first administrator, who has a one-time password until the first time."""
    name, once = node.first_sign_in()
    page.get_by_role("banner").get_by_role("button", name="Sign in").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    is_first, node.knows_password = not node.knows_password, True
    dialog.get_by_label("Password", exact=True).fill(once if is_first else PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    if is_first:
        page.get_by_label("Present password").fill(once)
        page.get_by_label("New password", exact=True).fill(PASSWORD)
        page.get_by_label("New password, again").fill(PASSWORD)
        page.get_by_role("button", name="Choose a new password").click()
    page.get_by_role("button", name=name).wait_for()


def click_at(area: Locator, x_share: float, y_share: float) -> None:
    """Click into an area with the mouse, at shares of its width and height."""
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    area.page.mouse.click(box["x"] + x_share * box["width"], box["y"] + y_share * box["height"])
