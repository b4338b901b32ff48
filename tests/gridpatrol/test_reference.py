"""The configuration reference tells every key and is not stale."""

from __future__ import annotations

from pathlib import Path

from gridpatrol.config import load_camera, load_matters, watched_on
from gridpatrol.reference import FILES, fields_of, reference
from gridpatrol.shipped import SHIPPED_CONFIG

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "configuration.md"


def test_the_page_is_what_the_models_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(ROOT), (
        "run: python -m gridpatrol.reference docs/configuration.md"
    )


def test_every_key_is_told_and_means_something() -> None:
    text = reference(ROOT)
    for kind in FILES:
        for name in fields_of(kind.models):
            assert f"| `{name}` |" in text
    assert not [line for line in text.splitlines() if line.endswith("| |")], "keys without a meaning"


def test_every_link_leads_to_a_heading() -> None:
    lines = reference(ROOT).splitlines()
    anchors = {line.lstrip("# ").lower().replace("`", "").replace(" ", "-") for line in lines if line.startswith("#")}
    links = {part.split(")")[0] for line in lines for part in line.split("](#")[1:]}
    assert links <= anchors


def test_the_example_camera_is_sound() -> None:
    matters = load_matters(SHIPPED_CONFIG / "matters")
    camera = load_camera(ROOT / "docs" / "examples" / "camera.yaml", matters)
    assert list(watched_on(camera, matters)) == ["illegal_parking", "litter_exposed"]
