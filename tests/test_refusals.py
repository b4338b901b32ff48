"""Every refusal that people can meet in the console has its Chinese words, and no Chinese stands without a refusal."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dispatch.chinese import REFUSALS, in_chinese

ROOT = Path(__file__).parents[1]
PACKAGES = ("dispatch", "gridpatrol", "detector/sources/jpeg.py")
ROOTS = {"DispatchError", "PictureRefused"}
OF_START = {"StoreError", "UndeclaredAccess", "RefusedBind"}
"""Met by who starts a node, in its terminal."""
OF_COMMANDS = (
    "dispatch/catalogue/spreadsheet.py",
    "gridpatrol/cli",
    "gridpatrol/conform",
    "dispatch/api/routes/open311.py",
)
"""Sentences for terminals and for programs."""
WITH_OWN_WORDS = {"Faulty", "SavedBefore"}
MADE_ELSEWHERE = {
    "dispatch/calendar.py": {"coverage_notice"},
    "dispatch/case.py": {"_hindrance", "_legal"},
    "dispatch/api/problems.py": {"database_problem", "_validation", "_unforeseen", "_value"},
}
"""Functions whose sentences others raise or send."""
PASSED_ON = {
    "coverage_notice(day.year)",
    "_legal(case, actor, at)",
    "legal",
    "str(error)",  # what a library or another package says, such as the registry of models
    "why_not",  # of the two turns of ONVIF, given where they are taken
    "'; '.join(troubles)",  # of /readyz, for programs
    "what",  # of `DispatchError` itself and what only hands it on
    "remedy",
}
"""Arguments that are no sentence of the place where they stand."""


@dataclass(frozen=True)
class Said:
    where: str
    sentence: str


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        path = ROOT / package
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            name = file.relative_to(ROOT).as_posix()
            if not name.startswith(OF_COMMANDS):
                yield name, ast.parse(file.read_text(encoding="utf-8"))


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _kinds(trees: list[tuple[str, ast.Module]]) -> set[str]:
    """Return the names of all classes of refusals."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for _, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = set(ROOTS)
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return found - OF_START


