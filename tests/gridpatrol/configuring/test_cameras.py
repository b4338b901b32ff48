"""Cameras are changed under a running node: in force, in their files and in versions, or not at all."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from dispatch.configuration import Faulty, Origin, SavedBefore, View
from dispatch.errors import Conflict, DispatchError, NotFound, Refused
from gridpatrol.config import load_camera
from gridpatrol.configuring.cameras import CameraOffice
from tests.gridpatrol.configuring.conftest import GATE, T0, City, by, camera

ZONE = {
    "id": "kerb",
    "purpose": "no_parking",
    "resolution_wh": [640, 360],
    "polygon_px": [[0, 100], [300, 100], [300, 300]],
}


def content(office: CameraOffice, camera_id: str = "gate") -> dict[str, Any]:
    return deepcopy(dict(office.version(camera_id).content or {}))


def with_zone(office: CameraOffice) -> dict[str, Any]:
    now = content(office)
    return {**now, "zones": [*now["zones"], ZONE], "matters": ["litter_exposed", "illegal_parking"]}


def history(office: CameraOffice, camera_id: str = "gate") -> list[tuple[int, str, Origin]]:
    page = office.versions(camera_id, before=None, limit=100)
    return [(one.number, one.changed_by, one.origin) for one in page.items]


def test_a_saved_camera_is_in_force_in_its_file_and_a_version(city: City, office: CameraOffice) -> None:
    saved = office.save("gate", with_zone(office), 1, by("li", "kerb added"), View.auto)
    assert (saved.version.number, saved.version.changed_by, saved.version.note) == (2, "li", "kerb added")
    assert city.eyes.watched == [("gate", False)], "only this camera, with all that it remembers"
    assert [zone.id for zone in city.in_force.installation.cameras["gate"].zones] == ["walk", "kerb"]
    assert load_camera(city.gate).zones == city.in_force.installation.cameras["gate"].zones
    assert city.gate.read_text(encoding="utf-8").startswith(
        "# The gate of the market.\n# Surveyed in autumn.\nid: gate\n"
    )
    assert list(city.gate.parent.iterdir()) == [city.gate], "nothing is left beside it"
    assert history(office) == [(2, "li", Origin.saved), (1, "", Origin.file)]
    again = city.begin()
    assert history(again) == history(office), "a start finds nothing new"


def test_what_is_saved_unchanged_is_no_version(city: City, office: CameraOffice) -> None:
    text = city.gate.read_text(encoding="utf-8")
    assert office.save("gate", content(office), 1, by("li"), View.auto).version.number == 1
    assert city.gate.read_text(encoding="utf-8") == text


def test_a_draft_is_read_as_a_file_is_and_changes_nothing(city: City, office: CameraOffice) -> None:
    text = city.gate.read_text(encoding="utf-8")
    draft = office.draft("gate", with_zone(office))
    assert [zone.id for zone in draft.zones] == ["walk", "kerb"]
    assert draft.source.url == "rtsp://10.0.0.7/live"
    with pytest.raises(Faulty, match="keeps its id"):
        office.draft("gate", {**content(office), "id": "other"})
    with pytest.raises(Faulty, match="zones"):
        office.draft("gate", {**content(office), "zones": [{"id": "x"}]})
    with pytest.raises(NotFound):
        office.draft("other", content(office))
    assert [zone.id for zone in city.in_force.installation.cameras["gate"].zones] == ["walk"]
    assert (city.eyes.watched, len(history(office))) == ([], 1)
    assert city.gate.read_text(encoding="utf-8") == text


def test_an_earlier_version_comes_back_as_a_new_one(city: City, office: CameraOffice) -> None:
    office.save("gate", with_zone(office), 1, by("li"), View.auto)
    assert office.restore("gate", 1, 2, by("wang", "too many")).version.number == 3
    assert [zone.id for zone in city.eyes.cameras["gate"].zones] == ["walk"]
    assert history(office)[0] == (3, "wang", Origin.restored)
    assert office.version("gate").content == office.version("gate", 1).content


def test_who_saves_second_is_told_by_whom_and_when(city: City, office: CameraOffice) -> None:
    office.save("gate", with_zone(office), 1, by("li"), View.auto)
    text = city.gate.read_text(encoding="utf-8")
    with pytest.raises(SavedBefore, match="changed by li at 2026-11-22T03:00:00") as caught:
        office.save("gate", content(office), 1, by("wang"), View.auto)
    newest = caught.value.newest
    assert newest is not None
    assert (newest.version, newest.by) == (2, "li")
    assert city.gate.read_text(encoding="utf-8") == text
    assert len(history(office)) == 2
    assert office.save("gate", camera("gate"), None, by("wang"), View.auto).version.number == 3, "any version will do"


WRONG = {
    "unknown key": ({"zone": []}, "zone", "unknown key"),
    "outside": ({"zones": [{**ZONE, "polygon_px": [[0, 0], [700, 0], [9, 9]]}]}, "zones[0].polygon_px[1]", "outside"),
    "crossing": (
        {"zones": [{**ZONE, "polygon_px": [[0, 0], [9, 9], [9, 0], [0, 9]]}]},
        "zones[0].polygon_px",
        "crosses",
    ),
    "no matter": ({"matters": ["litter"]}, "matters[0]", "not in the catalogue"),
    "another id": ({"id": "other"}, "id", "keeps its id"),
    "no number": ({"position": {"lon": float("nan"), "lat": 22.5, "crs": "EPSG:4326"}}, "position.lon", "a number"),
    "no text": ({"names": {"en": "\ud800", "zh": "门"}}, "names.en", "no character"),
    "no mapping": ({"source": "rtsp://10.0.0.7"}, "source", "expected"),
}


@pytest.mark.parametrize(("change", "where", "what"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_changes_nothing(
    city: City, office: CameraOffice, change: dict[str, Any], where: str, what: str
) -> None:
    with pytest.raises(Faulty) as caught:
        office.save("gate", {**content(office), **change}, 1, by("li"), View.auto)
    assert where in [fault.where for fault in caught.value.faults]
    assert what in str(caught.value)
    assert city.gate.read_text(encoding="utf-8") == GATE
    assert city.eyes.watched == []
    assert history(office) == [(1, "", Origin.file)]
    assert list(city.gate.parent.iterdir()) == [city.gate]


def test_every_fault_is_told(office: CameraOffice) -> None:
    with pytest.raises(Faulty) as caught:
        office.save("gate", {"id": "gate", "zones": [{"id": ""}]}, 1, by("li"), View.auto)
    assert {"names", "source", "position", "zones[0].purpose"} <= {fault.where for fault in caught.value.faults}


def test_the_view_is_forgotten_when_the_address_changes_or_somebody_says_so(city: City, office: CameraOffice) -> None:
    moved = {**content(office), "source": {"url": "rtsp://10.0.0.9/live"}}
    office.save("gate", moved, None, by("li"), View.auto)
    office.save("gate", {**moved, "source": {"url": "rtsp://10.0.0.10/live"}}, None, by("li"), View.same)
    office.save("gate", content(office), None, by("li"), View.new)
    assert city.eyes.watched == [("gate", True), ("gate", False), ("gate", True)]


def test_an_added_camera_is_watched_and_one_that_is_there_is_not_added(city: City, office: CameraOffice) -> None:
    saved = office.add(camera("corner"), by("li"))
    assert (saved.version.document, saved.version.number) == ("camera/corner", 1)
    assert any("no zones" in notice.what and notice.what_zh for notice in saved.notices)
    assert city.eyes.watched == [("corner", True)]
    assert load_camera(city.gate.with_name("corner.yaml")).id == "corner"
    for known in ("corner", "gate"):
        with pytest.raises(Conflict, match=f"a camera {known} already"):
            office.add(camera(known), by("li"))
    with pytest.raises(Faulty):
        office.add(camera("../gate"), by("li"))
    city.begin()


def test_a_retired_camera_leaves_its_file_aside_and_comes_back(city: City, office: CameraOffice) -> None:
    office.pause("gate", by("li", "roadworks"))
    assert office.retire("gate", 1, by("li")).content is None
    assert not city.gate.exists()
    assert [path.read_text(encoding="utf-8") for path in (city.gate.parent / "retired").iterdir()] == [GATE]
    assert city.eyes.left == ["gate"] and office.pauses() == {}
    with pytest.raises(NotFound):
        office.save("gate", camera("gate"), None, by("li"), View.auto)
    again = city.begin()
    assert city.in_force.installation.cameras == {}
    assert history(again) == [(2, "li", Origin.retired), (1, "", Origin.file)]
    again.restore("gate", 1, 2, by("wang"))
    assert city.gate.exists() and city.eyes.watched == [("gate", True)]
    with pytest.raises(Refused, match="was retired"):
        again.restore("gate", 2, None, by("wang"))


def test_a_pause_lasts_over_a_restart(city: City, office: CameraOffice) -> None:
    office.pause("gate", by("li", "roadworks"))
    assert city.eyes.paused == ["gate"]
    again = city.begin()
    assert (again.pauses()["gate"].paused_by, again.pauses()["gate"].reason) == ("li", "roadworks")
    again.resume("gate")
    assert city.begin().pauses() == {}
    with pytest.raises(NotFound):
        again.pause("nowhere", by("li"))


def test_what_is_written_by_hand_is_a_version_of_its_own(city: City, office: CameraOffice) -> None:
    city.gate.write_text(GATE.replace("大门", "正门"), encoding="utf-8")
    with pytest.raises(SavedBefore, match="by hand"):
        office.save("gate", content(office), 1, by("li"), View.auto)
    assert [(one[0], one[2]) for one in history(office)] == [(2, Origin.file), (1, Origin.file)]
    assert content(office)["names"]["zh"] == "正门"
    city.gate.write_text(GATE.replace("大门", "北门"), encoding="utf-8")
    again = city.begin()
    assert history(again)[0] == (3, "", Origin.file)
    city.gate.unlink()
    (city.gate.with_name("corner.yaml")).write_text(GATE.replace("id: gate", "id: corner"), encoding="utf-8")
    again = city.begin()
    assert again.version("gate").content is None
    assert again.version("corner").number == 1


def test_a_file_with_faults_is_not_overwritten_unseen(city: City, office: CameraOffice) -> None:
    city.gate.write_text("id: gate\nzones: [", encoding="utf-8")
    with pytest.raises(Refused, match="edited by hand and cannot be used"):
        office.save("gate", content(office), 1, by("li"), View.auto)
    assert office.restore("gate", 1, 1, by("li")).version.number == 2
    assert load_camera(city.gate).id == "gate"


def test_a_folder_that_cannot_be_written_changes_nothing(
    city: City, office: CameraOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Refused, match="No space left"):
        office.save("gate", with_zone(office), 1, by("li"), View.auto)
    assert city.gate.read_text(encoding="utf-8") == GATE
    assert len(history(office)) == 1 and city.eyes.watched == []


def test_what_a_crash_left_of_a_save_is_removed(city: City) -> None:
    left = city.gate.with_name(".abc.new")
    left.write_text("id: ga")
    city.begin()
    assert not left.exists()


PASSWORD = GATE.replace("rtsp://10.0.0.7/live", "rtsp://admin:s3cret@10.0.0.7/live")


def test_a_password_in_a_file_is_neither_shown_nor_lost(city: City) -> None:
    city.gate.write_text(PASSWORD, encoding="utf-8")
    office = city.begin()
    assert content(office)["source"]["url"] == "rtsp://***@10.0.0.7/live"
    office.save("gate", with_zone(office), 1, by("li"), View.auto)
    assert city.eyes.cameras["gate"].source.url == "rtsp://admin:s3cret@10.0.0.7/live"
    assert city.eyes.watched == [("gate", False)]
    assert "s3cret" in city.gate.read_text(encoding="utf-8")
    with pytest.raises(Faulty, match="holds a password"):
        office.save("gate", {**content(office), "source": {"url": "rtsp://a:b@10.0.0.9/"}}, None, by("li"), View.auto)


FORBIDDEN = (
    "rtsp://127.0.0.1/live",
    "http://localhost:8600/api/v1/cameras",
    "http://169.254.169.254/latest/meta-data",
    "http://[::ffff:169.254.169.254]/",
    "http://0.0.0.0/",
    "http://2130706433/",
    "file:///etc/passwd",
    "/etc/passwd",
    "../../secrets.yaml",
    "~/clip.mp4",
    "~nobody-of-this-name/clip.mp4",
    "link.mp4",
    "sim:///etc/passwd",
    "sim:///etc/scene.yaml",
    "sim://../../secret.yaml",
    "concat:/etc/passwd",
    "subfile,,start,0,end,9,,:/etc/passwd",
    "gopher://10.0.0.9/",
    "a\0b",
)


@pytest.mark.parametrize("url", FORBIDDEN)
def test_no_address_leads_to_this_machine_or_its_files(city: City, office: CameraOffice, url: str) -> None:
    (city.gate.parent / "link.mp4").symlink_to("/etc/passwd")
    (city.folder.parent / "secrets.yaml").write_text("gate: admin:s3cret\n")
    with pytest.raises(Faulty) as caught:
        office.add(camera("corner", source={"url": url}), by("li"))
    assert {fault.where for fault in caught.value.faults} == {"source.url"}
    assert city.eyes.watched == []


def test_recordings_and_scenes_of_the_configuration_may_be_named(city: City, office: CameraOffice) -> None:
    (city.folder / "clips").mkdir()
    (city.folder / "clips" / "a.mp4").touch()
    for number, url in enumerate(
        ("../clips/a.mp4", "sim://crossing?seed=9", "rtsp://10.1.2.3/x", "rtsp://no.such.host/")
    ):
        office.add(camera(f"corner-{number}", source={"url": url}), by("li"))
    assert city.eyes.cameras["corner-0"].source.url == str((city.folder / "clips" / "a.mp4").resolve())


def test_what_is_unknown_is_not_found(office: CameraOffice) -> None:
    for ask in (
        lambda: office.version("nowhere"),
        lambda: office.version("gate", 9),
        lambda: office.restore("gate", 9, None, by("li")),
        lambda: office.versions("nowhere", before=None, limit=1),
        lambda: office.retire("nowhere", None, by("li")),
    ):
        with pytest.raises(NotFound):
            ask()
    assert issubclass(NotFound, DispatchError)


def test_versions_come_in_pages(office: CameraOffice) -> None:
    for number in range(5):
        office.save("gate", {**content(office), "watch": {"look_interval_s": number + 2}}, None, by("li"), View.auto)
    first = office.versions("gate", before=None, limit=4)
    assert [one.number for one in first.items] == [6, 5, 4, 3] and first.next == 3
    last = office.versions("gate", before=first.next, limit=4)
    assert [one.number for one in last.items] == [2, 1] and last.next is None
    assert last.items[1].changed_at == T0
