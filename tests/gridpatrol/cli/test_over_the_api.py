"""`gridpatrol event|case|camera` against a real server on a loopback port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dispatch.accounts.service import GUEST
from dispatch.api import create_app
from dispatch.contract import CameraHealth, CameraState, LookAnswer, LookRequest, SeenObject, Sight
from dispatch.service import Desk
from dispatch.store import SqlStore
from gridpatrol.callers import LOCAL
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.conftest import JPEG, TwoCameras
from tests.dispatch.api.serve import serving
from tests.dispatch.builders import PICTURE, T0, answer, at, outgoing, report, requests, sent
from tests.gridpatrol.cli.conftest import Run, as_json
from tests.gridpatrol.configuring.conftest import found_city


@pytest.fixture
def url(desk: Desk, store: SqlStore, tmp_path: Path) -> Iterator[str]:
    accounts = accounts_of(store, GUEST, **{"open-sesame": LOCAL})
    app = create_app(desk, evidence_root=tmp_path, accounts=accounts, camera_control=TwoCameras())
    with serving(app) as address:
        yield address


def test_the_story_of_a_case_on_the_command_line(run: Run, url: str, desk: Desk, store: SqlStore) -> None:
    desk.receive(sent(report()), T0)
    (event,) = as_json(run("event", "list", "--json", "--url", url))
    assert event["event_id"] == "e1"
    case_id = event["case_id"]
    assert as_json(run("event", "show", "e1", "--json", "--url", url)) == event
    (case,) = as_json(run("case", "list", "--open", "--state", "dispatched", "--json", "--url", url))
    assert case["case_id"] == case_id
    code, out, _ = run(
        "case", "handle", case_id, "--note", "swept", "--by", "crew 7", "--token", "open-sesame", "--url", url
    )
    assert (code, out) == (0, f"{case_id}: being verified; its cameras look again\n")
    desk.receive(sent(answer(requests(store)[0])), at(160))
    code, out, _ = run("case", "show", case_id, "--url", url)
    for words in ("closed (verified by the camera)", "confirm_gone", "crew 7", "swept", "gone", "wide.jpg"):
        assert words in out
    assert as_json(run("case", "list", "--open", "--json", "--url", url)) == []


def test_a_camera_is_paused_and_resumed(run: Run, desk: Desk, store: SqlStore, tmp_path: Path) -> None:
    city = found_city(tmp_path / "config", store)
    accounts = accounts_of(store, GUEST, **{"open-sesame": LOCAL})
    app = create_app(desk, evidence_root=tmp_path, accounts=accounts, configuration=city.configuration())
    with serving(app) as url:
        more = ("--token", "open-sesame", "--url", url)
        assert run("camera", "pause", "gate", "--reason", "roadworks", *more) == (0, "gate: paused\n", "")
        assert city.eyes.paused == ["gate"]
        assert run("camera", "resume", "gate", *more) == (0, "gate: watched again\n", "")
        assert city.eyes.paused == []
        code, _, err = run("camera", "pause", "nowhere", "--reason", "x", *more)
        assert code == 2 and "there is no camera nowhere" in err
        code, _, err = run("camera", "pause", "gate", "--reason", "x", "--url", url)
        assert code == 2


def test_tables_speak_the_language_of_the_terminal(run: Run, url: str, desk: Desk) -> None:
    desk.receive(sent(report()), T0)
    desk.receive(sent(CameraHealth(camera_id="gate", state=CameraState.watching, since=T0, at=T0)), T0)
    for group in ("event", "case", "camera"):
        code, out, _ = run(group, "list", "--url", url, LC_ALL="zh_CN.UTF-8")
        assert code == 0
        assert "探头" in out
    assert "正常巡查" in out
    assert "大门" in out


def test_lists_go_over_several_pages(run: Run, url: str, desk: Desk) -> None:
    desk.receive_many([sent(report(f"e{i}", camera_id=f"c{i}", matter=f"m{i}")) for i in range(520)], T0)
    assert len(as_json(run("event", "list", "--limit", "510", "--json", "--url", url))) == 510
    assert len(as_json(run("case", "list", "--limit", "1000", "--json", "--url", url))) == 520


def test_a_picture_is_saved(run: Run, url: str, tmp_path: Path) -> None:
    path = tmp_path / "gate.jpg"
    code, out, _ = run("camera", "snapshot", "gate", "--out", str(path), "--url", url)
    assert (code, out.strip(), path.read_bytes()) == (0, str(path), JPEG)


def test_a_look_is_waited_for_and_saved(run: Run, url: str, desk: Desk, store: SqlStore, tmp_path: Path) -> None:
    stored = tmp_path / PICTURE.key
    stored.parent.mkdir(parents=True)
    stored.write_bytes(JPEG)
    seen = SeenObject(class_name="garbage_bag", confidence=0.81, box_xyxy_px=(1, 2, 3, 4))
    sight = Sight(taken_at=T0, resolution_wh=(1280, 720), usable=True, detections=(seen,))
    done = threading.Event()

    def camera() -> None:
        """Answer the first request with a picture, the second with why there is none."""
        answers: tuple[dict[str, Any], ...] = (
            {"sight": sight, "evidence": (PICTURE,)},
            {"reason": "no route to 10.0.0.1"},
        )
        for values in answers:
            asked: list[LookRequest] = []
            while not done.is_set() and not asked:
                done.wait(0.05)
                known = {one.look_id for one in answered}
                asked = [one for one in outgoing(store, LookRequest) if one.look_id not in known]
            for one in asked:
                answered.append(one)
                said = LookAnswer(**one.model_dump(exclude={"until"}), answered_at=T0, **values)
                desk.receive(sent(said), one.asked_at)

    answered: list[LookRequest] = []
    thread = threading.Thread(target=camera)
    thread.start()
    path = tmp_path / "look.jpg"
    more = ("--out", str(path), "--token", "open-sesame", "--url", url)
    code, out, _ = run("camera", "look", "gate", *more)
    refused, _, err = run("camera", "look", "gate", *more)
    done.set()
    thread.join(10)
    assert (code, path.read_bytes()) == (0, JPEG)
    assert "garbage_bag 0.81" in out and str(path) in out
    assert refused == 2 and "no route to 10.0.0.1" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("case", "show", "nowhere"), "there is no case nowhere"),
        (("event", "show", "nowhere"), "there is no event nowhere"),
        (("camera", "snapshot", "nowhere"), "there is no camera nowhere"),
        (("camera", "snapshot", "corner"), "has delivered no picture yet"),
        (("camera", "snapshot", "gate", "--out", "no/such/folder/x.jpg"), "cannot be written"),
        (("case", "handle", "nowhere"), "you have not signed in"),
        (("case", "handle", "nowhere", "--token", "open-sesame"), "there is no case nowhere"),
    ],
)
def test_a_refusal_is_one_message_and_exit_code_2(run: Run, url: str, words: tuple[str, ...], said: str) -> None:
    code, out, err = run(*words, "--url", url)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "ftp://127.0.0.1", "not an address"])
@pytest.mark.parametrize("group", ["event", "case", "camera"])
def test_no_node_is_one_message_with_what_to_do(run: Run, group: str, address: str) -> None:
    code, out, err = run(group, "list", "--url", address)
    assert (code, out) == (2, "")
    assert "--url" in err
    assert len(err.splitlines()) == 2