def _sentences(node: ast.expr, known: dict[str, ast.expr]) -> Iterator[str | None]:
    """Yield what an argument can say, `{}` for each value in it; None where it is not a sentence of this place."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _sentences(body, known)
            yield from _sentences(orelse, known)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            for first in _sentences(left, known):
                for second in _sentences(right, known):
                    yield (first if first is not None else "{}") + (second if second is not None else "{}")
        case ast.Name(id=name) if name in known and name not in {"what", "remedy"}:
            yield from _sentences(known[name], known)
        case _:
            yield None


def _assigned(scope: ast.AST) -> dict[str, ast.expr]:
    return {
        target.id: node.value
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Constant | ast.JoinedStr | ast.BinOp | ast.IfExp)
    }


def said() -> Iterator[Said | str]:
    """Yield every sentence of a refusal; as a text, what is neither a sentence nor known as passed on."""
    trees = list(_trees())
    kinds = _kinds(trees)
    for name, tree in trees:
        known = _assigned(tree)
        for node in ast.walk(tree):
            match node:
                case ast.Call() if _name(node.func) in kinds - WITH_OWN_WORDS:
                    yield from _of_call(name, node, known)
                case ast.Call(
                    func=ast.Name(id="_refused" | "_turn"), args=[_, *rest]
                ):  # what it is about goes before its words
                    yield from (Said(name, each) for part in rest for each in _sentences(part, known) if each)
                case ast.ClassDef() if node.name in kinds:
                    yield from _of_class(name, node, known)
                case ast.FunctionDef() if node.name in MADE_ELSEWHERE.get(name, ()):
                    yield from (Said(name, each) for part in _made_in(node) for each in _sentences(part, known) if each)


def _made_in(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value
        if isinstance(node, ast.keyword) and node.arg in {"what", "remedy", "title"}:
            yield node.value


def _of_class(name: str, of: ast.ClassDef, known: dict[str, ast.expr]) -> Iterator[Said]:
    """Yield the title of a kind of refusals, and the words that it gives itself."""
    for node in ast.walk(of):
        if isinstance(node, ast.Assign) and _name(node.targets[0]) == "title":
            yield from (Said(name, each) for each in _sentences(node.value, {}) if each)
        if of.name in WITH_OWN_WORDS and isinstance(node, ast.Call) and _name(node.func) == "__init__":
            yield from (each for each in _of_call(name, node, known) if isinstance(each, Said))


def _of_call(name: str, call: ast.Call, known: dict[str, ast.expr]) -> Iterator[Said | str]:
    given = [*call.args[:2], *(each.value for each in call.keywords if each.arg in {"what", "remedy"})]
    for argument in given:
        for sentence in _sentences(argument, known):
            where = f"{name}:{call.lineno}"
            if sentence is None and ast.unparse(argument) not in PASSED_ON:
                yield f"{where}: {ast.unparse(argument)} is no sentence that can be read here"
            elif sentence:
                yield Said(where, sentence)


@pytest.fixture(scope="module")
def sentences() -> list[Said]:
    found = list(said())
    unread = [each for each in found if isinstance(each, str)]
    assert not unread, "\n".join(unread)
    return [each for each in found if isinstance(each, Said)]


def test_every_refusal_has_chinese_words(sentences: list[Said]) -> None:
    assert len(sentences) > 300
    missing = {each.sentence: each.where for each in sentences if each.sentence not in REFUSALS}
    assert not missing, "\n".join(f"{where}: {sentence}" for sentence, where in missing.items())


def test_no_chinese_words_stand_without_a_refusal(sentences: list[Said]) -> None:
    written = "\n".join(
        file.read_text(encoding="utf-8")
        for package in ("dispatch", "gridpatrol")
        for file in (ROOT / package).rglob("*.py")
        if "chinese" not in file.parts
    )
    spoken = {each.sentence for each in sentences}
    stale = [each for each in REFUSALS if each not in spoken and not _is_written(each, written)]
    assert not stale, "\n".join(stale)


def _is_written(sentence: str, source: str) -> bool:
    """Whether its longest part stands in the source: for the sentences of libraries that a table of requests has."""
    return max(re.split(r"\{\}", sentence), key=len).strip() in source


def test_all_values_of_a_sentence_are_in_its_chinese(sentences: list[Said]) -> None:
    for sentence, words in REFUSALS.items():
        values = {int(number) for number in re.findall(r"\{(\d+)(?::terms)?\}", words)}
        assert max(values, default=-1) < sentence.count("{}"), sentence
        filled = sentence.replace("{}", "17")
        assert in_chinese(filled), sentence
        assert not re.search(r"[\u4e00-\u9fff]", filled)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "accept is not possible while case 7-a is closed",
            "案件 7-a 处于“结案”，不能执行“接收”",
        ),
        ("Legal now for handler: handle, note, return.", "处置人员当前可以：反馈已处置、备注、回退。"),
        ("case 7-a was extended 2 times, which is the most", "案件 7-a 已延期 2 次，达到上限"),
        (
            "case 7-a was changed by Zhao at 2026-11-22T03:00:00+00:00: it is at version 5, you saw 3",
            "案件 7-a 已于 2026-11-22T03:00:00+00:00 被 Zhao 更改：现为第 5 版，您看到的是第 3 版",
        ),
        ("the move file is for operations, dispatcher; li is viewer", "“立案”由值班员、分拨员办理；li 的角色是访客"),
        ("there is no camera gate", "没有探头 gate"),
        ("case 7-a is not among those of li: street/4403", "案件 7-a 不在 li 的范围之内：street/4403"),
        ("String should have at most 4000 characters", "至多 4000 个字符"),
        ("this sentence is nobody's", ""),
    ],
)
def test_values_and_terms_are_put_in_their_places(english: str, chinese: str) -> None:
    assert in_chinese(english) == chinese
