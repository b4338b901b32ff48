"""Signing in with the city's own accounts, against a real OpenID provider over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI

from dispatch.accounts import AccountRole, Accounts, Caller
from dispatch.accounts.claims import OidcSettings
from dispatch.accounts.ports import AuditFilter
from dispatch.accounts.secrets import read_token
from dispatch.api import create_app
from dispatch.oidc import Elsewhere
from dispatch.oidc.provider import CALLBACK, KNOWN_FOR, OpenIdProvider
from dispatch.oidc.service import REDEEM_WITHIN, UNDER_WAY, derived
from dispatch.service import Desk
from dispatch.store import SqlStore, open_store
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.conftest import Clock
from tests.dispatch.api.serve import serving
from tests.oidc_provider import CLIENT, SECRET, Provider, key_of, running_provider

pytestmark = pytest.mark.one_database
NODE = "http://127.0.0.1:8600"
START = "/api/v1/session/oidc/start"
TICKETS = "/api/v1/session/oidc"
LI: dict[str, Any] = {
    "sub": "u-7",
    "preferred_username": "Li.Wei",
    "name": "Li Wei",
    "groups": ["staff", "city-dispatchers"],
}
GRANTS: tuple[dict[str, Any], ...] = (
    {"value": "city-admins", "roles": ["administrator"]},
    {"value": "city-dispatchers", "roles": ["dispatcher", "operations"]},
    {
        "value": "street-teams",
        "roles": ["handler"],
        "departments_claim": "org.department",
        "grid": ["street/440303001"],
    },
)


BOSS = Caller("boss", frozenset({AccountRole.administrator}))


@dataclass
class Site:
    """A node that trusts a provider, and a browser."""

    url: str
    provider: Provider
    accounts: Accounts
    clock: Clock
    settings: OidcSettings

    def browser(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, trust_env=False, timeout=10)

    def there_and_back(self, browser: httpx2.Client) -> str:
        """Press the button, sign in at the provider, come back; return where the console is opened."""
        away = browser.get(START)
        assert away.status_code == 302, away.text
        back = httpx2.get(away.headers["location"], trust_env=False)
        assert back.status_code == 302, back.text
        # The provider sends the browser to the node's public address, at which this one does not listen.
        return browser.get(back.headers["location"].removeprefix(NODE)).headers["location"]

    def sign_in(self, browser: httpx2.Client | None = None) -> httpx2.Response:
        browser = browser or self.browser()
        landed = self.there_and_back(browser)
        assert landed.startswith("/#ticket="), landed
        return browser.post(TICKETS, json={"ticket": landed.removeprefix("/#ticket=")})

    def sign_out(self, signed: dict[str, Any]) -> str | None:
        """Sign out; return where the browser is sent."""
        token = {"Authorization": f"Bearer {signed['access_token']}"}
        answered = httpx2.delete(f"{self.url}/api/v1/session", headers=token, trust_env=False)
        assert (answered.status_code, answered.headers["cache-control"]) == (200, "no-store")
        address: str | None = answered.json()["address"]
        return address

    def me(self, signed: httpx2.Response) -> dict[str, Any]:
        assert signed.status_code == 201, signed.text
        token = {"Authorization": f"Bearer {signed.json()['access_token']}"}
        found: dict[str, Any] = httpx2.get(f"{self.url}/api/v1/me", headers=token, trust_env=False).json()
        return found


def app_of(desk: Desk, accounts: Accounts, clock: Clock, elsewhere: Elsewhere | None, tmp: Any) -> FastAPI:
    return create_app(desk, evidence_root=tmp, accounts=accounts, clock=clock, hosts=("*",), elsewhere=elsewhere)


@pytest.fixture(params=[SECRET, None], ids=["secret", "public client"])
def site(
    request: pytest.FixtureRequest, desk: Desk, store: SqlStore, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # the provider's own guard; it listens on loopback
    with running_provider(NODE, secret=request.param) as provider:
        settings = OidcSettings.model_validate(
            {"issuer": provider.issuer, "client_id": CLIENT, "public_url": NODE, "grants": GRANTS}
        )
        accounts, clock = accounts_of(store, None, **{"of-boss": BOSS}), Clock(datetime.now(UTC))
        accounts.administration.first_administrator(clock.now)
        elsewhere = Elsewhere(settings, OpenIdProvider(settings, secret=request.param), accounts)
        provider.person = dict(LI)
        with serving(app_of(desk, accounts, clock, elsewhere, tmp_path)) as url:
            yield Site(url, provider, accounts, clock, settings)


def only_secret(site: Site) -> bool:
    return site.provider.client.secret is not None


def test_a_person_signs_in_and_has_the_roles_of_the_claims(site: Site) -> None:
    me = site.me(site.sign_in())
    assert (me["name"], me["display_name"], me["roles"]) == ("li.wei", "Li Wei", ["dispatcher", "operations"])
    assert (me["scope"], me["must_change_password"]) == ({"departments": [], "grid": []}, False)
    actions = [line.action for line in site.accounts.store.reads.audit(AuditFilter())]
    assert actions == ["session.begin", "user.add", "user.add"]
    again = site.me(site.sign_in())
    assert again == me
    user = site.accounts.store.reads.user("li.wei")
    assert user is not None
    assert (user.version, user.password_hash, user.identity) == (1, None, f"{site.provider.issuer} u-7")


def test_what_the_claims_say_later_holds_from_the_next_sign_in(site: Site) -> None:
    site.sign_in()
    site.provider.person = {
        **LI,
        "preferred_username": "renamed",
        "groups": ["street-teams"],
        "org": {"department": ["sanitation"]},
    }
    me = site.me(site.sign_in())
    assert (me["name"], me["roles"]) == ("li.wei", ["handler"])
    assert me["scope"] == {"departments": ["sanitation"], "grid": ["street/440303001"]}
    site.provider.person |= {"org": {}}
    refused = site.sign_in()
    assert (refused.status_code, "org.department" in refused.json()["what"]) == (403, True)
    site.provider.person |= {"groups": ["guests"]}
    refused = site.sign_in()
    assert (refused.status_code, refused.json()["what"]) == (403, "renamed has no role here")


def test_nobody_takes_the_name_of_another_account(site: Site) -> None:
    site.provider.person = {**LI, "preferred_username": "admin"}
    refused = site.sign_in()
    assert (refused.status_code, "another account" in refused.json()["what"]) == (409, True)
    site.provider.person = dict(LI)
    site.sign_in()
    site.provider.person = {**LI, "sub": "u-8"}
    assert site.sign_in().status_code == 409
    site.provider.person = {**LI, "sub": "u-9", "preferred_username": "李伟"}
    assert (site.sign_in().status_code, site.accounts.store.reads.users(limit=10)[-1].name) == (422, "li.wei")


def test_an_account_that_is_shut_here_stays_shut(site: Site) -> None:
    site.sign_in()
    boss = site.accounts.administration
    by = site.accounts.caller_of(site.sign_in().json()["access_token"], site.clock.now)
    listed = httpx2.get(
        f"{site.url}/api/v1/users",
        headers={"Authorization": "Bearer of-boss"},
        trust_env=False,
    )
    assert {user["name"]: user["is_citys"] for user in listed.json()["items"]} == {"admin": False, "li.wei": True}
    boss.set_disabled(by, "li.wei", True, site.clock.now)
    assert site.sign_in().status_code == 401


def test_what_a_token_that_is_told_elsewhere_lacks_comes_from_userinfo(site: Site) -> None:
    site.provider.only_userinfo = True
    assert site.me(site.sign_in())["roles"] == ["dispatcher", "operations"]


def test_a_provider_that_turns_its_keys_is_read_anew(site: Site) -> None:
    site.sign_in()
    site.provider.turn_keys()
    assert site.sign_in().status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": ["another-client"]},
        {"nonce": "of-another-sign-in"},
        {"exp": 1},
        {"azp": "another-client"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(site: Site, wrong: dict[str, Any]) -> None:
    if only_secret(site):
        site.provider.claims = wrong
        assert site.there_and_back(site.browser()) == "/#refused=provider"


def test_a_token_that_another_has_signed_is_refused(site: Site) -> None:
    site.provider.forger = key_of("forged")
    assert site.there_and_back(site.browser()) == "/#refused=provider"


def test_the_way_is_one_browsers_and_is_gone_once(site: Site) -> None:
    mine, other = site.browser(), site.browser()
    away = mine.get(START).headers["location"]
    asked = parse_qs(urlsplit(away).query)
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    assert len(asked["code_challenge"][0]) == 43
    back = httpx2.get(away, trust_env=False).headers["location"].removeprefix(NODE)
    other.get(START)
    assert other.get(back).headers["location"] == "/#refused=over", "begun in another browser"
    landed = mine.get(back).headers["location"]
    assert mine.get(back).headers["location"] == "/#refused=provider", "the code was used up"
    ticket = {"ticket": landed.removeprefix("/#ticket=")}
    assert other.post(TICKETS, json=ticket).status_code == 401
    assert mine.post(TICKETS, json=ticket).status_code == 401
    fresh = {"ticket": site.there_and_back(mine).removeprefix("/#ticket=")}
    site.clock.now += REDEEM_WITHIN
    assert mine.post(TICKETS, json=fresh).status_code == 401


@pytest.mark.parametrize("forged", ["", "x", "9" * 199, "1.", "٣.x", "1700000000.\u00e9"])
def test_a_cookie_that_the_node_has_not_made_leads_nowhere(site: Site, forged: str) -> None:
    headers = {b"Cookie": f"gridpatrol_oidc={forged}".encode()}
    for state in (derived(forged, "state"), "\u00e9", "x"):
        brought = {"state": state, "code": "c"}
        answered = httpx2.get(f"{site.url}{CALLBACK}", params=brought, headers=headers, trust_env=False)
        assert answered.headers["location"] == "/#refused=over"


def test_several_processes_share_a_sign_in_and_a_restart_in_between_does_no_harm(
    site: Site, database: str, desk: Desk, tmp_path: Any
) -> None:
    """Begun at one process, proved at another, redeemed at a third, that share nothing but the database."""
    with ExitStack() as stack:
        others = []
        for _ in range(2):
            store = open_store(database)
            stack.callback(store.close)
            accounts = accounts_of(store, None)
            provider = OpenIdProvider(site.settings, secret=site.provider.client.secret)
            elsewhere = Elsewhere(site.settings, provider, accounts)
            others.append(stack.enter_context(serving(app_of(desk, accounts, site.clock, elsewhere, tmp_path))))
        browser = site.browser()
        away = browser.get(START).headers["location"]
        back = httpx2.get(away, trust_env=False).headers["location"].removeprefix(NODE)
        cookie = {"Cookie": f"gridpatrol_oidc={browser.cookies['gridpatrol_oidc']}"}
        landed = httpx2.get(f"{others[0]}{back}", headers=cookie, trust_env=False).headers["location"]
        ticket = {"ticket": landed.removeprefix("/#ticket=")}
        signed = httpx2.post(f"{others[1]}{TICKETS}", json=ticket, headers=cookie, trust_env=False)
        assert site.me(signed)["name"] == "li.wei"
        again = httpx2.post(f"{others[0]}{TICKETS}", json=ticket, headers=cookie, trust_env=False)
        assert again.status_code == 401, "taken once, wherever it is brought"


def test_who_signs_out_signs_out_at_the_provider_too(site: Site) -> None:
    signed = site.sign_in().json()
    address = site.sign_out(signed)
    assert address is not None
    asked = parse_qs(urlsplit(address).query)
    assert (asked["client_id"], asked["post_logout_redirect_uri"]) == ([CLIENT], [f"{NODE}/"])
    ended = httpx2.get(address, trust_env=False)
    assert (ended.headers["location"], site.provider.signed_out) == (f"{NODE}/", ["u-7"])
    found = site.accounts.store.reads.session(read_token(signed["access_token"])[1])
    assert found is not None
    assert (found[0].ended_at, found[0].id_token) == (site.clock.now, None)


def test_where_the_provider_ends_no_sign_ins_they_end_here_alone(site: Site) -> None:
    site.provider.ends_sessions = False
    signed = site.sign_in().json()
    assert site.sign_out(signed) is None
    token = {"Authorization": f"Bearer {signed['access_token']}"}
    assert httpx2.get(f"{site.url}/api/v1/me", headers=token, trust_env=False).status_code == 401


def test_a_provider_that_does_not_answer_any_more_keeps_nobody_signed_in(site: Site) -> None:
    refresh = {"refresh_token": site.sign_in().json()["refresh_token"]}
    site.clock.now += KNOWN_FOR
    site.provider.issuer += "/elsewhere"  # not what the node has in its configuration
    signed = httpx2.post(f"{site.url}/api/v1/session/refresh", json=refresh, trust_env=False).json()
    assert site.sign_out(signed) is None
    assert site.provider.signed_out == []


def test_a_city_can_keep_people_signed_in_there(site: Site, desk: Desk, tmp_path: Any) -> None:
    settings = site.settings.model_copy(update={"sign_out_there": False})
    provider = OpenIdProvider(settings, secret=site.provider.client.secret)
    elsewhere = Elsewhere(settings, provider, site.accounts)
    with serving(app_of(desk, site.accounts, site.clock, elsewhere, tmp_path)) as url:
        kept = replace(site, url=url)
        assert kept.sign_out(kept.sign_in().json()) is None


def test_who_gives_up_or_takes_too_long_is_told_so(site: Site) -> None:
    browser = site.browser()
    site.provider.person = None
    assert site.there_and_back(browser) == "/#refused=cancelled"
    site.provider.person = dict(LI)
    back = httpx2.get(browser.get(START).headers["location"], trust_env=False).headers["location"].removeprefix(NODE)
    site.clock.now += UNDER_WAY
    assert browser.get(back).headers["location"] == "/#refused=over"
    assert browser.get("/api/v1/session/oidc/callback").headers["location"] == "/#refused=over"


def test_a_provider_that_does_not_answer_is_no_fault_of_the_node(desk: Desk, store: SqlStore, tmp_path: Any) -> None:
    settings = OidcSettings.model_validate(
        {"issuer": "http://127.0.0.1:9", "client_id": CLIENT, "public_url": NODE, "grants": GRANTS}
    )
    accounts = accounts_of(store, None)
    elsewhere = Elsewhere(settings, OpenIdProvider(settings), accounts)
    with serving(app_of(desk, accounts, Clock(), elsewhere, tmp_path)) as url:
        answered = httpx2.get(f"{url}{START}", trust_env=False)
        assert (answered.status_code, answered.headers["location"]) == (302, "/#refused=provider")
        assert httpx2.get(f"{url}{TICKETS}", trust_env=False).json()["names"]["zh"] == "使用统一身份登录"


def test_without_a_provider_there_is_no_button(desk: Desk, store: SqlStore, tmp_path: Any) -> None:
    with serving(app_of(desk, accounts_of(store, None), Clock(), None, tmp_path)) as url:
        assert httpx2.get(f"{url}{TICKETS}", trust_env=False).json() == {"names": None}
        assert httpx2.get(f"{url}{START}", trust_env=False).status_code == 404
        assert httpx2.post(f"{url}{TICKETS}", json={"ticket": "x"}, trust_env=False).status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"issuer": "http://login.city.example"}, "issuer must be an https address"),
        ({"public_url": "http://grid.city.example"}, "public_url must be an https address"),
        ({"scopes": ["profile"]}, "openid"),
        ({"grants": [{"roles": ["machine"]}]}, "leave machine out"),
        ({"grants": [{"roles": ["handler"]}]}, "a handler works for a department"),
        ({"grants": [{"roles": ["administrator"], "departments": ["x"]}]}, "administrator is not limited"),
        ({"grants": [{"roles": ["viewer"], "grid": ["here"]}]}, "names no cell"),
        ({"grants": [{"roles": ["viewer"], "grid": ["a/b"], "grid_claim": "x"}]}, "or the claim"),
        ({"grants": []}, "at least 1"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes: dict[str, Any], said: str) -> None:
    known: dict[str, Any] = {
        "issuer": "https://login.city.example",
        "client_id": CLIENT,
        "public_url": "https://grid.city.example",
        "grants": GRANTS,
    }
    assert OidcSettings.model_validate(known).grants[0].roles == (AccountRole.administrator,)
    with pytest.raises(ValueError, match=said):
        OidcSettings.model_validate({**known, **changes})
