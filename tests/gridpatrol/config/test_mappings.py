"""Field mappings of an installation, from files to what a webhook sends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dispatch.wording import NameBook
from gridpatrol.config.mappings import load_mappings
from gridpatrol.errors import UserError
from gridpatrol.webhooks import rewrites

REPOSITORY = Path(__file__).parents[3]


def test_a_file_is_a_mapping_under_its_name(tmp_path: Path) -> None:
    shutil.copy(REPOSITORY / "docs/examples/city-mapping.yaml", tmp_path / "city-platform.yaml")
    made = rewrites(load_mappings(tmp_path), NameBook())
    event = json.loads((REPOSITORY / "tests/dispatch/golden/case.changed.v1.json").read_text())
    assert made["city-platform"](event)["statusId"] == "90"
    assert load_mappings(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.yaml", "fields:\n  x: {from: data..state}\n", "a.yaml:2"),
        ("a.yaml", "fields:\n  x: {value: 1}\ncolour: red\n", "a.yaml:3"),
        ("Ä b.yaml", "fields: {x: {value: 1}}\n", "is named with"),
    ],
)
def test_faults_are_told_with_their_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as refused:
        load_mappings(tmp_path)
    assert said in str(refused.value)
