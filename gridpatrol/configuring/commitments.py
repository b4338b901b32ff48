"""What a change of the settings may not undo: decisions on matters, open cases, receivers of webhooks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from dispatch.catalogue.admission import CONFIGURED, Admission
from dispatch.catalogue.definition import MatterDefinition, definition_of
from dispatch.catalogue.office import CatalogueOffice, Entry
from dispatch.config import MatterRules
from dispatch.configuration import Fault, Faulty
from dispatch.errors import Invalid, NotFound
from dispatch.service import Desk
from dispatch.views import CaseFilter
from gridpatrol.config import Installation
from gridpatrol.configuring.faults import fault

DECIDED = {"codes": "codes", "conditions": "conditions", "department": "handling.department"}
"""What the catalogue decides of a matter, beside its limit: in a version of the catalogue, and in the file."""
_HELD_IN = {"codes": "codes", "name_en": "names", "name_zh": "names"}
_BY_DECISION = "Have it decided in the catalogue: proposed, reviewed, admitted or retired"
_PROPOSE = "Propose a version in the catalogue, to be reviewed and admitted"


@dataclass(frozen=True)
class Commitments:
    """Refuses what would go past a decision.

    Attributes:
        receivers_use: returns the names of the field mappings that webhooks are written by.
    """

    desk: Desk
    receivers_use: Callable[[], Collection[str]] = tuple

    def keep(self, before: Installation, after: Installation, now: datetime) -> None:
        """Check a change of an installation. Raises Faulty."""
        faults = [*self._mapping_faults(before, after)]
        if after.matters is not before.matters:
            old, new = before.rules, after.rules
            changed = [code for code in dict.fromkeys((*old, *new)) if old.get(code) != new.get(code)]
            for code in changed:
                faults += self._matter_faults(code, old, new, now)
        if faults:
            raise Faulty(faults)

    def is_admitted(self, code: str, now: Installation, at: datetime) -> bool:
        """Whether cameras' reports of a matter are filed at a moment."""
        entry = self._entry(code, now.rules, at)
        return entry is not None and entry.standing.version is not None

    def _mapping_faults(self, before: Installation, after: Installation) -> Iterator[Fault]:
        for name in before.mappings.keys() - after.mappings.keys():
            if name in self.receivers_use():
                yield fault("", f"webhooks are written by {name}", "Have them written by another mapping first")

    def _matter_faults(
        self, code: str, before: dict[str, MatterRules], after: dict[str, MatterRules], now: datetime
    ) -> Iterator[Fault]:
        old, new = before.get(code), after.get(code)
        if new is None:
            yield from self._removal_faults(code, before, now)
            return
        try:
            definition = definition_of(code, new)
        except ValidationError as error:
            for one in error.errors():
                where = _HELD_IN.get(str(one["loc"][0]), "conditions")
                yield fault(where, f"the catalogue cannot hold it: {one['msg']}", "Shorten it")
            return
        try:
            others = {name: rules for name, rules in after.items() if name != code}
            CatalogueOffice(self.desk.store, others).refuse_taken_codes(definition)
        except Invalid as error:
            yield fault("codes", error.what, error.remedy)
        entry = self._entry(code, after if old is None else before, now)
        if old is None:
            yield from _added_faults(new, entry)
        else:
            yield from _changed_faults(definition_of(code, old), definition, entry)
            if old.admitted != new.admitted:
                yield fault("admitted", "a file that is saved here admits nothing and retires nothing", _BY_DECISION)

    def _removal_faults(self, code: str, before: dict[str, MatterRules], now: datetime) -> Iterator[Fault]:
        entry = self._entry(code, before, now)
        if entry is not None and entry.standing.version is not None:
            yield fault("", f"matter {code} is admitted", "Have it retired in the catalogue first")
        if self.desk.store.views.cases(CaseFilter(is_open=True, matter=code), limit=1).items:
            yield fault("", f"cases of matter {code} are open", "Wait until they are closed")

    def _entry(self, code: str, rules: dict[str, MatterRules], now: datetime) -> Entry | None:
        try:
            return CatalogueOffice(self.desk.store, rules).entry(code, now)
        except NotFound:
            return None


def _added_faults(new: MatterRules, entry: Entry | None) -> Iterator[Fault]:
    """Tell why a file may not be added: it would be admitted, or reviewed, without having been seen."""
    versions = entry.versions if entry is not None else ()
    state = next((one.state for one in versions if one.version == CONFIGURED), None)
    holds = entry is not None and entry.standing.version == CONFIGURED
    if holds or state in {Admission.reviewed, Admission.admitted}:
        what = "a matter that is added here is not admitted yet"
        yield fault("admitted", what, "Write admitted: false; then have it reviewed and admitted in the catalogue")


def _changed_faults(old: MatterDefinition, new: MatterDefinition, entry: Entry | None) -> Iterator[Fault]:
    """Tell what of a file was decided upon and may not be changed beside the catalogue."""
    decided = entry is not None and (
        entry.standing.version is not None
        or any(one.state in {Admission.reviewed, Admission.admitted} for one in entry.versions)
    )
    if not decided:
        return
    what = "the catalogue has decided on it"
    for name, where in DECIDED.items():
        before, after = (_without_limits(one) if name == "conditions" else getattr(one, name) for one in (old, new))
        if before != after:
            yield fault(where, what, _PROPOSE)
    if old.limit != new.limit:
        yield fault("handling.limit", what, _PROPOSE)


def _without_limits(definition: MatterDefinition) -> tuple[tuple[str, ...], ...]:
    found = ((one.filing, one.closing, one.filing_en, one.closing_en) for one in definition.conditions)
    return tuple(words for words in found if any(words))
