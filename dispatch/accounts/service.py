"""Signing in, staying signed in, and finding out who calls. Each call is one or two short units of work.

Tokens are opaque and kept as hashes (docs/decisions/0011): what is revoked ends at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dispatch.accounts import secrets
from dispatch.accounts.administration import Administration
from dispatch.accounts.claims import Identity
from dispatch.accounts.ports import AccountStore, AccountWrites
from dispatch.accounts.values import AccountRole, AuditLine, Caller, NotSignedIn, Session, User
from dispatch.errors import Conflict, Invalid

ACCESS, REFRESH, KEY = "gpa", "gpr", "gpk"
"""Kinds of tokens, in their first letters, so that a leaked one is recognised."""
GRACE_S = 10.0
"""For so long after a refresh the token before it is refused without ending the sign-in: two tabs refresh at once."""
GUEST = Caller("guest", frozenset({AccountRole.viewer}), is_guest=True)
"""Whoever has not signed in, where reading needs no sign-in."""

ELSEWHERE = "oidc"
"""Name of the city's own sign-in in the audit log."""

_WRONG = "the name or the password is wrong, or too many tries have locked the account for a while"
_WRONG_REMEDY = "Check both, wait some minutes, or ask an administrator for a new password."


@dataclass(frozen=True)
class AccountRules:
    """Limits of sign-ins.

    Attributes:
        access: how long an access token holds.
        idle: a sign-in that is not refreshed for so long ends.
        longest: no sign-in lasts longer.
        sessions: sign-ins of one user at a time; a further one ends the oldest.
        tries: wrong passwords in a row before the account is locked.
        lock: first lock; each further wrong password doubles it, up to `longest_lock`.
        keep_audit: how long lines of the audit log are kept.
        keep_answers: how long a repeat of a write gets the answer of the first.
    """

    access: timedelta = timedelta(minutes=15)
    idle: timedelta = timedelta(hours=12)
    longest: timedelta = timedelta(days=7)
    sessions: int = 10
    tries: int = 5
    lock: timedelta = timedelta(minutes=1)
    longest_lock: timedelta = timedelta(hours=1)
    keep_audit: timedelta = timedelta(days=1095)
    keep_answers: timedelta = timedelta(hours=24)


@dataclass(frozen=True)
class Signed:
    """Tokens of a sign-in, shown once, and how long they hold."""

    user: User
    access_token: str = field(repr=False)
    access_until: datetime
    refresh_token: str = field(repr=False)
    refresh_until: datetime


