"""The use cases of the catalogue: proposing versions of matters, and deciding on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dispatch.catalogue.admission import (
    CONFIGURED,
    STEPS,
    Admission,
    Decision,
    Standing,
    check_step,
    refuse_own_review,
    standing,
    state_of,
)
from dispatch.catalogue.book import CatalogueRows, configured_admission
from dispatch.catalogue.definition import MatterDefinition, definition_of
from dispatch.config import MatterRules
from dispatch.errors import IllegalMove, Invalid, LastChange, NotFound, refuse_unseen

ROLES: Mapping[Admission, frozenset[str]] = {
    Admission.proposed: frozenset({"operations", "dispatcher", "model_engineer", "administrator"}),
    Admission.reviewed: frozenset({"operations", "dispatcher", "administrator"}),
    Admission.admitted: frozenset({"administrator"}),
    Admission.retired: frozenset({"administrator"}),
}
"""Who may decide what."""


class CatalogueWork(Protocol):
    """One unit of work, as far as the catalogue is concerned."""

    @property
    def catalogue(self) -> CatalogueRows:
        """Versions and decisions."""
        ...


class CatalogueStore(Protocol):
    """Where the catalogue is kept."""

    def transaction(self) -> AbstractContextManager[CatalogueWork]:
        """Begin a unit of work; leaving it commits, an exception rolls back."""
        ...

    def reading_catalogue(self) -> AbstractContextManager[CatalogueRows]:
        """Begin to read; takes no turn among the writers."""
        ...


@dataclass(frozen=True)
class Who:
    """Who decides: a name and the role in which."""

    name: str
    role: str


@dataclass(frozen=True)
class Version:
    """One version of a matter. Version 0 is the configured one."""

    version: int
    state: Admission
    definition: MatterDefinition


@dataclass(frozen=True)
class Entry:
    """A matter of the catalogue with its versions, newest first, and the decisions on it in their order."""

    matter: str
    standing: Standing
    versions: tuple[Version, ...]
    decisions: tuple[Decision, ...]

    @property
    def revision(self) -> int:
        """A number that grows with every decision on it."""
        return len(self.decisions)


@dataclass(frozen=True)
class Proposal:
    """What became of a proposed definition. `is_new` False: an open or admitted version says the same."""

    matter: str
    version: int
    is_new: bool


class CatalogueOffice:
    """Keeps the catalogue.

    Args:
        configured: the matters that have a file, by matter.
        review_by_another: whether who proposed a version may not review it.
    """

    def __init__(
        self, store: CatalogueStore, configured: Mapping[str, MatterRules], *, review_by_another: bool = True
    ) -> None:
        self._store = store
        self._configured = configured
        self._review_by_another = review_by_another

    def entries(self, now: datetime) -> tuple[Entry, ...]:
        """Return every matter, those that have a file first."""
        with self._store.reading_catalogue() as rows:
            matters = dict.fromkeys((*self._configured, *rows.matters()))
            return tuple(self._entry(rows, matter, now) for matter in matters)

    def entry(self, matter: str, now: datetime) -> Entry:
        """Return one matter. Raises NotFound."""
        with self._store.reading_catalogue() as rows:
            entry = self._entry(rows, matter, now)
        if not entry.versions:
            raise NotFound(f"there is no matter {matter}", "List the matters to find its name.")
        return entry

    def refuse_taken_codes(self, definition: MatterDefinition) -> None:
        """Refuse a definition with a code that belongs to another matter. Raises Invalid."""
        with self._store.reading_catalogue() as rows:
            _check_codes([definition], {matter: self._versions(rows, matter) for matter in self._all(rows)})

    def propose(
        self, definitions: Sequence[MatterDefinition], *, who: Who, reason: str, now: datetime
    ) -> tuple[Proposal, ...]:
        """Propose versions, all of them or, on an error, none. What says nothing new is left as it is.

        Raises:
            DispatchError: a code belongs to another matter already, the role may not propose, no reason is given.
        """
        with self._store.transaction() as work:
            known = {matter: self._versions(work.catalogue, matter) for matter in self._all(work.catalogue)}
            _check_codes(definitions, known)
            return tuple(self._propose(work.catalogue, one, who, reason, now) for one in definitions)

    def decide(
        self,
        matter: str,
        state: Admission,
        *,
        who: Who,
        reason: str,
        now: datetime,
        version: int | None = None,
        effective_from: datetime | None = None,
        expected_revision: int | None = None,
    ) -> Decision:
        """Review, admit or retire a version.

        Args:
            version: the newest one of which this can be decided, when absent.
            effective_from: from when on the decision holds; from now on when absent.
            expected_revision: `Entry.revision` that the caller has seen; any will do when absent.

        Raises:
            Outdated: somebody has decided on the matter since then.
            DispatchError: no such version, not from its state, not in this role, by who proposed it, or no reason is
                given.
        """
        with self._store.transaction() as work:
            versions = self._versions(work.catalogue, matter)
            if not versions:
                raise NotFound(f"there is no matter {matter}", "List the matters to find its name.")
            made = work.catalogue.decisions(matter)
            last = LastChange(len(made), made[-1].actor, made[-1].at) if made else None
            refuse_unseen(f"matter {matter}", expected_revision, len(made), last)
            decision = Decision(
                matter=matter,
                version=_open_to(versions, state) if version is None else version,
                state=state,
                actor=who.name,
                role=who.role,
                at=now,
                effective_from=effective_from or now,
                reason=reason,
            )
            self._decide(work.catalogue, decision)
            return decision

    def _propose(
        self, rows: CatalogueRows, definition: MatterDefinition, who: Who, reason: str, now: datetime
    ) -> Proposal:
        versions = self._versions(rows, definition.matter)
        for version in versions:
            if version.definition == definition and version.state is not Admission.retired:
                return Proposal(definition.matter, version.version, is_new=False)
        number = max((version.version for version in versions), default=CONFIGURED) + 1
        rows.add_version(number, definition)
        self._decide(
            rows, Decision(definition.matter, number, Admission.proposed, who.name, who.role, now, now, reason)
        )
        return Proposal(definition.matter, number, is_new=True)

    def _decide(self, rows: CatalogueRows, decision: Decision) -> None:
        if decision.role not in ROLES[decision.state]:
            wanted = ", ".join(sorted(ROLES[decision.state]))
            raise IllegalMove(
                f"a matter is {decision.state} by {wanted}, not by {decision.role}", "Ask somebody in that role."
            )
        configured = configured_admission(self._configured.get(decision.matter))
        made = rows.decisions(decision.matter)
        check_step(decision, made, configured=configured)
        if self._review_by_another:
            refuse_own_review(decision, made)
        rows.add_decision(decision)

    def _entry(self, rows: CatalogueRows, matter: str, now: datetime) -> Entry:
        decisions = tuple(rows.decisions(matter))
        configured = configured_admission(self._configured.get(matter))
        return Entry(matter, standing(decisions, now, configured=configured), self._versions(rows, matter), decisions)

    def _versions(self, rows: CatalogueRows, matter: str) -> tuple[Version, ...]:
        """Return the versions of a matter, newest first."""
        rules = self._configured.get(matter)
        configured = configured_admission(rules)
        decisions = rows.decisions(matter)
        known = [] if rules is None else [(CONFIGURED, definition_of(matter, rules))]
        found = []
        for number, definition in (*known, *rows.versions(matter)):
            state = state_of(decisions, number, configured=configured)
            if state is not None:
                found.append(Version(number, state, definition))
        return tuple(reversed(found))

    def _all(self, rows: CatalogueRows) -> Iterable[str]:
        return dict.fromkeys((*self._configured, *rows.matters()))


def _open_to(versions: Sequence[Version], state: Admission) -> int:
    for version in versions:
        if state in STEPS[version.state]:
            return version.version
    states = ", ".join(f"version {version.version} is {version.state}" for version in versions)
    raise IllegalMove(f"no version can be {state}: {states}", "Propose a new one.")


def _check_codes(definitions: Sequence[MatterDefinition], known: Mapping[str, Sequence[Version]]) -> None:
    owners: dict[tuple[str, str], str] = {}
    for matter, versions in known.items():
        for version in versions:
            if version.state is not Admission.retired:
                owners |= {(code.scheme, code.value): matter for code in version.definition.codes}
    for definition in definitions:
        for code in definition.codes:
            owner = owners.setdefault((code.scheme, code.value), definition.matter)
            if owner != definition.matter:
                raise Invalid(
                    f"code {code.value} of {code.scheme} belongs to {owner} and cannot be that of {definition.matter}",
                    "Correct the code, or retire the version that has it.",
                )
