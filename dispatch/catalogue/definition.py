"""What a catalogue says of a matter: names, codes, conditions and limits, as cities keep them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from dispatch.catalogue.limits import limit_text
from dispatch.config import Handling, Limit, MatterCode, MatterRules, Settings

CODE_PATTERN = r"^[a-z][a-z0-9_]{0,63}$"
MatterName = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
Words = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True)]

SCHEMES: dict[str, dict[str, str]] = {
    "gbt30428": {
        "01": "市容环境",
        "02": "宣传广告",
        "03": "施工管理",
        "04": "街面秩序",
        "05": "突发事件",
        "06": "其他",
    },
    "cjt214": {"01": "市容环境", "02": "宣传广告", "03": "施工管理", "04": "突发事件", "05": "街面秩序"},
}
"""Major classes of the two public schemes. Their orders differ: 04 and 05 are exchanged."""


class Condition(Settings):
    """One way in which a matter occurs: when it is filed, when it is closed, and how long it may take."""

    filing: Words = Field(default="", description="filing condition (立案条件), as the city words it")
    closing: Words = Field(default="", description="closing condition (结案条件)")
    filing_en: Words = Field(default="", description="filing condition in English")
    closing_en: Words = Field(default="", description="closing condition in English")
    limit_text: Words = Field(default="", description="the limit as it was written, such as 2紧急工作时")
    limit: Limit | None = Field(default=None, description="the limit as it was read; none when nothing was written")


class MatterDefinition(Settings):
    """One version of a matter in the catalogue."""

    matter: MatterName = Field(description="the matter's name in this program, such as litter_exposed")
    name_en: Words = Field(default="", description="English name")
    name_zh: Words = Field(default="", description="Chinese name; the minor class (小类) of a city's table")
    major: Words = Field(default="", description="major class (大类), such as 市容环境")
    codes: tuple[MatterCode, ...] = Field(default=(), max_length=8, description="its numbers, one a scheme")
    conditions: tuple[Condition, ...] = Field(default=(), max_length=50, description="in the order of the table")
    department: str = Field(default="", max_length=64, description="who handles it; the configured one when empty")

    @model_validator(mode="after")
    def _codes_fit_their_schemes(self) -> Self:
        schemes = [code.scheme for code in self.codes]
        twice = sorted({scheme for scheme in schemes if schemes.count(scheme) > 1})
        if twice:
            raise ValueError(f"more than one code in {', '.join(twice)}")
        for code in self.codes:
            fault = misplaced(code, self.major)
            if fault:
                raise ValueError(fault)
        return self

    @property
    def limit(self) -> Limit | None:
        """The limit of the matter; None when its conditions have none, or different ones."""
        limits = {condition.limit for condition in self.conditions}
        return limits.pop() if len(limits) == 1 else None


def misplaced(code: MatterCode, major: str) -> str | None:
    """Return what is wrong when a code's major class is another one in its scheme than the words beside it say."""
    classes = SCHEMES.get(code.scheme, {})
    expected = classes.get(code.value[:2])
    if expected is None or not major or major not in classes.values() or major == expected:
        return None
    others = [scheme for scheme, own in SCHEMES.items() if own.get(code.value[:2]) == major]
    hint = f"; is this a code of {others[0]}?" if others else ""
    return f"code {code.value} is of major class {expected} in {code.scheme}, and the table says {major}{hint}"


def with_definition(rules: MatterRules | None, definition: MatterDefinition) -> MatterRules | None:
    """Return how a matter is treated while a version of the catalogue holds: its codes, limit and department count.

    Args:
        rules: as configured; None for a matter that has no file.

    Returns:
        None when there is no file and the definition names no department: nobody would handle it.
    """
    if rules is None:
        if not definition.department:
            return None
        return MatterRules(
            codes=definition.codes, handling=Handling(department=definition.department, limit=definition.limit)
        )
    handling = rules.handling.model_copy(
        update={
            "limit": definition.limit or rules.handling.limit,
            "department": definition.department or rules.handling.department,
        }
    )
    return rules.model_copy(update={"codes": definition.codes or rules.codes, "handling": handling})


def definition_of(matter: str, rules: MatterRules) -> MatterDefinition:
    """Return what the configuration says of a matter, as a version of the catalogue."""
    limit, said = rules.handling.limit, rules.conditions
    condition = Condition(
        filing=said.filing.zh if said else "",
        closing=said.closing.zh if said else "",
        filing_en=said.filing.en if said else "",
        closing_en=said.closing.en if said else "",
        limit=limit,
        limit_text=limit_text(limit) if limit else "",
    )
    return MatterDefinition(
        matter=matter,
        name_en=rules.names.en if rules.names else "",
        name_zh=rules.names.zh if rules.names else "",
        codes=rules.codes,
        conditions=() if condition == Condition() else (condition,),
        department=rules.handling.department,
    )
