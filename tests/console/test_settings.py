"""The city's documents are changed in a real browser against a whole node: a table is written in and saved, somebody
else's save is met, an earlier version comes back, and what cannot be is refused with what to do."""

from __future__ import annotations

import re
from typing import Any

import httpx2
from playwright.sync_api import Page

from gridpatrol.keys import read_local_key
from tests.console.test_journey import Node, assert_accessible, node, page, pytestmark, sign_in

__all__ = ["node", "page", "pytestmark"]

ADDRESS = "/api/v1/configuration/departments"


def save_beside(node: Node, contact: str) -> None:
    """Somebody else saves the departments."""
    headers = {"Authorization": f"Bearer {read_local_key(node.data)}"}
    with httpx2.Client(base_url=node.url, headers=headers, trust_env=False, timeout=10) as client:
        read = client.get(ADDRESS).raise_for_status()
        content: dict[str, Any] = read.json()["content"]
        content["departments"][1]["contact"] = contact
        body = {"content": content, "note": "new number"}
        client.put(ADDRESS, json=body, headers={"If-Match": read.headers["ETag"]}).raise_for_status()


def test_documents_are_changed_in_the_browser(node: Node, page: Page) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/settings/documents")
    sign_in(page, node)
    page.get_by_role("link", name="Calendar").wait_for()
    assert_accessible(page)

    page.get_by_role("link", name="Departments").click()
    contact = page.get_by_label("Contact urban_management")
    contact.fill("12319")
    assert_accessible(page)
    save_beside(node, "12345")
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
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

    page.goto("/settings/documents?document=calendar")
    page.get_by_label("Time zone").fill("Asia/Urumqi")
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    dialog.get_by_role("button", name="Save").click()
    page.get_by_text(re.compile("from the node’s next start on")).first.wait_for()
    page.get_by_text("As text", exact=True).click()
    assert_accessible(page)
    assert complaints == []
