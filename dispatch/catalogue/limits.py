"""Limit texts as cities write them (2紧急工作时, 4小时, 1个工作日, 3天), read into limits on a clock."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from dispatch.config import ClockKind, Limit
from dispatch.errors import Invalid

ACCEPTED = (
    "a number and one of 紧急工作时 (urgent hour), 工作时 or 工作小时 (work hour), 工作日 (work day), "
    "小时 (hour, all day), 分钟 (minute, all day), 天 or 自然日 (natural day), 周 (week); "
    "such as 2紧急工作时, 4小时, 1个工作日, 2工作时, 3天 or 0.5 work day"
)
"""What `parse_limit` takes, for messages."""

MAX_VALUE = 10_000

_UNITS: tuple[tuple[str, ClockKind, Fraction], ...] = (
    (r"紧急工?作?小?时|urgent\s*(work\s*)?(hours?|h)", ClockKind.urgent_hour, Fraction(1)),
    (r"工作小?时|work(ing)?\s*(hours?|h)", ClockKind.work_hour, Fraction(1)),
    (r"工作[日天]|work(ing)?\s*days?", ClockKind.work_day, Fraction(1)),
    (r"自然[日天]|[日天]|(natural\s*|calendar\s*)?days?|d", ClockKind.natural_day, Fraction(1)),
    (r"周|星期|weeks?", ClockKind.natural_day, Fraction(7)),
    (r"小?时|hours?|h", ClockKind.urgent_hour, Fraction(1)),
    (r"分钟?|min(ute)?s?", ClockKind.urgent_hour, Fraction(1, 60)),
)
"""Unit, its clock, and how much of the clock's own unit it is. A plain hour or day runs all the time."""

_DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_TEXT = re.compile(
    r"(?:不超过|最长|限|≤|<=)?\s*(?P<number>半|[0-9]+(?:\.[0-9]+)?|[零〇一二两三四五六七八九十百]+)\s*个?\s*(?P<unit>.+?)"
    r"\s*(?:之内|以内|内)?[。.]?",
    re.IGNORECASE,
)


def parse_limit(text: str) -> Limit:
    """Return the limit that a text means.

    Raises:
        Invalid: it is none, or not between 0 and `MAX_VALUE` units; says what is accepted.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _TEXT.fullmatch(plain)
    number = _number(found["number"]) if found else None
    if found and number is not None:
        for pattern, clock, share in _UNITS:
            if re.fullmatch(pattern, found["unit"], re.IGNORECASE):
                value = number * share
                if not 0 < value <= MAX_VALUE:
                    raise Invalid(f"the limit {text!r} is not between 0 and {MAX_VALUE}", f"Write {ACCEPTED}.")
                return Limit(value=float(value), clock=clock)
    raise Invalid(f"the limit {text!r} cannot be read", f"Write {ACCEPTED}.")


def _number(text: str) -> Fraction | None:
    """Return a number in digits, or in Chinese characters below 1000; None when it is none."""
    if text == "半":
        return Fraction(1, 2)
    if text[0].isdigit() and text[0] in "0123456789":
        return Fraction(text)
    total, digit = 0, None
    for character in text:
        if character in "十百":
            weight = 10 if character == "十" else 100
            total += (1 if digit is None else digit) * weight
            digit = None
        elif digit is None or digit == 0:
            digit = _DIGITS[character]
        else:
            return None
    return Fraction(total + (digit or 0))


def limit_text(limit: Limit) -> str:
    """Return a limit as cities write it, to be read by `parse_limit` again."""
    return f"{limit.value:g}{_WRITTEN[limit.clock]}"


_WRITTEN = {
    ClockKind.urgent_hour: "紧急工作时",
    ClockKind.work_hour: "工作时",
    ClockKind.work_day: "个工作日",
    ClockKind.natural_day: "天",
}
