"""Long work in a child process: in turn, with progress, cancelled, failed, cut off by the end of the node."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatch.errors import NotFound
from dispatch.looks import TooMany
from gridpatrol.errands import INPUT, JOB, KEPT, MOST_WAITING, Errand, Errands, ErrandState

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
CHILD = """
import json, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
job = json.loads((folder / "job.json").read_text())
print("a library says hello")
print(json.dumps({"progress": 0.5}), flush=True)
time.sleep(job.get("sleep_s", 0))
(folder / "made.txt").write_text(job["kind"])
if "problem" in job:
    print(json.dumps({"problem": job["problem"]}), flush=True)
sys.exit(job.get("status", 0))
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small program take the place of the real children, which take seconds to begin."""
    script = tmp_path / "child.py"
    script.write_text(CHILD)
    monkeypatch.setattr("gridpatrol.errands.CHILD", (sys.executable, str(script)))


def asked(errands: Errands, *, after_s: float = 0, **job: Any) -> Errand:
    folder = errands.prepare()
    (folder / INPUT).mkdir()
    (folder / INPUT / "faces.jpg").write_text("private")
    return errands.start(folder, "trial", job, about="gate", by="Wang", at=NOW + timedelta(seconds=after_s))


@contextmanager
def running(errands: Errands) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=errands.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(15)
        assert not thread.is_alive()


def wait_for(condition: Callable[[], bool], timeout_s: float = 20) -> None:
    until_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < until_s, "waited in vain"
        time.sleep(0.02)


def state(errands: Errands, errand: Errand) -> ErrandState:
    return errands.errand(errand.id, "trial").state


@pytest.mark.usefixtures("child")
def test_errands_run_one_after_the_other_and_leave_what_they_made(tmp_path: Path) -> None:
    errands = Errands(tmp_path / "errands")
    first, second = asked(errands), asked(errands, after_s=1)
    assert state(errands, first) is ErrandState.waiting
    with running(errands):
        wait_for(lambda: state(errands, second) is ErrandState.done)
    done = errands.errand(first.id, "trial")
    assert (done.state, done.progress, done.problem, done.by) == (ErrandState.done, 1.0, "", "Wang")
    assert (errands.folder(first) / "made.txt").read_text() == "trial"
    assert not (errands.folder(first) / INPUT).exists(), "what it worked on is gone"
    assert [one.id for one in errands.errands("trial", "gate")] == [second.id, first.id]
    assert errands.errands("trial", "corner") == errands.errands("gate") == []
    assert Errands(tmp_path / "errands").errand(first.id, "trial") == done, "kept over a restart"
    with pytest.raises(NotFound):
        errands.errand(first.id, "gate")


@pytest.mark.usefixtures("child")
@pytest.mark.parametrize(
    ("job", "problem"),
    [
        ({"status": 1, "problem": "no such video"}, "no such video"),
        ({"status": 7}, "status 7"),
        ({"sleep_s": 60}, "longer than 1 s"),
    ],
)
def test_a_child_that_fails_hangs_or_falls_over_is_told(tmp_path: Path, job: dict[str, Any], problem: str) -> None:
    errands = Errands(tmp_path, limit_s=1.0)
    errand = asked(errands, **job)
    with running(errands):
        wait_for(lambda: state(errands, errand) is ErrandState.failed)
    assert problem in errands.errand(errand.id, "trial").problem
    assert not (errands.folder(errand) / INPUT).exists()


@pytest.mark.usefixtures("child")
def test_progress_is_told_and_both_running_and_waiting_errands_are_cancelled(tmp_path: Path) -> None:
    errands = Errands(tmp_path)
    first, second = asked(errands, sleep_s=60), asked(errands, after_s=1)
    with running(errands):
        wait_for(lambda: errands.errand(first.id, "trial").progress == 0.5)
        assert state(errands, first) is ErrandState.running
        assert errands.cancel(second.id, "trial", NOW).state is ErrandState.cancelled
        assert errands.cancel(first.id, "trial", NOW).state is ErrandState.cancelled
        third = asked(errands, after_s=2)
        wait_for(lambda: state(errands, third) is ErrandState.done)
        assert errands.cancel(third.id, "trial", NOW).state is ErrandState.done
    assert state(errands, first) is ErrandState.cancelled
    assert not (errands.folder(second) / "made.txt").exists()


@pytest.mark.usefixtures("child")
def test_what_the_end_of_a_node_cut_off_is_lost_and_its_child_is_gone(tmp_path: Path) -> None:
    errands = Errands(tmp_path)
    first, second = asked(errands, sleep_s=60), asked(errands, after_s=1)
    with running(errands):
        wait_for(lambda: errands.errand(first.id, "trial").progress == 0.5)
    assert not (errands.folder(first) / "made.txt").exists()
    after = Errands(tmp_path)
    assert {state(after, first), state(after, second)} == {ErrandState.lost}
    assert "the node ended" in after.errand(first.id, "trial").problem
    assert not (after.folder(second) / INPUT).exists()


def test_what_an_errand_works_on_is_for_the_nodes_user_alone(tmp_path: Path) -> None:
    errands = Errands(tmp_path)
    assert errands.folder(asked(errands)).stat().st_mode & 0o077 == 0


def test_the_queue_is_bounded_and_old_errands_go(tmp_path: Path) -> None:
    errands = Errands(tmp_path)
    waiting = [asked(errands, after_s=n) for n in range(MOST_WAITING)]
    with pytest.raises(TooMany):
        asked(errands, after_s=9)
    assert len(list(tmp_path.iterdir())) == MOST_WAITING, "a refused one leaves nothing"
    for errand in waiting:
        errands.cancel(errand.id, "trial", NOW)
    asked(errands, after_s=KEPT.total_seconds() + 60)
    assert len(errands.errands("trial")) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_a_damaged_folder_is_removed_and_stops_nothing(tmp_path: Path) -> None:
    errands = Errands(tmp_path)
    errand = asked(errands)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "errand.json").write_text("{")
    again = Errands(tmp_path)
    assert state(again, errand) is ErrandState.lost
    assert not (tmp_path / "broken").exists()
    assert json.loads((again.folder(errand) / JOB).read_text()) == {"kind": "trial"}
