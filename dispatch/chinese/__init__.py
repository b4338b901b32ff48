"""What the program says to people, in Chinese: refusals with their remedies, faults of files.

The program words its sentences in English where it finds out. Their Chinese stands in the tables of this package, one
entry a sentence, with `{}` in the place of each value; a test reads every refusal out of the source and fails where one
has no entry, or an entry no refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from dispatch.chinese.accounts import ACCOUNTS
from dispatch.chinese.desk import DESK
from dispatch.chinese.files import FAULTS
from dispatch.chinese.node import NODE
from dispatch.chinese.requests import LIBRARIES, REQUESTS
from dispatch.chinese.terms import TERMS

__all__ = ["REFUSALS", "in_chinese"]

REFUSALS: Mapping[str, str] = {**DESK, **ACCOUNTS, **NODE, **REQUESTS}
"""Chinese words by sentence. `{0}` is the first value as it is, `{0:terms}` the terms of the trade that it lists."""

_LONGEST = 2000
"""Longer texts are nobody's sentence, and not worth the search."""


def in_chinese(text: str) -> str:
    """Return a sentence of the program in Chinese; empty where no words are known."""
    if not text or len(text) > _LONGEST:
        return ""
    for pattern, words in _PATTERNS:
        found = pattern.fullmatch(text)
        if found is not None:
            told = words.format(*(_Value(part or "") for part in found.groups()))
            return told.replace("  ", " ")
    return ""


class _Value(str):
    """What stands in the place of `{}`: as it is, or its terms in Chinese."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        return _terms(self) if form == "terms" else in_chinese(self) or str(self)


def _terms(text: str) -> str:
    parts = re.split(r"(, | or |; )", text)
    return "".join(_SIGNS.get(part) or TERMS.get(part, part) for part in parts)


_SIGNS: Mapping[str, str] = {", ": "、", " or ": "或", "; ": "；"}


_THINGS: Mapping[str, str] = {
    "case {}": "案件 {0} ",
    "event {}": "事件 {0} ",
    "this order": "此督办指令",
    "order {}": "督办指令 {0} ",
    "hot spot {}": "高发点位 {0} ",
    "matter {}": "事项 {0} ",
    "user {}": "账号 {0} ",
    "the profile": "工作模式",
    "version {} is {}": "第 {0} 版{1:terms}",
}
"""What a sentence is about, where its name stands in a place of it."""


def _compiled() -> Iterable[tuple[re.Pattern[str], str]]:
    """Return the patterns, those with the most words of their own first."""
    sentences = {**LIBRARIES, **_THINGS, **REFUSALS}
    for sentence in sorted(sentences, key=lambda each: (-len(each.replace("{}", "")), each)):
        yield re.compile("(.*?)".join(map(re.escape, sentence.split("{}"))), re.DOTALL), sentences[sentence]
    for pattern, words in FAULTS.items():
        yield re.compile(pattern, re.DOTALL), words


_PATTERNS = tuple(_compiled())
