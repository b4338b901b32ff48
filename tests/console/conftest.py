"""One browser a module, and one node with a simulated camera for the pages that need no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.console.browser import Ears, Node, listening, opened_browser, opened_page, running
from tests.journeys.test_node import BAG_AT_S, CAMERA, FOREVER_S, SCENE


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A yard in which a bag is dumped ten seconds after the start and stays."""
    folder = tmp_path_factory.mktemp("yard")
    config, data = folder / "config", folder / "data"
    (config / "cameras").mkdir(parents=True)
    scene = folder / "scene.yaml"
    scene.write_text(SCENE.format(arrives_s=BAG_AT_S, leaves_s=FOREVER_S))
    (config / "cameras" / "yard.yaml").write_text(CAMERA.format(scene=scene))
    (config / "node.yaml").write_text("api: {port: 0, guest_reading: true}\n")
    with running(Node(folder, ["tests.journeys.street", str(config), str(data)], data)) as node:
        yield node


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, node: Node) -> Iterator[Page]:
    with opened_page(browser, node) as page:
        yield page


@pytest.fixture
def ears(page: Page, node: Node) -> Iterator[Ears]:
    with listening(page, node) as ears:
        yield ears
