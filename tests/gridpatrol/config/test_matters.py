"""Matter files: both sides' shares, the shipped catalogue, and faults with their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector.config import ResidueRule
from dispatch.catalogue.definition import definition_of
from dispatch.catalogue.export import as_csv, as_xlsx
from dispatch.catalogue.spreadsheet import read_table
from gridpatrol.config import load_departments, load_matters
from gridpatrol.errors import UserError, problems_of
from gridpatrol.shipped import SHIPPED_CONFIG

GOOD = """\
code: illegal_parking
names: {en: Illegal parking, zh: 机动车乱停放}
codes: [{scheme: cjt214, value: "0505"}]
rule:
  kind: dwell
  classes: [car, truck]
  zones: [no_parking]
  dwell_s: 300
dedup: {radius_m: 8, window_h: 24}
filing: {min_confidence: 0.3, review_below: 0.5}
handling: {mode: dispatched, department: traffic_police, limit: {value: 2, clock: urgent_hour}}
closure: {looks: 3, interval_s: 20, patience_s: 900}
"""


def _write(folder: Path, text: str, name: str = "matter.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_one_file_serves_both_sides(tmp_path: Path) -> None:
    path = _write(tmp_path, GOOD)
    matter = load_matters(tmp_path)["illegal_parking"]
    assert matter.path == path
    assert matter.watched.rule.kind == "dwell"
    assert matter.watched.closure.looks == 3
    assert matter.rules.handling.department == "traffic_police"
    assert matter.rules.dedup.radius_m == 8


def test_the_shipped_catalogue_is_whole() -> None:
    matters = load_matters(SHIPPED_CONFIG / "matters")
    assert set(matters) == {
        "illegal_parking",
        "fire_lane_blocked",
        "bike_disorder",
        "street_stall",
        "shopfront_overflow",
        "goods_occupation",
        "litter_exposed",
        "bin_overflow",
    }
    departments = load_departments(SHIPPED_CONFIG / "departments.yaml")
    for code, matter in matters.items():
        assert matter.path.stem == code
        assert matter.rules.codes_by_scheme(), f"{code} has no code in any scheme"
        assert matter.rules.handling.department in departments
        assert matter.rules.handling.limit is not None


def test_every_purpose_has_at_most_one_matter_for_what_has_no_name() -> None:
    takers: dict[str, list[str]] = {}
    for code, matter in load_matters(SHIPPED_CONFIG / "matters").items():
        rule = matter.watched.rule
        if isinstance(rule, ResidueRule) and rule.unnamed:
            for purpose in rule.zones:
                takers.setdefault(purpose, []).append(code)
    assert all(len(codes) == 1 for codes in takers.values()), takers


FAULTS = {
    "unknown key": ("handling:", "handlin:", 11, "unknown key", "'handling'"),
    "unknown key of a rule": ("  classes:", "  clases:", 6, "rule.clases: unknown key", "'classes'"),
    "unknown kind": ("kind: dwell", "kind: dwel", 5, "expected one of 'dwell', 'residue', 'density'", "'dwel'"),
    "missing handling": (GOOD[GOOD.index("handling") : GOOD.index("closure")], "", 1, "handling: this key", "Add it"),
    "number without quotes": ('"0505"', "0505", 3, "got the number 325", "in quotes"),
    "code of three digits": ('"0505"', '"505"', 3, "codes[0].value", "'505'"),
    "bands the wrong way": ("review_below: 0.5", "review_below: 0.1", 10, "must not be less than", ""),
    "unknown clock": ("urgent_hour", "hour", 11, "handling.limit.clock", "'hour'"),
    "unknown purpose": ("[no_parking]", "[kerb]", 7, "'no_parking'", "'kerb'"),
    "no class": ("[car, truck]", "[]", 6, "at least 1 item", ""),
    "dispatch gives up too early": ("patience_s: 900", "patience_s: 2000", 12, "must exceed", "still looking"),
    "density without threshold": ("kind: dwell", "kind: density", 4, "min_count or min_share", ""),
}


@pytest.mark.parametrize(("old", "new", "line", "words", "remedy"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_with_line_and_remedy(
    tmp_path: Path, old: str, new: str, line: int, words: str, remedy: str
) -> None:
    assert old in GOOD
    path = _write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        load_matters(tmp_path)
    told = [problem for problem in problems_of(caught.value) if words in str(problem)]
    assert told, str(caught.value)
    assert told[0].place == f"{path}:{line}"
    assert remedy in str(told[0])


def test_a_code_given_twice_names_the_other_file(tmp_path: Path) -> None:
    _write(tmp_path, GOOD, "a.yaml")
    _write(tmp_path, GOOD, "b.yaml")
    with pytest.raises(UserError, match=r"b\.yaml:1: code: 'illegal_parking' is already given in a\.yaml"):
        load_matters(tmp_path)


def test_shipped_matters_say_in_both_languages_when_they_are_filed_and_closed() -> None:
    matters = load_matters(SHIPPED_CONFIG / "matters")
    definitions = tuple(definition_of(code, matter.rules) for code, matter in matters.items())
    for definition in definitions:
        (condition,) = definition.conditions
        for zh, en in ((condition.filing, condition.filing_en), (condition.closing, condition.closing_en)):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in zh), definition.matter
            assert en.isascii(), definition.matter
            assert len(en.split()) > 3, definition.matter
    for table in (as_csv(definitions), as_xlsx(definitions)):
        assert read_table(table, scheme="gbt30428", matters={}) == definitions
