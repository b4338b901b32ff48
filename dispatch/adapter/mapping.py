"""Field mappings: what a receiver's field is called and where its value comes from. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, Field, JsonValue, field_validator, model_validator

from dispatch.config import Settings
from dispatch.errors import Invalid
from dispatch.wording import RESOLUTIONS, STATES, NameBook

_STEP = re.compile(r"(?P<name>[A-Za-z_]\w*)(?P<picks>(?:\[[^\[\]]+\])*)")
_PICK = re.compile(r"\[(?:(?P<index>-?\d{1,4})|(?P<key>\w+)=(?P<value>[^\[\]]+))\]")


class Vocabulary(StrEnum):
    """Of what a value is a word, to be written in the receiver's language."""

    state = "state"
    resolution = "resolution"
    matter = "matter"
    department = "department"


_WORDS: Mapping[Vocabulary, Mapping[str, tuple[str, str]]] = {
    Vocabulary.state: {state.value: words for state, words in STATES.items()},
    Vocabulary.resolution: {resolution.value: words for resolution, words in RESOLUTIONS.items()},
}


class TimeForm(Settings):
    """How times are written."""

    format: str = Field(
        default="iso", min_length=1, description="iso, epoch_s, epoch_ms, or a form such as %Y-%m-%d %H:%M:%S"
    )
    zone: str = Field(default="UTC", description="IANA name, such as Asia/Shanghai")

    @field_validator("zone")
    @classmethod
    def _is_known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone {value!r}") from error
        return value


class CodeRule(Settings):
    """A matter's number in one scheme."""

    scheme: str = Field(pattern=r"^[a-z0-9_]{1,32}$", description="gbt30428, cjt214 or a city's own")
    part: Literal["whole", "major", "minor"] = Field(default="whole", description="all four digits, or two of them")


