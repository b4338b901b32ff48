"""The console with a large city behind it: how long a browser is busy while somebody scrolls, filters and looks around.

python -m benchmarks.console [--cases 10000] [--cameras 500] [--slower 4] [--city FOLDER] [--json FILE.json]

The desk, its database and its API are a node's; the cameras are listed and do not run. Debian's Chromium asks for the
pages as a person would. A long task is a stretch of more than 50 ms in which the page does not answer; what counts is
the longest one of a step. The same run measures an empty page of the same browser, and how long the browser takes for
a fixed sum, so that a busy machine shows. `--slower` has the browser feign a processor that many times slower. Filling
the database takes minutes; `--city` keeps it in a folder, for the next run to find.
"""

from __future__ import annotations

import argparse
import gzip
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.report import publish
from dispatch.accounts import Accounts
from dispatch.accounts.service import GUEST
from dispatch.api import create_app
from dispatch.case import Action, Role
from dispatch.contract import CloudEvent, EventReport, Location
from dispatch.errors import Refused
from dispatch.grid import GridIndex
from dispatch.service import Desk
from dispatch.store import open_store
from dispatch.views import CameraInfo, CaseFilter, NoCameras
from dispatch.wording import NameBook
from gridpatrol.config import load_installation
from gridpatrol.server import ApiServer
from gridpatrol.settings import Api
from gridpatrol.shipped import BUILT_CONSOLE, SHIPPED_CONFIG

BATCH = 500
DAYS = 14
PATIENCE_MS = 120_000
MOVES = ((Action.void, Role.dispatcher), (Action.accept, Role.handler), (Action.note, Role.dispatcher))
WEIGHTS = (0.6, 0.2, 0.2)
MATTERS = ("illegal_parking", "litter_exposed", "street_stall", "goods_occupation", "shopfront_overflow")
CHANGES = 30
A_SUM = """
() => { const begun = performance.now(); let sum = 0;
for (let i = 0; i < 5e7; i += 1) sum = (sum + i * 7) % 1000003;
return performance.now() - begun + sum * 0; }
"""
WATCH_TASKS = """
window.longTasks = [];
new PerformanceObserver((list) => list.getEntries().forEach((e) => window.longTasks.push(e.duration)))
  .observe({type: 'longtask', buffered: true});
"""


class ListedCameras(NoCameras):
    """Cameras that are configured and do not run."""

    def __init__(self, cameras: Sequence[CameraInfo]) -> None:
        self._cameras = cameras

    def cameras(self) -> Sequence[CameraInfo]:
        return self._cameras


@dataclass(frozen=True)
class Step:
    """What was done, and how long the page was busy with it."""

    name: str
    longest_ms: float
    long_tasks: int
    wall_ms: float


def city(cameras: int, draw: random.Random) -> list[CameraInfo]:
    """Cameras over the shipped demonstration grid."""
    return [
        CameraInfo(
            f"camera-{number:03}",
            f"Camera {number}",
            f"探头 {number}",
            Location(lon=114.1290 + draw.random() * 0.008, lat=22.5450 + draw.random() * 0.006, error_m=5),
            MATTERS,
        )
        for number in range(cameras)
    ]


def fill(desk: Desk, cameras: Sequence[CameraInfo], cases: int, draw: random.Random, now: datetime) -> None:
    """File reports of the last two weeks; let people handle some of the cases, and some not."""
    at = now - timedelta(days=DAYS)
    step = timedelta(days=DAYS) / cases
    batch: list[CloudEvent[EventReport]] = []
    for number in range(cases):
        at += step
        batch.append(_report(number, cameras[number % len(cameras)], at, draw))
        if len(batch) == BATCH or number == cases - 1:
            desk.receive_many(batch, at)
            batch.clear()
    before: int | None = None
    while True:
        page = desk.store.views.cases(CaseFilter(is_open=True), before=before, limit=BATCH)
        for case in page.items:
            if draw.random() < 0.4:
                action, role = draw.choices(MOVES, WEIGHTS)[0]
                try:
                    desk.act(case.case_id, action, actor="Wang", role=role, now=now, reason="by the benchmark")
                except Refused:
                    continue
        if page.next is None:
            return
        before = page.next