class Accounts:
    """The accounts over a store.

    Args:
        guest: who calls without credentials; None: nobody may.
        static: tokens of this process alone, such as that of the machine's command line, and who they are.
    """

    def __init__(
        self,
        store: AccountStore,
        *,
        passwords: secrets.Passwords | None = None,
        rules: AccountRules | None = None,
        guest: Caller | None = None,
        static: Mapping[str, Caller] | None = None,
    ) -> None:
        self.store = store
        self.rules = rules or AccountRules()
        self.guest = guest
        self._passwords = passwords or secrets.Passwords()
        self._static = {secrets.digest(token): caller for token, caller in (static or {}).items()}
        self.administration = Administration(store, self._passwords)

    def caller_of(self, token: str | None, now: datetime) -> Caller:
        """Return who brings a token.

        Raises:
            NotSignedIn: there is none and reading needs one, or it does not hold (any more).
        """
        if not token:
            if self.guest is None:
                raise NotSignedIn(
                    "this route needs a sign-in or a key",
                    "Send Authorization: Bearer TOKEN, of POST /api/v1/session or of an API key.",
                )
            return self.guest
        known = self._static.get(secrets.digest(token))
        if known is not None:
            return known
        kind, owner, secret = secrets.read_token(token)
        caller = None
        if kind == ACCESS:
            caller = self._of_session(owner, secret, now)
        elif kind == KEY:
            caller = self._of_key(owner, secret, now)
        if caller is None:
            raise NotSignedIn(
                "the token is wrong, has run out or was revoked", "Refresh it, or sign in again (POST /api/v1/session)."
            )
        return caller

    def sign_in(self, name: str, password: str, now: datetime) -> Signed:
        """Sign a person in.

        Raises:
            NotSignedIn: for every reason the same words, so that nobody learns which names there are.
            Busy: too many sign-ins at once.
        """
        user = self._prove(name, password, now)
        with self.store.transaction() as tx:
            return self._begin(tx, user, now)

    def sign_in_elsewhere(self, identity: Identity, now: datetime, *, id_token: str | None = None) -> Signed:
        """Sign in a person whom the city's own sign-in has proved; the account is made, or changed to what it says.

        Args:
            id_token: kept until the sign-in ends, for signing out there too.

        Raises:
            NotSignedIn: the account is shut here.
            Conflict: the name is that of another account.
        """
        with self.store.transaction() as tx:
            known = tx.user_of(identity.key)
            if known is not None and known.disabled_at is not None:
                raise NotSignedIn(f"the account {known.name} is shut here", "Ask an administrator.")
            if known is None and tx.user(identity.name) is not None:
                raise Conflict(f"{identity.name} is the name of another account here", "Ask an administrator.")
            made = known or User(identity.name, "", identity.roles, now, ELSEWHERE, identity=identity.key, version=0)
            user = replace(made, display_name=identity.display_name, roles=identity.roles, scope=identity.scope)
            if user != known:
                user = replace(user, version=user.version + 1)
                tx.put_user(user)
                action = "user.add" if known is None else "user.change"
                detail = f"{', '.join(sorted(user.roles))}; {user.scope}"
                tx.add_audit(AuditLine(now, ELSEWHERE, frozenset(), action, f"user/{user.name}", detail=detail))
            return self._begin(tx, user, now, id_token)

    def _begin(self, tx: AccountWrites, user: User, now: datetime, id_token: str | None = None) -> Signed:
        session_id = secrets.new_id()
        access_token, access_hash = secrets.new_token(ACCESS, session_id)
        refresh_token, refresh_hash = secrets.new_token(REFRESH, session_id)
        session = Session(
            session_id,
            user.name,
            access_hash=access_hash,
            access_until=now + self.rules.access,
            refresh_hash=refresh_hash,
            refresh_until=now + self.rules.idle,
            created_at=now,
            refreshed_at=now,
            ends_at=now + self.rules.longest,
            id_token=id_token,
        )
        others = tx.sessions(user.name)
        for oldest in others[: max(0, len(others) + 1 - self.rules.sessions)]:
            tx.put_session(oldest.ended(now))
        tx.put_session(session)
        tx.add_audit(AuditLine(now, user.name, user.roles, "session.begin", f"user/{user.name}"))
        return Signed(user, access_token, session.access_until, refresh_token, session.refresh_until)

    def refresh(self, refresh_token: str, now: datetime) -> Signed:
        """Give new tokens for a refresh token, which is spent by it. A spent one that comes back ends the sign-in.

        Raises:
            NotSignedIn: it does not hold (any more).
        """
        kind, session_id, secret = secrets.read_token(refresh_token)
        access_token, access_hash = secrets.new_token(ACCESS, session_id)
        next_token, next_hash = secrets.new_token(REFRESH, session_id)
        signed = None
        with self.store.transaction() as tx:
            found = tx.session(session_id) if kind == REFRESH else None
            if found is not None and _holds(*found, now):
                session, user = found
                if secrets.same(session.refresh_hash, secret):
                    session = replace(
                        session,
                        access_hash=access_hash,
                        access_until=min(now + self.rules.access, session.ends_at),
                        before_hash=session.refresh_hash,
                        refresh_hash=next_hash,
                        refresh_until=min(now + self.rules.idle, session.ends_at),
                        refreshed_at=now,
                    )
                    tx.put_session(session)
                    signed = Signed(user, access_token, session.access_until, next_token, session.refresh_until)
                elif not _just_spent(session, secret, now):
                    tx.put_session(session.ended(now))
                    what = "a spent refresh token came back: it may have been stolen"
                    tx.add_audit(
                        AuditLine(now, user.name, user.roles, "session.stolen", f"user/{user.name}", detail=what)
                    )
        if signed is None:
            raise NotSignedIn("the refresh token is wrong, spent or has run out", "Sign in again.")
        return signed

    def sign_out(self, caller: Caller, now: datetime) -> str | None:
        """End the sign-in of a caller. Returns the token by which the city's own sign-in knows it, None for others."""
        with self.store.transaction() as tx:
            found = tx.session(caller.session_id or "")
            if found is None or found[0].ended_at is not None:
                return None
            tx.put_session(found[0].ended(now))
            tx.add_audit(AuditLine(now, caller.name, caller.roles, "session.end", f"user/{caller.name}"))
            return found[0].id_token

    def change_password(self, caller: Caller, old: str, new: str, now: datetime) -> None:
        """Change a person's own password; its other sign-ins end.

        Raises:
            NotSignedIn: the old one is wrong. Invalid: the new one is too easy to guess, or is the old one.
        """
        secrets.check_strength(new, user_name=caller.name)
        if old == new:
            raise Invalid("the new password is the old one", "Choose another one.")
        self._prove(caller.name, old, now)
        kept = self._passwords.hash(new)
        with self.store.transaction() as tx:
            user = tx.user(caller.name)
            if user is None or user.disabled_at is not None:
                raise NotSignedIn(_WRONG, _WRONG_REMEDY)
            tx.put_user(replace(user, password_hash=kept, one_time_until=None, version=user.version + 1))
            for session in tx.sessions(user.name):
                if session.session_id != caller.session_id:
                    tx.put_session(session.ended(now))
            tx.add_audit(AuditLine(now, caller.name, caller.roles, "user.change_password", f"user/{user.name}"))

    def note(self, line: AuditLine) -> None:
        """Append a line to the audit log."""
        with self.store.transaction() as tx:
            tx.add_audit(line)

    def run_once(self, now: datetime) -> int:
        """Delete what is kept long enough. Returns how many rows."""
        gone = self.store.answers.prune(now - self.rules.keep_answers)
        with self.store.transaction() as tx:
            return gone + tx.prune(sessions_before=now - self.rules.longest, audit_before=now - self.rules.keep_audit)

    def _prove(self, name: str, password: str, now: datetime) -> User:
        """Return the user whose password this is. Every try counts as a wrong one until it has proved right."""
        with self.store.transaction() as tx:
            user = tx.user(name)
            if user is not None and _may_try(user, now):
                tx.put_user(self._with_a_try(user, now))
            else:
                user = None
        matches = self._passwords.matches(password, user.password_hash if user else None)
        with self.store.transaction() as tx:
            known = tx.user(name) if user is not None else None
            is_right = matches and known is not None and known.disabled_at is None
            if known is not None and user is not None:
                if is_right and known.password_hash == user.password_hash:
                    proved = replace(known, tries=0, locked_until=None)
                    tx.put_user(proved)
                    return proved
                tx.add_audit(AuditLine(now, known.name, known.roles, "session.refused", f"user/{known.name}"))
        raise NotSignedIn(_WRONG, _WRONG_REMEDY)

    def _with_a_try(self, user: User, now: datetime) -> User:
        tries = user.tries + 1
        over = tries - self.rules.tries
        if over < 0:
            return replace(user, tries=tries)
        doubled = self.rules.lock * 2 ** min(over, 20)
        return replace(user, tries=tries, locked_until=now + min(doubled, self.rules.longest_lock))

    def _of_session(self, session_id: str, secret: str, now: datetime) -> Caller | None:
        found = self.store.reads.session(session_id)
        if found is None or not secrets.same(found[0].access_hash, secret):
            return None
        session, user = found
        if not _holds(session, user, now) or session.access_until <= now:
            return None
        must_change = user.one_time_until is not None
        return Caller(
            user.name, user.roles, user.scope, must_change_password=must_change, session_id=session.session_id
        )

    def _of_key(self, key_id: str, secret: str, now: datetime) -> Caller | None:
        found = self.store.reads.key(key_id)
        if found is None or not secrets.same(found[0].secret_hash, secret):
            return None
        key, user = found
        if user.disabled_at or key.revoked_at or (key.expires_at is not None and key.expires_at <= now):
            return None
        return Caller(user.name, user.roles, user.scope)


def _may_try(user: User, now: datetime) -> bool:
    is_open = user.disabled_at is None and (user.locked_until is None or user.locked_until <= now)
    return is_open and (user.one_time_until is None or user.one_time_until > now)


def _holds(session: Session, user: User, now: datetime) -> bool:
    is_in_time = session.refresh_until > now and session.ends_at > now
    return session.ended_at is None and user.disabled_at is None and is_in_time


def _just_spent(session: Session, secret: str, now: datetime) -> bool:
    is_before = session.before_hash is not None and secrets.same(session.before_hash, secret)
    return is_before and (now - session.refreshed_at).total_seconds() <= GRACE_S
