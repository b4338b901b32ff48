"""The catalogue as the desk reads it: the configured matters, with the versions that were admitted since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from dispatch.catalogue.admission import CONFIGURED, Admission, Decision, Standing, standing
from dispatch.catalogue.definition import MatterDefinition, with_definition
from dispatch.config import MatterRules


class CatalogueRows(Protocol):
    """Versions and decisions, as they are kept."""

    def decisions(self, matter: str) -> Sequence[Decision]:
        """Return the decisions on a matter, in the order in which they were made."""
        ...

    def definition(self, matter: str, version: int) -> MatterDefinition:
        """Return one kept version. Raises NotFound."""
        ...

    def versions(self, matter: str) -> Sequence[tuple[int, MatterDefinition]]:
        """Return the kept versions of a matter, oldest first."""
        ...

    def matters(self) -> Sequence[str]:
        """Return the matters on which anything was decided."""
        ...

    def add_version(self, version: int, definition: MatterDefinition) -> None:
        """Keep a new version."""
        ...

    def add_decision(self, decision: Decision) -> None:
        """Keep a decision."""
        ...


def configured_admission(rules: MatterRules | None) -> Admission | None:
    """Return how a matter stands by its configuration alone; None when it has none."""
    if rules is None:
        return None
    return Admission.admitted if rules.admitted else Admission.proposed


class Catalogue(Mapping[str, MatterRules]):
    """The matters as they are treated at one moment, by matter.

    Args:
        configured: the matters that have a file.
        rows: what was decided since.
        now: the moment whose versions hold.
    """

    def __init__(self, configured: Mapping[str, MatterRules], rows: CatalogueRows, now: datetime) -> None:
        self._configured = configured
        self._rows = rows
        self._now = now

    def __getitem__(self, matter: str) -> MatterRules:
        configured = self._configured.get(matter)
        version = self.standing(matter, self._now).version
        if version is None and configured is None:
            version = self._last_admitted(matter)  # for the cases that are open
        if version is None or version == CONFIGURED:
            rules = configured
        else:
            rules = with_definition(configured, self._rows.definition(matter, version))
        if rules is None:
            raise KeyError(matter)
        return rules

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._configured, *(m for m in self._rows.matters() if m in self))))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _last_admitted(self, matter: str) -> int | None:
        decisions = reversed(self._rows.decisions(matter))
        return next((one.version for one in decisions if one.state is Admission.admitted), None)

    def standing(self, matter: str, at: datetime) -> Standing:
        """Return which version of a matter is admitted at a moment, and why."""
        configured = configured_admission(self._configured.get(matter))
        return standing(self._rows.decisions(matter), at, configured=configured)
