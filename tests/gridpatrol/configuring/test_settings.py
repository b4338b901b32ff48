"""The city's settings are changed under a running node: the desk works by them at once, or the answer says when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import yaml

from dispatch.configuration import Effect, Faulty, Origin, SavedBefore
from dispatch.errors import NotFound, Outdated, Refused
from gridpatrol.configuring.documents import KINDS
from gridpatrol.configuring.settings import SettingsOffice
from tests.dispatch.builders import PLACE, report, sent
from tests.gridpatrol.configuring.conftest import T0, City, by

AREA = {
    "id": "fair",
    "names": {"en": "Fair", "zh": "庙会"},
    "matters": ["litter_exposed"],
    "until": "2027-01-01",
}


@pytest.fixture
def settings(city: City) -> SettingsOffice:
    city.begin()
    return city.settings()


def content(settings: SettingsOffice, name: str) -> dict[str, Any]:
    return dict(settings.version(name).content or {})


def history(settings: SettingsOffice, name: str) -> list[tuple[int, str, Origin]]:
    page = settings.versions(name, before=None, limit=100)
    return [(one.number, one.changed_by, one.origin) for one in page.items]


def test_what_comes_with_the_program_is_version_0(city: City, settings: SettingsOffice) -> None:
    assert [one.name for one in settings.documents()][: len(KINDS)] == list(KINDS)
    for one in settings.documents():
        assert (one.newest.number, one.newest.origin) == (0, Origin.shipped)
        assert settings.schema(one.name)["properties"]
    assert [d["id"] for d in content(settings, "departments")["departments"]] == list(
        city.in_force.installation.departments
    )
    assert content(settings, "profiles") == {}
    with pytest.raises(NotFound, match="no document node"):
        settings.version("node")


def test_every_document_can_be_saved_as_it_is_read(city: City, settings: SettingsOffice) -> None:
    before = city.in_force.installation
    for name in KINDS:
        saved = settings.save(name, content(settings, name), 0, by("li"))
        assert (saved.version.number, saved.effect) == (1, Effect.at_once)
    after = city.in_force.installation
    assert (after.calendar, after.departments, after.desk) == (before.calendar, before.departments, before.desk)
    assert after.registers == before.registers
    city.begin()
    assert city.in_force.installation.registers == before.registers
    assert not list(city.folder.glob(".saving-*"))


def test_a_control_area_holds_for_the_next_report(city: City, settings: SettingsOffice) -> None:
    first = city.desk.receive(sent(report("e1")), T0)
    assert city.desk.case(first.case_id or "").state == "dispatched"
    settings.save("control_areas", {"control_areas": [AREA]}, 0, by("li", "fair"))
    elsewhere = PLACE.model_copy(update={"lon": PLACE.lon + 0.01})
    second = city.desk.receive(sent(report("e2", camera_id="other", location=elsewhere)), T0 + timedelta(minutes=1))
    assert city.desk.case(second.case_id or "").state == "not_filed"
    settings.save("control_areas", {}, 1, by("li"))
    assert not city.desk.policy.controls
    settings.restore("control_areas", 1, 2, by("wang"))
    assert [area.id for area in city.desk.policy.controls] == ["fair"]
    assert history(settings, "control_areas")[0] == (3, "wang", Origin.restored)


def test_deadlines_follow_a_saved_calendar(city: City, settings: SettingsOffice) -> None:
    case_id = city.desk.receive(sent(report("e1")), T0).case_id or ""
    before = city.desk.case(case_id)
    calendar = content(settings, "calendar")
    days = [(T0 + timedelta(days=n)).date().isoformat() for n in range(8)]
    settings.save("calendar", {**calendar, "holidays": [*calendar.get("holidays", []), *days]}, 0, by("li"))
    after = city.desk.case(case_id)
    (old,), (new,) = ([watch.due_at for watch in case.watches if watch.stage == "handle"] for case in (before, after))
    assert old is not None and new is not None and new >= old + timedelta(days=3)


def test_another_time_zone_waits_for_the_next_start(city: City, settings: SettingsOffice) -> None:
    saved = settings.save("calendar", {**content(settings, "calendar"), "time_zone": "UTC"}, 0, by("li"))
    assert saved.effect is Effect.at_next_start and saved.notices
    assert city.desk.policy.calendar.zone.key == "Asia/Shanghai"
    assert settings.version("calendar").number == 1
    city.begin()
    assert city.in_force.installation.calendar.time_zone == "UTC"


WRONG: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "unknown key": ("desk", {"undo": 3}, "undo", "unknown key"),
    "zone": ("calendar", {"time_zone": "Asia/Peking"}, "time_zone", "no time zone"),
    "department of the calendar": ("calendar", {"departments": {"nobody": {}}}, "departments.nobody", "not in"),
    "department of a matter": (
        "departments",
        {"departments": [{"id": "fire", "names": {"en": "Fire", "zh": "消防"}}]},
        "departments",
        "is missing",
    ),
    "matter": (
        "control_areas",
        {"control_areas": [{**AREA, "matters": ["litter"]}]},
        "control_areas[0].matters",
        "no m",
    ),
    "no end": ("control_areas", {"control_areas": [{**AREA, "until": None}]}, "control_areas[0].until", "expected"),
    "bands": (
        "profiles",
        {"profiles": [{"id": "a", "names": {"en": "", "zh": ""}, "min_confidence": 0.9, "review_below": 0.1}]},
        "profiles[0]",
        "review_below",
    ),
    "no number": ("desk", {"escalate_after": float("inf")}, "escalate_after", "a number"),
}


@pytest.mark.parametrize(("name", "said", "where", "what"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_changes_nothing(
    city: City, settings: SettingsOffice, name: str, said: dict[str, Any], where: str, what: str
) -> None:
    before = city.in_force.installation, city.desk.policy
    with pytest.raises(Faulty) as caught:
        settings.save(name, said, 0, by("li"))
    faults = {fault.where: fault for fault in caught.value.faults}
    assert where in faults and what in faults[where].what
    assert all(fault.what_zh for fault in faults.values()), faults
    assert (city.in_force.installation, city.desk.policy) == before
    assert sorted(path.name for path in city.folder.iterdir()) == ["cameras"]
    assert history(settings, name) == []


def test_who_saves_second_is_told(settings: SettingsOffice) -> None:
    settings.save("desk", {"undo_min": 5}, 0, by("li"))
    with pytest.raises(SavedBefore, match="by li"):
        settings.save("desk", {"undo_min": 6}, 0, by("wang"))
    with pytest.raises(Outdated):
        settings.save("teams", {}, 3, by("wang"))
    assert settings.save("desk", {"undo_min": 6}, None, by("wang")).version.number == 2


def test_files_written_by_hand_become_versions(city: City, settings: SettingsOffice) -> None:
    path = city.folder / "desk.yaml"
    settings.save("desk", {"undo_min": 5}, 0, by("li"))
    path.write_text("# Ours.\nundo_min: 7\n")
    with pytest.raises(SavedBefore, match="by hand"):
        settings.save("desk", {"undo_min": 6}, 1, by("wang"))
    assert content(settings, "desk") == {"undo_min": 7}
    settings.save("desk", {"undo_min": 8, "hot_spots": None}, 2, by("wang"))
    assert path.read_text() == "# Ours.\nhot_spots: null\nundo_min: 8.0\n"
    path.write_text("undo_min: [")
    with pytest.raises(Refused, match="edited by hand and cannot be used"):
        settings.save("desk", {"undo_min": 6}, 3, by("wang"))
    settings.restore("desk", 1, 3, by("li"))
    assert yaml.safe_load(path.read_text()) == {"undo_min": 5}
    path.unlink()
    city.begin()
    again = city.settings()
    assert history(again, "desk")[0] == (5, "", Origin.file)
    assert content(again, "desk") == {}
