"""Signing in and out with the city's own accounts in a real browser, against a real OpenID provider."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from dispatch.accounts.claims import OidcSettings
from dispatch.api import create_app
from dispatch.oidc import Elsewhere
from dispatch.oidc.provider import OpenIdProvider
from dispatch.store import open_store
from gridpatrol.shipped import BUILT_CONSOLE
from tests.console.browser import CHROMIUM, PATIENCE_S, assert_accessible, needs_browser
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.serve import address_of, bound, serving
from tests.dispatch.builders import a_desk
from tests.oidc_provider import CLIENT, SECRET, Provider, running_provider

pytestmark = needs_browser

BUTTON = "Sign in with the city's account"
GRANTS = ({"value": "city-dispatchers", "roles": ["dispatcher"]},)


@dataclass
class City:
    """A node whose people sign in at the city's provider."""

    url: str
    provider: Provider


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # the provider's own guard; it listens on loopback
    listener = bound()
    url = address_of(listener)
    with closing(open_store(f"sqlite:///{tmp_path / 'dispatch.db'}")) as store, running_provider(url) as provider:
        settings = OidcSettings.model_validate(
            {"issuer": provider.issuer, "client_id": CLIENT, "public_url": url, "grants": GRANTS}
        )
        accounts = accounts_of(store, None)
        elsewhere = Elsewhere(settings, OpenIdProvider(settings, secret=SECRET), accounts)
        app = create_app(
            a_desk(store), evidence_root=tmp_path, accounts=accounts, elsewhere=elsewhere, console=BUILT_CONSOLE
        )
        with serving(app, listener):
            yield City(url, provider)


@pytest.fixture
def page(city: City) -> Iterator[Page]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(locale="en-GB", reduced_motion="reduce", base_url=city.url).new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        yield page
        browser.close()


def test_the_citys_account_signs_in_and_out(city: City, page: Page) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    person = {"sub": "u-7", "preferred_username": "li.wei", "name": "Li Wei", "groups": ["city-dispatchers"]}

    page.goto("/")
    page.get_by_role("link", name=BUTTON).click()  # nobody signs in there
    page.get_by_text("Nobody has signed in there.").wait_for()
    assert_accessible(page)

    city.provider.person = {**person, "groups": ["guests"]}
    page.get_by_role("link", name=BUTTON).click()
    page.get_by_text("li.wei has no role here").wait_for()

    city.provider.person = dict(person)
    page.get_by_role("link", name=BUTTON).click()
    mine = page.get_by_role("button", name="Li Wei")
    mine.wait_for()
    assert "ticket" not in page.url
    page.reload()
    mine.click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("link", name=BUTTON).wait_for()
    assert city.provider.signed_out == ["u-7"]
    assert urlsplit(page.url).netloc == urlsplit(city.url).netloc
    assert page.evaluate("localStorage.getItem('gridpatrol.session')") is None

    page.get_by_role("link", name=BUTTON).click()  # it is not signed in there any more
    page.get_by_text("Nobody has signed in there.").wait_for()
    assert not complaints
