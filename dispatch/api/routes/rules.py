"""What the cameras look for: the rule of every matter, so that a console can say which zones it needs."""

from __future__ import annotations

from typing import Self

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from dispatch.api.access import READ_ANY
from dispatch.api.problems import answers
from dispatch.api.schemas import Answer, ListOf
from dispatch.api.services import API, ServicesDep
from dispatch.views import RuleInfo

router = APIRouter(prefix=f"{API}/rules", tags=["cameras"])


class RuleItem(Answer):
    """When a matter is an incident, before a camera's own values."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    matter: str
    kind: str = Field(description="dwell, residue or density")
    zones: tuple[str, ...] = Field(description="purposes of the zones in which it applies; a camera needs one of them")
    outside: tuple[str, ...] = Field(description="purposes of zones in which nothing counts, such as bays")
    classes: tuple[str, ...] = Field(description="classes of the detector that count")
    values: dict[str, float | None] = Field(
        description="the numbers for which a camera may have its own, by name; null: the rule has none of its own"
    )
    closure_looks: int = Field(description="looks that must agree before an incident counts as gone")
    closure_interval_s: float = Field(description="seconds between them")
    closure_patience_s: float = Field(description="after this many seconds without a verdict nobody can tell")

    @classmethod
    def of(cls, rule: RuleInfo) -> Self:
        """Return the answer for a rule."""
        return cls.model_validate(rule)


@router.get("", dependencies=[READ_ANY], responses=answers())
def list_rules(services: ServicesDep) -> ListOf[RuleItem]:
    """List the rules of all matters, in order of code."""
    rules = sorted(services.cameras.rules(), key=lambda rule: rule.matter)
    return ListOf[RuleItem](items=tuple(RuleItem.of(rule) for rule in rules))
