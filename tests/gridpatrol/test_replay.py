"""A short recording through pipeline and desk, and what is left in the folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import pytest
from typer.testing import CliRunner

from detector.config import Override, Source
from detector.frame import Image
from detector.inference.scripted import ScriptedDetector, ScriptedObject
from dispatch.grid import GridIndex
from gridpatrol.cli import build, main
from gridpatrol.config import load_camera, load_grid, load_matters, watched_on
from gridpatrol.replay import Job, replay
from gridpatrol.shipped import SHIPPED_CONFIG
from tests.detector.street import CLASS_NAMES, CLOSURE, Moment, Script1s, bag, overlap, picture, scene, there

FPS = 5
BAG = bag(150, 120)
CAMERA = """
id: corner
names: {en: Corner, zh: 街角}
source: {url: street.mp4}
watch: {look_interval_s: 1.0}
position: {lon: 114.129, lat: 22.5499, crs: "EPSG:4326"}
zones:
  - {id: p, purpose: pavement, resolution_wh: [320, 180], polygon_px: [[0, 60], [320, 60], [320, 180], [0, 180]]}
matters: [litter_exposed]
overrides: {litter_exposed: {dwell_s: 8, closure: {looks: 3, interval_s: 2, patience_s: 8}}}
"""


def record(path: Path, script: Script1s, seconds: int) -> Path:
    """Film a script."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "12", "g": str(FPS)})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for n in range(seconds * FPS):
            frame = av.VideoFrame.from_ndarray(picture(script(n / FPS), n), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def covered_from(t_s: float, script: Script1s) -> Script1s:
    return lambda t: Moment(covered=True) if t >= t_s else script(t)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of 44 s: a bag from 6 to 26 s; then the lens is covered."""
    folder = tmp_path_factory.mktemp("recording")
    (folder / "corner.yaml").write_text(CAMERA, encoding="utf-8")
    record(folder / "street.mp4", covered_from(38, scene(there(BAG, 6, 26))), 44)
    return folder


def nothing(image: Image) -> Sequence[ScriptedObject]:
    return ()


def run(
    folder: Path,
    out: Path,
    handled_at_s: Sequence[float] = (),
    *,
    film: bool = False,
    on_look: Callable[[float], None] = lambda media_s: None,
) -> dict[str, Any]:
    matters = load_matters(SHIPPED_CONFIG / "matters")
    camera = load_camera(folder / "corner.yaml", matters)
    return replay(
        Job(
            camera=camera,
            matters=watched_on(camera, matters),
            rules={code: matter.rules for code, matter in matters.items()},
            grid=GridIndex(load_grid(SHIPPED_CONFIG / "grid")),
            detector=ScriptedDetector(CLASS_NAMES, nothing),
            out=out,
            handled_at_s=handled_at_s,
            film=film,
        ),
        on_look,
    )


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@dataclass(frozen=True)
class Results:
    """A folder that a replay has left."""

    out: Path

    @property
    def events(self) -> list[dict[str, Any]]:
        return lines(self.out / "events.jsonl")

    @property
    def cases(self) -> list[dict[str, Any]]:
        return lines(self.out / "cases.jsonl")

    @property
    def summary(self) -> dict[str, Any]:
        summary: dict[str, Any] = json.loads((self.out / "summary.json").read_text(encoding="utf-8"))
        return summary


@pytest.fixture(scope="module")
def handled(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Handled once while the bag lies there, and once when it is gone."""
    out = tmp_path_factory.mktemp("handled")
    run(folder, out, (18, 28), film=True)
    return Results(out)


def missing(wanted: Iterable[str], got: dict[str, Any]) -> set[str]:
    return set(wanted) - set(got)


def test_events_have_the_promised_fields(handled: Results) -> None:
    (event,) = handled.events
    assert event["specversion"] == "1.0"
    assert not missing(("id", "source", "type", "time", "data"), event)
    data = event["data"]
    promised = (
        "matter",
        "camera_id",
        "zone",
        "first_seen_s",
        "confirmed_s",
        "box_xyxy_px",
        "confidence",
        "location",
        "grid",
    )
    assert not missing(promised, data)
    assert (data["matter"], data["camera_id"], data["zone"]) == ("litter_exposed", "corner", "p")
    assert data["first_seen_s"] == pytest.approx(6, abs=1.5)
    assert data["confirmed_s"] == pytest.approx(15, abs=1.5)
    assert overlap(tuple(data["box_xyxy_px"]), BAG.box_xyxy_px) > 0.6
    assert set(data["location"]) == {"lon", "lat", "error_m"}
    assert isinstance(data["grid"], dict)


def test_handling_starts_a_look_that_sends_back_and_one_that_closes(handled: Results) -> None:
    (case,) = handled.cases
    promised = (
        "case_id",
        "event_ids",
        "matter",
        "camera_id",
        "box_xyxy_px",
        "state",
        "resolution",
        "closed_at_s",
        "history",
        "verifications",
    )
    assert not missing(promised, case)
    assert case["event_ids"] == [handled.events[0]["data"]["event_id"]]
    checks = case["verifications"]
    assert [c["verdict"] for c in checks] == ["present", "absent"]
    assert [c["asked_at_s"] for c in checks] == pytest.approx([18, 28], abs=1.5)
    assert all(c["decided_at_s"] > c["asked_at_s"] and c["reason"] for c in checks)
    assert (case["state"], case["resolution"]) == ("closed", "verified_by_camera")
    assert case["closed_at_s"] == pytest.approx(checks[1]["decided_at_s"], abs=1)
    states = [record["state"] for record in case["history"]]
    assert "rework" in states
    times = [record["at_s"] for record in case["history"]]
    assert times == sorted(times)


def test_the_summary_tells_cost_and_faults(handled: Results) -> None:
    summary = handled.summary
    assert not missing(("looks", "media_s", "wall_s", "cpu_s", "stage_s", "health"), summary)
    assert 42 <= summary["looks"] <= 45
    assert summary["media_s"] == pytest.approx(43, abs=1)
    assert sum(summary["stage_s"].values()) <= summary["wall_s"]
    (fault,) = [f for f in summary["health"] if f["type"] == "covered"]
    assert fault["start_s"] == pytest.approx(38, abs=1.5)
    assert "end_s" in fault


def test_pictures_and_film(handled: Results) -> None:
    keys = [e["key"] for e in handled.events[0]["data"]["evidence"]]
    assert keys
    assert all((handled.out / "evidence" / key).is_file() for key in keys)
    with av.open(str(handled.out / "annotated.mp4")) as film:
        assert sum(1 for _ in film.decode(video=0)) == handled.summary["looks"]


def test_two_runs_agree(folder: Path, handled: Results, tmp_path: Path) -> None:
    run(folder, tmp_path, (18, 28))
    again = Results(tmp_path)
    assert again.events == handled.events
    assert [{k: v for k, v in c.items() if k != "case_id"} for c in again.cases] == [
        {k: v for k, v in c.items() if k != "case_id"} for c in handled.cases
    ]
    assert not (tmp_path / "annotated.mp4").exists()


def test_events_can_be_read_while_a_replay_goes_on(folder: Path, handled: Results, tmp_path: Path) -> None:
    seen: list[tuple[float, list[dict[str, Any]]]] = []

    def look(media_s: float) -> None:
        path = tmp_path / "events.jsonl"
        seen.append((media_s, lines(path) if path.exists() else []))

    run(folder, tmp_path, on_look=look)
    (final,) = Results(tmp_path).events
    for media_s, told in seen:
        assert told == ([final] if media_s >= final["data"]["confirmed_s"] else [])


def test_unhandled_it_clears_by_itself(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path)
    (case,) = Results(tmp_path).cases
    assert case["verifications"] == []
    assert (case["state"], case["resolution"]) == ("closed", "self_cleared")
    assert 26 <= case["closed_at_s"] <= 36


def test_the_camera_files_own_values_count(folder: Path) -> None:
    camera = load_camera(folder / "corner.yaml", load_matters(SHIPPED_CONFIG / "matters"))
    assert camera.overrides["litter_exposed"] == Override(dwell_s=8, closure=CLOSURE)
    assert Source(url=str(folder / "street.mp4")).fps is None


WRONG = {
    "no recording": (["nowhere.mp4"], CAMERA, "nowhere.mp4"),
    "not a recording": (["corner.yaml"], CAMERA, "corner.yaml"),
    "no camera file": (["street.mp4"], None, "camera.yaml"),
    "a camera file with an error": (
        ["street.mp4"],
        CAMERA.replace("purpose: pavement", "purpose: swamp"),
        "camera.yaml:",
    ),
    "an unknown model": (["street.mp4", "--model", "none@9"], CAMERA, "none@9"),
    "no manifest": (["street.mp4", "--manifest", "nowhere.toml"], CAMERA, "nowhere.toml"),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_one_message(
    name: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, camera, said = WRONG[name]
    camera_file = folder / "camera.yaml"
    camera_file.unlink(missing_ok=True)
    if camera is not None:
        camera_file.write_text(camera, encoding="utf-8")
    monkeypatch.chdir(folder)
    command = ["gridpatrol", "replay", *arguments, "--camera", "camera.yaml", "--out", str(tmp_path / "out")]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) <= 3
    assert not (tmp_path / "out" / "summary.json").exists()


def test_help_names_its_options() -> None:
    told = CliRunner().invoke(build(["replay"]), ["replay", "--help"]).output
    assert all(option in told for option in ("--camera", "--out", "--handled-at", "--video"))