class FieldRule(Settings):
    """Where one field comes from: exactly one of `value`, `from`, `code`, `fields`, `each`."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=False)

    value: JsonValue = Field(default=None, description="a constant")
    path: str | None = Field(
        default=None,
        alias="from",
        description="path, such as data.location.lon, data.evidence[0].key, data.grid[layer=unit].code",
    )
    code: CodeRule | None = Field(default=None, description="the matter's number in a scheme")
    fields: dict[str, FieldRule] | None = Field(default=None, min_length=1, description="a nested object")
    each: str | None = Field(
        default=None, description="path of a list; `item` says what is made of each of its members, as `.name`"
    )
    item: FieldRule | None = Field(default=None, description="with each: paths that begin with a dot are the member's")
    words: Vocabulary | None = Field(default=None, description="write the value as a word of this kind")
    translate: dict[str, JsonValue] = Field(default_factory=dict, description="value -> the receiver's value")
    time: bool = Field(default=False, description="the value is a time, to be written in the mapping's form")
    template: str | None = Field(default=None, description="text with {} where the value goes")
    default: JsonValue = Field(default=None, description="when there is no value, or `translate` does not know it")

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        given = self.model_fields_set
        sources = sorted(given & {"value", "path", "code", "fields", "each"})
        if len(sources) != 1:
            found = ", ".join("from" if s == "path" else s for s in sources) or "none"
            raise ValueError(f"needs exactly one of value, from, code, fields, each; found {found}")
        if ("item" in given) != ("each" in given):
            raise ValueError("each and item belong together")
        for path in (self.path, self.each):
            if path is not None:
                steps_of(path)
        if self.template is not None and self.template.count("{}") != 1:
            raise ValueError("template needs {} exactly once")
        return self


class FieldMapping(Settings):
    """How a receiver wants its messages. The file's name is the mapping's."""

    language: Literal["en", "zh"] = Field(default="zh", description="of words")
    times: TimeForm = TimeForm()
    fields: dict[str, FieldRule] = Field(min_length=1, description="the receiver's field -> where it comes from")


Step = str | int | tuple[str, str]
"""A key, a place in a list, or the (key, value) of the list member that is meant."""


def write(mapping: FieldMapping, event: Mapping[str, Any], names: NameBook | None = None) -> dict[str, Any]:
    """Return a CloudEvent as a receiver wants it.

    Raises:
        Invalid: a field has no value and no default; the message names it.
    """
    writer = _Writer(mapping, event, names or NameBook())
    return writer.all_of(mapping.fields, None, "")


def steps_of(path: str) -> tuple[Step, ...]:
    """Return the steps of a path; one that begins with a dot is a list member's.

    Raises:
        ValueError: it is not a path.
    """
    steps: list[Step] = []
    for part in path.removeprefix(".").split("."):
        found = _STEP.fullmatch(part)
        picks = list(_PICK.finditer(found["picks"])) if found else []
        if found is None or "".join(pick[0] for pick in picks) != found["picks"]:
            raise ValueError(f"{path!r} is not a path: write data.name, data.list[0].name or data.list[key=value].name")
        steps.append(found["name"])
        steps += [(pick["key"], pick["value"]) if pick["key"] else int(pick["index"]) for pick in picks]
    return tuple(steps)


class _Writer:
    def __init__(self, mapping: FieldMapping, event: Mapping[str, Any], names: NameBook) -> None:
        self._mapping = mapping
        self._event = event
        self._names = names

    def all_of(self, rules: Mapping[str, FieldRule], member: Any, place: str) -> dict[str, Any]:
        return {name: self._one(rule, member, f"{place}{name}") for name, rule in rules.items()}

    def _one(self, rule: FieldRule, member: Any, place: str) -> Any:
        if rule.fields is not None:
            return self.all_of(rule.fields, member, f"{place}.")
        if rule.each is not None and rule.item is not None:
            members = self._found(rule.each, member) or ()
            return [self._one(rule.item, one, f"{place}[{i}]") for i, one in enumerate(members)]
        if "value" in rule.model_fields_set:
            return rule.value
        found = self._coded(rule.code) if rule.code else self._found(rule.path or "", member)
        if rule.translate:
            found = rule.translate.get(str(found)) if found is not None else None
        if found is None or found == "":
            if "default" in rule.model_fields_set:
                return rule.default
            raise Invalid(
                f"{place} has no value from {rule.path or rule.code}", "Give the field a default in the mapping."
            )
        return self._dressed(rule, found, place)

    def _dressed(self, rule: FieldRule, found: Any, place: str) -> Any:
        if rule.words is not None:
            found = self._word(rule.words, str(found), place)
        if rule.time:
            found = _time(self._mapping.times, found, place)
        return found if rule.template is None else rule.template.replace("{}", str(found))

    def _found(self, path: str, member: Any) -> Any:
        found: Any = member if path.startswith(".") else self._event
        for step in steps_of(path):
            found = _stepped(found, step)
        return found

    def _coded(self, rule: CodeRule) -> Any:
        value = self._event["data"].get("codes", {}).get(rule.scheme)
        return value if value is None else {"whole": value, "major": value[:2], "minor": value[2:]}[rule.part]

    def _word(self, kind: Vocabulary, value: str, place: str) -> str:
        zh = self._mapping.language == "zh"
        match kind:
            case Vocabulary.state | Vocabulary.resolution:
                words = _WORDS[kind].get(value)
                if words is None:
                    raise Invalid(f"{place} is no {kind}: {value!r}", "Take `words` away, or another path.")
                return words[zh]
            case Vocabulary.matter | Vocabulary.department:
                names = self._names.matters if kind is Vocabulary.matter else self._names.departments
                known = names.get(value)
                return value if known is None else (known.zh if zh else known.en)


def _stepped(found: Any, step: Step) -> Any:
    if isinstance(step, str):
        return found.get(step) if isinstance(found, Mapping) else None
    if not isinstance(found, Sequence) or isinstance(found, str):
        return None
    if isinstance(step, int):
        return found[step] if -len(found) <= step < len(found) else None
    key, value = step
    return next((one for one in found if isinstance(one, Mapping) and str(one.get(key)) == value), None)


def _time(form: TimeForm, value: Any, place: str) -> Any:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise Invalid(f"{place} is no time: {value!r}", "Take `time: true` away, or another path.") from None
    match form.format:
        case "epoch_s":
            return int(at.timestamp())
        case "epoch_ms":
            return int(at.timestamp() * 1000)
        case "iso":
            return at.astimezone(ZoneInfo(form.zone)).isoformat()
        case pattern:
            return _in_pattern(at.astimezone(ZoneInfo(form.zone)), pattern)


def _in_pattern(at: datetime, pattern: str) -> str:
    try:
        return at.strftime(pattern)
    except ValueError:  # what a pattern may hold is the C library's to say
        raise Invalid(f"times.format cannot be used: {pattern!r}", "Write it as %Y-%m-%d %H:%M:%S.") from None
