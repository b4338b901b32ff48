"""Matters and field mappings are added, changed and taken away under a running node, never past a decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.catalogue.admission import Admission
from dispatch.catalogue.office import CatalogueOffice, Who
from dispatch.configuration import DocumentKind, Faulty, Origin, SavedBefore
from dispatch.errors import Conflict, NotFound, Refused
from gridpatrol.config import load_installation
from gridpatrol.configuring.settings import SettingsOffice
from gridpatrol.shipped import SHIPPED_CONFIG
from tests.dispatch.builders import report, sent
from tests.gridpatrol.configuring.conftest import T0, City, by

LITTER = "matter.litter_exposed"
CARTS = "matter.shared_carts"
NEW: dict[str, Any] = {
    "code": "shared_carts",
    "names": {"en": "Shared carts", "zh": "共享推车乱停放"},
    "codes": [{"scheme": "gbt30428", "value": "0497"}],
    "admitted": False,
    "rule": {"kind": "dwell", "classes": ["cart"], "zones": ["pavement"], "dwell_s": 600},
    "handling": {"department": "sanitation", "limit": {"value": 2, "clock": "work_hour"}},
}
SHIPPED = sorted(path.name for path in (SHIPPED_CONFIG / "matters").glob("*.yaml"))
ADMIN = Who("zhao", "administrator")


@pytest.fixture
def settings(city: City) -> SettingsOffice:
    city.begin()
    return city.settings()


def said(settings: SettingsOffice, name: str, **changes: Any) -> dict[str, Any]:
    return {**(settings.version(name).content or {}), **changes}


def longer(settings: SettingsOffice, dwell_s: float) -> dict[str, Any]:
    content = said(settings, LITTER)
    return {**content, "rule": {**content["rule"], "dwell_s": dwell_s}}


def decide(city: City, code: str, *steps: Admission) -> None:
    office = CatalogueOffice(city.desk.store, city.desk.matters)
    for step in steps:
        office.decide(code, step, who=ADMIN, reason="agreed", now=T0)


def faults(caught: pytest.ExceptionInfo[Faulty]) -> dict[str, str]:
    assert all(one.what_zh for one in caught.value.faults), caught.value.faults
    assert all(one.remedy_zh for one in caught.value.faults if one.remedy), caught.value.faults
    return {one.where: one.what for one in caught.value.faults}


def test_shipped_matters_are_documents_at_version_0(settings: SettingsOffice) -> None:
    listed = {one.name: one for one in settings.documents() if one.kind is DocumentKind.matter}
    assert [f"{name.removeprefix('matter.')}.yaml" for name in listed] == SHIPPED
    assert (listed[LITTER].name_zh, listed[LITTER].newest.origin) == ("暴露生活垃圾", Origin.shipped)
    assert settings.version(LITTER).number == 0
    assert {"rule", "handling", "admitted"} <= settings.schema(LITTER)["properties"].keys()


def test_a_changed_matter_holds_at_once_and_the_shipped_ones_go_on(city: City, settings: SettingsOffice) -> None:
    saved = settings.save(LITTER, longer(settings, 45), 0, by("li", "as agreed"))
    assert (saved.version.number, saved.version.changed_by) == (1, "li")
    assert city.in_force.installation.matters["litter_exposed"].watched.rule.dwell_s == 45
    assert city.eyes.watched == [("gate", False)], "the one camera that runs it goes on with what it remembers"
    assert sorted(path.name for path in (city.folder / "matters").iterdir()) == SHIPPED
    assert not list(city.folder.glob(".saving-*"))
    again = load_installation(city.folder)
    assert again.matters == city.in_force.installation.matters
    city.begin()
    after = city.settings()
    assert [one.newest.number for one in after.documents() if one.kind is DocumentKind.matter].count(0) == 7
    after.restore(LITTER, 0, 1, by("wang"))
    assert city.in_force.installation.matters["litter_exposed"].watched.rule.dwell_s == 120


def test_matters_of_cameras_that_do_not_run_it_disturb_nobody(city: City, settings: SettingsOffice) -> None:
    content = said(settings, "matter.illegal_parking", keep_plate=False)
    settings.save("matter.illegal_parking", content, 0, by("li"))
    assert city.eyes.watched == []


def test_two_who_change_one_matter_are_told(settings: SettingsOffice) -> None:
    settings.save(LITTER, longer(settings, 45), 0, by("li"))
    with pytest.raises(SavedBefore, match="by li"):
        settings.save(LITTER, longer(settings, 50), 0, by("wang"))
    other = said(settings, "matter.bin_overflow", dedup={"radius_m": 11})
    assert settings.save("matter.bin_overflow", other, 0, by("wang")).version.number == 1, "copied, not changed"


def test_an_added_matter_waits_for_its_admission(city: City, settings: SettingsOffice) -> None:
    saved = settings.add(CARTS, NEW, by("li"))
    assert (saved.version.number, saved.version.origin) == (1, Origin.added)
    assert [one.what for one in saved.notices] == [
        "shared_carts: the model in service does not know cart; this matter cannot be found",
        "shared_carts: no camera watches for it; one needs a zone with purpose pavement",
        "shared_carts: it is not admitted, so cameras' reports of it are kept and not filed",
    ]
    assert all(one.what_zh for one in saved.notices)
    later = T0 + timedelta(minutes=1)

    def state(event: str) -> str:
        seen = report(event, matter="shared_carts", confirmed_at=later, first_seen_at=T0)
        return city.desk.case(city.desk.receive(sent(seen), later).case_id or "").state

    assert state("e1") == "not_filed"
    decide(city, "shared_carts", Admission.reviewed, Admission.admitted)
    assert state("e2") == "dispatched"
    with pytest.raises(Conflict, match="already"):
        settings.add(CARTS, NEW, by("wang"))


@pytest.mark.parametrize(
    ("changes", "where", "what"),
    [
        ({"admitted": True}, "admitted", "not admitted yet"),
        ({"code": "carts"}, "code", "keeps its code"),
        ({"codes": [{"scheme": "gbt30428", "value": "0110"}]}, "codes", "belongs to litter_exposed"),
        ({"handling": {"department": "nobody"}}, "handling.department", "not in departments"),
        ({"rule": {**NEW["rule"], "kind": "dwel"}}, "rule.kind", "expected one of"),
        ({"rule": {**NEW["rule"], "classes": []}}, "rule.classes", "expected at least 1 item, got []"),
        ({"rule": {**NEW["rule"], "dwell_s": 0}}, "rule.dwell_s", "greater than 0"),
        ({"closure": {"patience_s": 5000}}, "closure.patience_s", "must exceed"),
        ({"names": {"en": "x" * 2001, "zh": "x"}}, "names", "cannot hold"),
    ],
)
def test_a_matter_that_cannot_be_changes_nothing(
    city: City, settings: SettingsOffice, changes: dict[str, Any], where: str, what: str
) -> None:
    before = city.in_force.installation
    with pytest.raises(Faulty) as caught:
        settings.add(CARTS, {**NEW, **changes}, by("li"))
    assert what in faults(caught)[where]
    assert city.in_force.installation is before
    assert sorted(path.name for path in city.folder.iterdir()) == ["cameras"]


DECIDED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "codes": ({"codes": []}, {"codes"}),
    "conditions": ({"conditions": {"filing": {"en": "a", "zh": "b"}, "closing": {"en": "", "zh": ""}}}, {"conditions"}),
    "department and limit": ({"handling": {"department": "police"}}, {"handling.department", "handling.limit"}),
    "admission": ({"admitted": False}, {"admitted"}),
}


@pytest.mark.parametrize(("changes", "where"), DECIDED.values(), ids=DECIDED.keys())
def test_what_the_catalogue_has_decided_is_not_changed_in_the_file(
    city: City, settings: SettingsOffice, changes: dict[str, Any], where: set[str]
) -> None:
    departments = settings.version("departments").content or {}
    police = {"id": "police", "names": {"en": "Police", "zh": "警"}}
    settings.save("departments", {"departments": [*departments["departments"], police]}, None, by("li"))
    with pytest.raises(Faulty) as caught:
        settings.save(LITTER, said(settings, LITTER, **changes), 0, by("li"))
    assert faults(caught).keys() == where
    settings.save(LITTER, said(settings, LITTER, names={"en": "Litter", "zh": "垃圾"}), 0, by("li"))
    assert city.in_force.installation.matters["litter_exposed"].watched.names.en == "Litter"


def test_a_proposed_matter_is_free_until_somebody_has_reviewed_it(city: City, settings: SettingsOffice) -> None:
    settings.add(CARTS, NEW, by("li"))
    handling = {"department": "sanitation", "limit": {"value": 3, "clock": "work_hour"}}
    settings.save(CARTS, {**NEW, "handling": handling}, 1, by("li"))
    decide(city, "shared_carts", Admission.reviewed)
    with pytest.raises(Faulty) as caught:
        settings.save(CARTS, NEW, 2, by("li"))
    assert faults(caught).keys() == {"handling.limit"}
    with pytest.raises(Faulty):
        settings.restore(CARTS, 1, 2, by("li"))
    assert said(settings, CARTS)["handling"] == handling


def test_a_matter_is_taken_away_once_it_is_retired_and_comes_back(city: City, settings: SettingsOffice) -> None:
    with pytest.raises(Faulty) as caught:
        settings.retire("matter.illegal_parking", 0, by("li"))
    assert faults(caught) == {"": "matter illegal_parking is admitted"}
    decide(city, "illegal_parking", Admission.retired)
    gone = settings.retire("matter.illegal_parking", 0, by("li"))
    assert (gone.number, gone.content, gone.origin) == (1, None, Origin.retired)
    assert "illegal_parking" not in city.desk.matters
    assert sorted(path.name for path in (city.folder / "matters").iterdir()) == [
        name for name in SHIPPED if name != "illegal_parking.yaml"
    ]
    city.begin()
    settings = city.settings()
    listed = {one.name: one.newest.content for one in settings.documents()}
    assert listed["matter.illegal_parking"] is None
    settings.restore("matter.illegal_parking", 0, 1, by("wang"))
    assert "illegal_parking" in city.desk.matters


def test_a_matter_that_is_in_use_stays(city: City, settings: SettingsOffice) -> None:
    city.desk.receive(sent(report("e1")), T0)
    decide(city, "litter_exposed", Admission.retired)
    with pytest.raises(Faulty) as caught:
        settings.retire(LITTER, 0, by("li"))
    assert "camera gate" in faults(caught)[""]
    city.gate.write_text(city.gate.read_text().replace("[litter_exposed]", "[goods_occupation]"))
    city.begin()
    settings = city.settings()
    with pytest.raises(Faulty) as caught:
        settings.retire(LITTER, 0, by("li"))
    assert faults(caught) == {"": "cases of matter litter_exposed are open"}


def test_a_change_that_blinds_a_camera_is_refused(settings: SettingsOffice) -> None:
    content = said(settings, LITTER)
    with pytest.raises(Faulty) as caught:
        settings.save(LITTER, {**content, "rule": {**content["rule"], "zones": ["road"]}}, 0, by("li"))
    assert "camera gate: matters: none of litter_exposed can run" in faults(caught)[""]


MAPPING = {"language": "zh", "fields": {"EventCode": {"from": "data.case_id"}, "State": {"from": "data.state"}}}


def test_a_field_mapping_is_added_changed_and_taken_away(city: City, settings: SettingsOffice) -> None:
    name = "mapping.city-platform"
    settings.add(name, MAPPING, by("li"))
    assert said(settings, name) == MAPPING
    assert list(city.in_force.installation.mappings) == ["city-platform"]
    settings.save(name, {**MAPPING, "language": "en"}, 1, by("li"))
    assert load_installation(city.folder).mappings["city-platform"].language == "en"
    with pytest.raises(Faulty) as caught:
        settings.save(name, {"fields": {"a": {"from": "x", "value": 1}}}, 2, by("li"))
    assert "exactly one" in faults(caught)["fields.a"]
    city.mappings_in_use.append("city-platform")
    with pytest.raises(Faulty) as caught:
        settings.retire(name, 2, by("li"))
    assert "webhooks" in faults(caught)[""]
    city.mappings_in_use.clear()
    settings.retire(name, 2, by("li"))
    assert not city.in_force.installation.mappings
    assert [path.suffix for path in (city.folder / "mappings" / "retired").iterdir()] == [".yaml"]
    with pytest.raises(Refused, match="taken away"):
        settings.restore(name, 3, 3, by("li"))
    settings.restore(name, 1, 3, by("li"))
    assert said(settings, name) == MAPPING
    with pytest.raises(NotFound):
        settings.version(name, 0)


@pytest.mark.parametrize("name", ["matter.Big", "matter.", "mapping.a b", "zones.x", "node", "matter.never_there"])
def test_names_that_no_document_has(settings: SettingsOffice, name: str) -> None:
    with pytest.raises(NotFound):
        settings.version(name)


def test_settings_are_not_taken_away(settings: SettingsOffice) -> None:
    with pytest.raises(Refused, match="calendar cannot be taken away"):
        settings.retire("calendar", 0, by("li"))
