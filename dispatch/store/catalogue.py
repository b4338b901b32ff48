"""Versions of matters and the decisions on them, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from dispatch.catalogue.admission import Admission, Decision
from dispatch.catalogue.definition import MatterDefinition
from dispatch.errors import NotFound
from dispatch.store.schema import MatterDecisionRow, MatterVersionRow


class SqlCatalogue:
    """The catalogue on a connection. Decisions on a matter are read once a unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._decisions: dict[str, tuple[Decision, ...]] = {}

    def decisions(self, matter: str) -> Sequence[Decision]:
        """Return the decisions on a matter, in the order in which they were made."""
        if matter not in self._decisions:
            query = select(MatterDecisionRow).where(MatterDecisionRow.matter == matter)
            found = self._connection.execute(query.order_by(MatterDecisionRow.number))
            self._decisions[matter] = tuple(
                Decision(
                    matter=row.matter,
                    version=row.version,
                    state=Admission(row.state),
                    actor=row.actor,
                    role=row.role,
                    at=row.at,
                    effective_from=row.effective_from,
                    reason=row.reason,
                    number=row.number,
                )
                for row in found
            )
        return self._decisions[matter]

    def definition(self, matter: str, version: int) -> MatterDefinition:
        """Return one kept version. Raises NotFound."""
        query = select(MatterVersionRow.definition)
        value = self._connection.scalar(
            query.where(MatterVersionRow.matter == matter, MatterVersionRow.version == version)
        )
        if value is None:
            raise NotFound(f"there is no version {version} of {matter}", "Show the matter to see its versions.")
        return MatterDefinition.model_validate(value)

    def versions(self, matter: str) -> Sequence[tuple[int, MatterDefinition]]:
        """Return the kept versions of a matter, oldest first."""
        query = select(MatterVersionRow).where(MatterVersionRow.matter == matter).order_by(MatterVersionRow.version)
        return tuple(
            (row.version, MatterDefinition.model_validate(row.definition)) for row in self._connection.execute(query)
        )

    def matters(self) -> Sequence[str]:
        """Return the matters on which anything was decided."""
        query = select(MatterDecisionRow.matter).distinct().order_by(MatterDecisionRow.matter)
        return tuple(self._connection.scalars(query))

    def add_version(self, version: int, definition: MatterDefinition) -> None:
        """Keep a new version."""
        self._connection.execute(
            insert(MatterVersionRow).values(
                matter=definition.matter, version=version, definition=definition.model_dump(mode="json")
            )
        )

    def add_decision(self, decision: Decision) -> None:
        """Keep a decision; its number is given here."""
        self._decisions.pop(decision.matter, None)
        self._connection.execute(
            insert(MatterDecisionRow).values(
                matter=decision.matter,
                version=decision.version,
                state=decision.state.value,
                actor=decision.actor,
                role=decision.role,
                at=decision.at,
                effective_from=decision.effective_from,
                reason=decision.reason,
            )
        )