def _report(number: int, camera: CameraInfo, at: datetime, draw: random.Random) -> CloudEvent[EventReport]:
    left, top = 1.0 + (number // 500 % 20) * 60, 1.0 + number % 7 * 90
    told = EventReport(
        event_id=f"bench-{number}",
        matter=MATTERS[number % len(MATTERS)],
        camera_id=camera.camera_id,
        zone="lane",
        zone_purpose="no_parking",
        class_name="car",
        first_seen_at=at - timedelta(minutes=3),
        confirmed_at=at,
        box_xyxy_px=(left, top, left + 50, top + 80),
        resolution_wh=(1280, 720),
        confidence=draw.choice((0.62, 0.8, 0.9, 0.95)),
        location=camera.location,
        evidence=(),
        model="benchmark",
    )
    return CloudEvent(
        id=told.event_id, source=f"/cameras/{camera.camera_id}", type="gridpatrol.event.reported.v1", time=at, data=told
    )


@contextmanager
def serving(folder: Path, cases: int, cameras: int, seed: int) -> Iterator[tuple[str, Desk]]:
    """A desk with a large city behind it; yields its address and the desk."""
    draw, now = random.Random(seed), datetime.now(UTC)
    installation = load_installation(SHIPPED_CONFIG / "demo", grid_folder=SHIPPED_CONFIG / "grid")
    grid = GridIndex(installation.grid, time_zone=installation.calendar.time_zone)
    store = open_store(f"sqlite:///{folder / 'dispatch.sqlite'}")
    desk = Desk(store, matters=installation.rules, grid=grid, policy=installation.policy)
    listed = city(cameras, draw)
    if not desk.store.views.cases(CaseFilter(), limit=1).items:
        fill(desk, listed, cases, draw, now)
    app = create_app(
        desk,
        evidence_root=folder,
        accounts=Accounts(store.accounts, guest=GUEST),
        camera_control=ListedCameras(listed),
        grid_map=grid,
        names=NameBook(
            departments={each.id: each.names for each in installation.departments.values()},
            layers={layer.id: layer.names for layer in installation.grid},
        ),
        console=BUILT_CONSOLE,
    )
    server = ApiServer(Api(port=0, guest_reading=True))
    thread = threading.Thread(target=server.run, args=(app, threading.Event()), daemon=True)
    thread.start()
    try:
        yield server.url, desk
    finally:
        server.release()
        thread.join(30)
        store.close()


def measured(page: Page, name: str, act: Callable[[], object]) -> Step:
    """Do something and say how long the page was busy with it."""
    page.evaluate("window.longTasks = []")
    begun = time.perf_counter()
    act()
    wall_ms = (time.perf_counter() - begun) * 1000
    page.wait_for_timeout(700)
    tasks: list[float] = page.evaluate("window.longTasks")
    return Step(name, max(tasks, default=0.0), len(tasks), wall_ms)


def scroll(page: Page, times: int) -> None:
    """Turn the wheel over the table of cases."""
    table = page.locator(".ant-table-tbody-virtual").first
    table.hover()
    for _ in range(times):
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(60)


def change(page: Page, desk: Desk) -> None:
    """Let cases change, ten a second, while somebody looks at the list."""
    newest = desk.store.views.cases(CaseFilter(is_open=True), limit=CHANGES).items
    for case in newest:
        desk.act(
            case.case_id, Action.note, actor="Wang", role=Role.dispatcher, now=datetime.now(UTC), reason="a change"
        )
        page.wait_for_timeout(100)
    page.wait_for_timeout(2000)


def walk(page: Page, url: str, desk: Desk) -> list[Step]:
    """Look around the console."""

    def to(address: str, heading: str) -> Callable[[], None]:
        def go() -> None:
            page.goto(url + address)
            page.get_by_role("heading", level=1, name=heading).wait_for()

        return go

    def choose(label: str, option: str) -> None:
        page.get_by_role("combobox", name=label).click()
        page.locator(".ant-select-item-option", has_text=option).first.click()
        page.wait_for_timeout(500)

    steps = [measured(page, "first load, one screen", to("/?lang=en", "One screen"))]
    steps.append(measured(page, "one screen, all drawn", lambda: page.wait_for_timeout(3000)))
    steps.append(measured(page, "open the cases", to("/cases", "Cases")))
    page.locator(".ant-table-row").first.wait_for()
    steps.append(measured(page, "scroll the cases", lambda: scroll(page, 60)))
    steps.append(measured(page, f"{CHANGES} cases change meanwhile", lambda: change(page, desk)))
    steps.append(measured(page, "filter: open", lambda: choose("Which", "Open")))
    steps.append(measured(page, "filter: state", lambda: choose("States", "Dispatched")))
    page.keyboard.press("Escape")
    steps.append(measured(page, "scroll the filtered cases", lambda: scroll(page, 30)))
    steps.append(measured(page, "board by state", to("/cases?as=state", "Cases")))
    page.locator(".case-card").first.wait_for()
    steps.append(measured(page, "board by state, all drawn", lambda: page.wait_for_timeout(2000)))
    steps.append(measured(page, "board by deadline", lambda: page.get_by_text("By deadline").click()))
    steps.append(measured(page, "500 cameras as a list", to("/cameras", "Cameras")))
    steps.append(measured(page, "indicators of 30 days", to("/indicators?period=month", "Indicators")))
    page.locator("canvas").first.wait_for()
    steps.append(measured(page, "indicators, all drawn", lambda: page.wait_for_timeout(4000)))
    header = page.get_by_role("columnheader", name="Cases").first
    steps.append(measured(page, "sort the parts of the city", header.click))
    return steps


def first_load(page: Page) -> dict[str, float]:
    """What the browser says of the page that is shown."""
    found: dict[str, float] = page.evaluate(
        """() => { const [n] = performance.getEntriesByType('navigation');
        const paint = performance.getEntriesByName('first-contentful-paint')[0];
        const files = performance.getEntriesByType('resource').filter((r) => r.name.includes('/assets/'));
        return { load_ms: n.loadEventEnd, first_paint_ms: paint ? paint.startTime : 0, files: files.length,
          bytes: files.reduce((sum, r) => sum + r.decodedBodySize, 0) }; }"""
    )
    return found


def bundle() -> dict[str, tuple[int, int]]:
    """Size of each built file, bytes, and compressed."""
    files = sorted((BUILT_CONSOLE / "assets").iterdir(), key=lambda path: -path.stat().st_size)
    return {path.name: (path.stat().st_size, len(gzip.compress(path.read_bytes()))) for path in files}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--cameras", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slower", type=float, default=1.0, help="how many times slower a processor to feign")
    parser.add_argument("--city", type=Path, help="folder in which the filled database is kept")
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None or not (BUILT_CONSOLE / "index.html").is_file():
        parser.exit(2, "it needs Chromium (apt-get install chromium) and the built console (make web)\n")
    if wanted.city is not None:
        wanted.city.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(wanted.city or Path(folder), wanted.cases, wanted.cameras, wanted.seed) as (url, desk),
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1920, "height": 1080}, locale="en-GB")
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(WATCH_TASKS)
        if wanted.slower != 1:
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": wanted.slower})
        sum_ms: float = page.evaluate(A_SUM)
        empty = measured(page, "an empty page", lambda: page.goto("about:blank"))
        page.goto(f"{url}/?lang=en")
        page.get_by_role("heading", level=1, name="One screen").wait_for()
        page.wait_for_load_state("load")
        load = first_load(page)
        steps = [empty, *walk(page, url, desk)]
        browser.close()
    told = (
        f"{wanted.cases} cases, {wanted.cameras} cameras; first paint {load['first_paint_ms']:.0f} ms, loaded after "
        f"{load['load_ms']:.0f} ms with {load['bytes'] / 1e6:.2f} MB in {load['files']:.0f} files; the browser "
        f"{wanted.slower:g} times slower than it is: {sum_ms:.0f} ms for a fixed sum"
    )
    show(told, steps, load, wanted.json)


def show(told: str, steps: Sequence[Step], load: dict[str, float], path: Path | None) -> None:
    """Print the table and write the figures."""
    sizes = bundle()
    whole, packed = (sum(size[kind] for size in sizes.values()) / 1e6 for kind in (0, 1))
    publish(
        f"{told}; all files {whole:.2f} MB, {packed:.2f} MB compressed",
        ("step", "longest task ms", "long tasks", "wall ms"),
        [(step.name, f"{step.longest_ms:.0f}", str(step.long_tasks), f"{step.wall_ms:.0f}") for step in steps],
        {"steps": [vars(step) for step in steps], "first_load": load, "bundle": sizes},
        path,
    )


if __name__ == "__main__":
    main()
