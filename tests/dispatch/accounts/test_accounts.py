"""Signing in, staying signed in, locks, users and keys, over a real store."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dispatch.accounts import EVERYWHERE, AccountRole, Accounts, Caller, Cell, Scope
from dispatch.accounts.administration import MAX_KEYS, ONE_TIME_HOLDS
from dispatch.accounts.ports import AuditFilter
from dispatch.accounts.secrets import Passwords
from dispatch.accounts.values import Busy, Forbidden, NotSignedIn
from dispatch.contract import GridMembership
from dispatch.errors import Conflict, Invalid, NotFound
from dispatch.store import SqlStore
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.builders import T0, at

ROOT = Caller("root", frozenset({AccountRole.administrator}))
DISPATCHER = frozenset({AccountRole.dispatcher})
MACHINE = frozenset({AccountRole.machine})
GOOD = "correct horse battery"


@pytest.fixture
def accounts(store: SqlStore) -> Accounts:
    opened = accounts_of(store, guest=None)
    opened.administration.first_administrator(T0)
    return opened


def person(accounts: Accounts, name: str = "li", roles: frozenset[AccountRole] = DISPATCHER) -> str:
    """Make a user who has chosen a password."""
    _, one_time = accounts.administration.add_user(ROOT, name, roles=roles, now=T0)
    assert one_time is not None
    signed = accounts.sign_in(name, one_time, T0)
    accounts.change_password(accounts.caller_of(signed.access_token, T0), one_time, GOOD, T0)
    return name


def actions(accounts: Accounts) -> list[str]:
    return [line.action for line in reversed(accounts.store.reads.audit(AuditFilter(), limit=500))]


def test_the_first_start_makes_one_administrator_with_a_password_that_is_good_once(store: SqlStore) -> None:
    accounts = accounts_of(store, guest=None)
    made = accounts.administration.first_administrator(T0)
    assert made is not None
    assert accounts.administration.first_administrator(T0) is None
    signed = accounts.sign_in(*made, T0)
    caller = accounts.caller_of(signed.access_token, T0)
    assert (caller.roles, caller.must_change_password) == (frozenset({AccountRole.administrator}), True)
    accounts.change_password(caller, made[1], GOOD, T0)
    assert not accounts.caller_of(signed.access_token, T0).must_change_password
    with pytest.raises(NotSignedIn):
        accounts.sign_in(*made, T0)
    with pytest.raises(NotSignedIn):
        accounts_of(store, guest=None).sign_in("admin", made[1], T0 + ONE_TIME_HOLDS)


def test_a_one_time_password_runs_out(accounts: Accounts) -> None:
    _, one_time = accounts.administration.add_user(ROOT, "li", roles=DISPATCHER, now=T0)
    with pytest.raises(NotSignedIn):
        accounts.sign_in("li", one_time or "", T0 + ONE_TIME_HOLDS)


def test_an_access_token_holds_for_minutes_and_a_refresh_gives_the_next(accounts: Accounts) -> None:
    first = accounts.sign_in(person(accounts), GOOD, T0)
    late = first.access_until
    with pytest.raises(NotSignedIn, match="run out"):
        accounts.caller_of(first.access_token, late)
    second = accounts.refresh(first.refresh_token, late)
    assert accounts.caller_of(second.access_token, late).name == "li"
    with pytest.raises(NotSignedIn):
        accounts.caller_of(first.access_token, late)
    with pytest.raises(NotSignedIn):
        accounts.caller_of(second.refresh_token, late)
    with pytest.raises(NotSignedIn):
        accounts.refresh(second.access_token, late)


@pytest.mark.parametrize(("after_s", "ends"), [(5, False), (11, True)])
def test_a_spent_refresh_token_that_comes_back_ends_the_sign_in(accounts: Accounts, after_s: float, ends: bool) -> None:
    first = accounts.sign_in(person(accounts), GOOD, T0)
    second = accounts.refresh(first.refresh_token, at(1))
    with pytest.raises(NotSignedIn):
        accounts.refresh(first.refresh_token, at(1 + after_s))
    if not ends:
        assert accounts.caller_of(second.access_token, at(20)).name == "li"
        return
    with pytest.raises(NotSignedIn):
        accounts.caller_of(second.access_token, at(20))
    with pytest.raises(NotSignedIn):
        accounts.refresh(second.refresh_token, at(20))
    assert "session.stolen" in actions(accounts)


def test_a_sign_in_ends_idle_and_at_the_latest_after_its_longest_time(accounts: Accounts) -> None:
    name, rules = person(accounts), accounts.rules
    signed = accounts.sign_in(name, GOOD, T0)
    with pytest.raises(NotSignedIn):
        accounts.refresh(signed.refresh_token, T0 + rules.idle)
    now, end = T0, T0 + rules.longest
    while now + rules.idle / 2 < end:
        now += rules.idle / 2
        signed = accounts.refresh(signed.refresh_token, now)
    assert signed.refresh_until == end
    with pytest.raises(NotSignedIn):
        accounts.refresh(signed.refresh_token, end)


def test_too_many_sign_ins_end_the_oldest(accounts: Accounts) -> None:
    name = person(accounts)
    signed = [accounts.sign_in(name, GOOD, at(i)) for i in range(accounts.rules.sessions + 1)]
    with pytest.raises(NotSignedIn):
        accounts.caller_of(signed[0].access_token, at(20))
    assert accounts.caller_of(signed[1].access_token, at(20)).name == name


def test_wrong_passwords_lock_the_account_for_longer_and_longer(accounts: Accounts) -> None:
    name, rules = person(accounts), accounts.rules
    now = T0
    said = set()
    for _ in range(rules.tries):
        with pytest.raises(NotSignedIn) as refused:
            accounts.sign_in(name, "wrong password", now)
        said.add(str(refused.value))
    for lock in (rules.lock, 2 * rules.lock, 4 * rules.lock):
        with pytest.raises(NotSignedIn) as refused:
            accounts.sign_in(name, GOOD, now + lock / 2)
        said.add(str(refused.value))
        now += lock
        with pytest.raises(NotSignedIn):
            accounts.sign_in(name, "wrong password", now)
    with pytest.raises(NotSignedIn) as refused:
        accounts.sign_in("nobody", GOOD, now)
    assert said == {str(refused.value)}, "nobody learns which names there are, or that one is locked"
    now += 8 * rules.lock
    assert accounts.sign_in(name, GOOD, now).user.name == name
    for _ in range(rules.tries - 1):
        with pytest.raises(NotSignedIn):
            accounts.sign_in(name, "wrong password", now)
    assert accounts.sign_in(name, GOOD, now).user.tries == 0
    assert actions(accounts).count("session.refused") == rules.tries + 3 + rules.tries - 1


def test_no_lock_is_longer_than_the_longest(accounts: Accounts) -> None:
    name, now = person(accounts), T0
    for _ in range(40):
        with pytest.raises(NotSignedIn):
            accounts.sign_in(name, "wrong password", now)
        now += accounts.rules.longest_lock
    accounts.sign_in(name, GOOD, now)


def test_signing_out_ends_the_sign_in_and_no_other(accounts: Accounts) -> None:
    name = person(accounts)
    one, other = accounts.sign_in(name, GOOD, T0), accounts.sign_in(name, GOOD, T0)
    accounts.sign_out(accounts.caller_of(one.access_token, T0), T0)
    for refused in (lambda: accounts.caller_of(one.access_token, T0), lambda: accounts.refresh(one.refresh_token, T0)):
        with pytest.raises(NotSignedIn):
            refused()
    assert accounts.caller_of(other.access_token, T0).name == name


def test_a_new_password_ends_the_other_sign_ins(accounts: Accounts) -> None:
    name = person(accounts)
    one, other = accounts.sign_in(name, GOOD, T0), accounts.sign_in(name, GOOD, T0)
    caller = accounts.caller_of(one.access_token, T0)
    for old, new, error in (
        ("wrong password", "another good one", NotSignedIn),
        (GOOD, GOOD, Invalid),
        (GOOD, "short", Invalid),
        (GOOD, "li" * 8, Invalid),
        (GOOD, "ababababababab", Invalid),
        (GOOD, "x" * 257, Invalid),
    ):
        with pytest.raises(error):
            accounts.change_password(caller, old, new, T0)
    accounts.change_password(caller, GOOD, "another good one", T0)
    accounts.caller_of(one.access_token, T0)
    with pytest.raises(NotSignedIn):
        accounts.caller_of(other.access_token, T0)
    accounts.sign_in(name, "another good one", T0)


def test_a_password_may_be_typed_in_either_form_of_unicode(accounts: Accounts) -> None:
    name = person(accounts)
    caller = accounts.caller_of(accounts.sign_in(name, GOOD, T0).access_token, T0)
    accounts.change_password(caller, GOOD, "caf\u00e9 网格巡查 grid", T0)
    accounts.sign_in(name, "cafe\u0301 网格巡查 grid", T0)


def test_what_an_administrator_changes_holds_from_the_next_request_on(accounts: Accounts) -> None:
    name = person(accounts)
    token = accounts.sign_in(name, GOOD, T0).access_token
    scope = Scope(frozenset({"sanitation"}), frozenset({Cell("street", "440399001")}))
    accounts.administration.change_user(ROOT, name, roles={AccountRole.handler}, scope=scope, now=T0)
    caller = accounts.caller_of(token, T0)
    assert (caller.roles, caller.departments, caller.grid_scope) == (
        frozenset({AccountRole.handler}),
        frozenset({"sanitation"}),
        frozenset({Cell("street", "440399001")}),
    )
    accounts.administration.set_disabled(ROOT, name, True, T0)
    with pytest.raises(NotSignedIn):
        accounts.caller_of(token, T0)
    with pytest.raises(NotSignedIn):
        accounts.sign_in(name, GOOD, T0)
    accounts.administration.set_disabled(ROOT, name, False, T0)
    accounts.sign_in(name, GOOD, T0)


def test_a_reset_unlocks_and_ends_what_was_signed_in(accounts: Accounts) -> None:
    name = person(accounts)
    token = accounts.sign_in(name, GOOD, T0).access_token
    for _ in range(accounts.rules.tries):
        with pytest.raises(NotSignedIn):
            accounts.sign_in(name, "wrong password", T0)
    _, password = accounts.administration.reset_password(ROOT, name, T0)
    with pytest.raises(NotSignedIn):
        accounts.caller_of(token, T0)
    signed = accounts.sign_in(name, password, T0)
    assert accounts.caller_of(signed.access_token, T0).must_change_password


@pytest.mark.parametrize(
    ("name", "roles", "scope"),
    [
        ("", DISPATCHER, EVERYWHERE),
        ("Li", DISPATCHER, EVERYWHERE),
        ("li li", DISPATCHER, EVERYWHERE),
        ("guest", DISPATCHER, EVERYWHERE),
        ("local", DISPATCHER, EVERYWHERE),
        ("l" * 65, DISPATCHER, EVERYWHERE),
        ("li", frozenset(), EVERYWHERE),
        ("li", MACHINE | DISPATCHER, EVERYWHERE),
        ("li", frozenset({AccountRole.handler}), EVERYWHERE),
        ("li", frozenset({AccountRole.administrator}), Scope(frozenset({"sanitation"}))),
    ],
)
def test_accounts_that_cannot_be_are_refused(
    accounts: Accounts, name: str, roles: frozenset[AccountRole], scope: Scope
) -> None:
    with pytest.raises(Invalid):
        accounts.administration.add_user(ROOT, name, roles=roles, scope=scope, now=T0)


def test_a_name_is_given_once_and_somebody_always_administers(accounts: Accounts) -> None:
    person(accounts)
    administration = accounts.administration
    with pytest.raises(Conflict):
        administration.add_user(ROOT, "li", roles=DISPATCHER, now=T0)
    with pytest.raises(Invalid, match="nobody would be left"):
        administration.set_disabled(ROOT, "admin", True, T0)
    with pytest.raises(Invalid, match="nobody would be left"):
        administration.change_user(ROOT, "admin", roles=DISPATCHER, now=T0)
    with pytest.raises(Conflict, match="version"):
        administration.change_user(ROOT, "li", roles=DISPATCHER, expected_version=7, now=T0)
    with pytest.raises(NotFound):
        administration.reset_password(ROOT, "nobody", T0)
    with pytest.raises(Invalid):
        administration.change_user(ROOT, "li", roles=MACHINE, now=T0)


def test_a_key_acts_as_its_account_until_it_is_revoked_or_runs_out(accounts: Accounts) -> None:
    administration = accounts.administration
    user, password = administration.add_user(ROOT, "city-hub", roles=MACHINE, now=T0)
    assert password is None
    kept, key = administration.create_key(ROOT, user.name, label="test", now=T0, holds=timedelta(days=1))
    caller = accounts.caller_of(key, T0)
    assert (caller.name, caller.roles) == ("city-hub", MACHINE)
    assert key not in repr(kept)
    for wrong in (key[:-1], key + "x", "gpk_nowhere.secret", "gpa" + key[3:], "gpk_", ".", "x", "\ud800"):
        with pytest.raises(NotSignedIn):
            accounts.caller_of(wrong, T0)
    with pytest.raises(NotSignedIn):
        accounts.caller_of(key, T0 + timedelta(days=1))
    assert administration.revoke_key(ROOT, kept.key_id, at(1)).revoked_at == at(1)
    with pytest.raises(NotSignedIn):
        accounts.caller_of(key, at(1))
    with pytest.raises(Invalid):
        administration.reset_password(ROOT, user.name, T0)


def test_nobody_makes_a_key_in_another_persons_name(accounts: Accounts) -> None:
    li, wang = person(accounts), person(accounts, "wang")
    caller = Caller(li, DISPATCHER)
    kept, key = accounts.administration.create_key(caller, li, label="mine", now=T0)
    assert accounts.caller_of(key, T0).name == li
    for by in (caller, ROOT):
        with pytest.raises(Forbidden):
            accounts.administration.create_key(by, wang, label="", now=T0)
    with pytest.raises(NotFound):
        accounts.administration.revoke_key(Caller(wang, DISPATCHER), kept.key_id, T0)
    for _ in range(MAX_KEYS - 1):
        accounts.administration.create_key(caller, li, label="", now=T0)
    with pytest.raises(Invalid, match="keys already"):
        accounts.administration.create_key(caller, li, label="", now=T0)


def test_a_guest_reads_where_that_is_allowed_and_static_tokens_are_known(store: SqlStore) -> None:
    guest = Caller("guest", frozenset({AccountRole.viewer}), is_guest=True)
    local = Caller("local", MACHINE)
    accounts = accounts_of(store, guest, **{"a long token": local})
    assert accounts.caller_of(None, T0) == guest
    assert accounts.caller_of("a long token", T0) == local
    with pytest.raises(NotSignedIn):
        accounts.caller_of("another token", T0)
    with pytest.raises(NotSignedIn):
        accounts_of(store, None).caller_of(None, T0)


def test_no_secret_is_kept_or_shown(accounts: Accounts, store: SqlStore) -> None:
    name = person(accounts)
    signed = accounts.sign_in(name, GOOD, T0)
    _, key = accounts.administration.create_key(Caller(name, DISPATCHER), name, label="mine", now=T0)
    with store.engine.connect() as connection:
        kept = "\n".join(
            str(row)
            for table in ("users", "sessions", "api_keys", "audit")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        )
    shown = repr((signed, accounts.store.reads.user(name), accounts.store.reads.keys()))
    for secret in (GOOD, signed.access_token, signed.refresh_token, key, key.partition(".")[2]):
        assert secret not in kept
        assert secret not in shown
    assert "argon2id" not in shown


def test_every_change_is_in_the_audit_log_and_old_lines_are_deleted(accounts: Accounts) -> None:
    name = person(accounts)
    administration = accounts.administration
    administration.change_user(ROOT, name, display_name="Li", now=at(1))
    administration.set_disabled(ROOT, name, True, at(2))
    assert actions(accounts) == [
        "user.add",
        "user.add",
        "session.begin",
        "user.change_password",
        "user.change",
        "user.disable",
    ]
    (last,) = accounts.store.reads.audit(AuditFilter(actor="root", action="user.disable"))
    assert (last.at, last.target, last.roles) == (at(2), "user/li", frozenset({AccountRole.administrator}))
    later: datetime = at(2) + accounts.rules.keep_audit
    assert accounts.run_once(later) == 6
    assert actions(accounts) == ["user.disable"]


def test_passwords_are_checked_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatch.accounts.secrets.PATIENCE_S", 0.01)
    passwords = Passwords()
    with passwords._turn(), passwords._turn(), pytest.raises(Busy):
        passwords.hash(GOOD)


@pytest.mark.parametrize(
    ("scope", "holds"),
    [
        (EVERYWHERE, True),
        (Scope(frozenset({"sanitation"})), True),
        (Scope(frozenset({"traffic_police"})), False),
        (Scope(grid=frozenset({Cell("community", "440303001")})), True),
        (Scope(grid=frozenset({Cell("unit", "440303001")})), False),
        (Scope(frozenset({"sanitation"}), frozenset({Cell("unit", "440303001002003")})), True),
        (Scope(frozenset({"sanitation"}), frozenset({Cell("unit", "440303001002004")})), False),
        (Scope(frozenset({"traffic_police"}), frozenset({Cell("unit", "440303001002003")})), False),
    ],
)
def test_a_scope_holds_cases_of_its_departments_in_its_cells(scope: Scope, holds: bool) -> None:
    grid = (
        GridMembership(layer="unit", code="440303001002003", name=""),
        GridMembership(layer="community", code="440303001", name=""),
    )
    assert scope.holds("sanitation", grid) == holds


@pytest.mark.parametrize("text", ["", "street", "/1", "street/", "a/b/c"])
def test_a_cell_is_named_by_layer_and_code(text: str) -> None:
    assert str(Cell.parse("street/440399001")) == "street/440399001"
    with pytest.raises(Invalid):
        Cell.parse(text)
