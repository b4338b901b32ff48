"""Long work that people ask a node for: one child process at a time, of low priority, shown, bounded, cancellable.

A child has a folder of its own with `job.json`, which it reads, and what it makes. It tells its progress as JSON lines.
A fault of its own, such as a video that makes the decoder fall over, ends the child and not the node.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from dispatch.errors import NotFound
from dispatch.looks import TooMany

log = logging.getLogger(__name__)

JOB, STATUS = "job.json", "errand.json"
INPUT = "input"
"""Folder beside them with what the child works on; it is removed when the errand is over."""
ERRORS = "errors.txt"
"""What the child has said on its standard error."""
LAST_WORDS_BYTES = 2000
CHILD: tuple[str, ...] = (sys.executable, "-m", "gridpatrol.errand")
"""The child's command, before its folder."""
MOST_WAITING = 4
MOST_KEPT = 30
KEPT = timedelta(days=7)
LIMIT_S = 3600.0
"""An errand that takes longer is ended."""
TICK_S = 0.2
END_S = 5.0
_ID = re.compile(r"[0-9a-f]{32}")


class ErrandState(StrEnum):
    """Where an errand stands. lost: the node ended before it did."""

    waiting = "waiting"
    running = "running"
    done = "done"
    failed = "failed"
    cancelled = "cancelled"
    lost = "lost"


OVER = frozenset(ErrandState) - {ErrandState.waiting, ErrandState.running}


@dataclass(frozen=True, slots=True)
class Errand:
    """One piece of work.

    Attributes:
        about: what it is about, such as a camera's id.
        progress: 0 to 1.
        problem: why it failed.
        notes: what the asker wants to find again.
    """

    id: str
    kind: str
    about: str
    by: str
    at: datetime
    state: ErrandState
    progress: float = 0.0
    problem: str = ""
    ended_at: datetime | None = None
    notes: str = ""


class Errands:
    """Runs errands in the order in which they were asked for. Safe from any thread; `run` is a part of the node.

    Args:
        folder: each errand's folder is in it; what an earlier node left unfinished is told as lost.
        limit_s: an errand that takes longer is ended.
    """

    def __init__(self, folder: Path, *, limit_s: float = LIMIT_S) -> None:
        self._folder = folder
        self._limit_s = limit_s
        self._changed = threading.Condition()
        self._errands: dict[str, Errand] = {}
        self._child: tuple[str, subprocess.Popen[str]] | None = None
        for path in sorted(folder.glob(f"*/{STATUS}")):
            errand = _read(path)
            if errand is None:
                shutil.rmtree(path.parent, ignore_errors=True)
                continue
            self._errands[errand.id] = errand
            if errand.state not in OVER:
                self._put(replace(errand, state=ErrandState.lost, problem="the node ended before it was done"))

    def prepare(self) -> Path:
        """Make the folder of an errand that is to be started; its name is the errand's id."""
        folder = self._folder / uuid4().hex
        folder.mkdir(parents=True, mode=0o700)
        return folder

    def start(
        self, folder: Path, kind: str, job: Mapping[str, Any], *, about: str, by: str, at: datetime, notes: str = ""
    ) -> Errand:
        """Queue an errand.

        Args:
            folder: from `prepare`; it is removed when the errand is refused.
            kind: of `gridpatrol.errand.KINDS`.
            job: what the child is given, as JSON values.

        Raises:
            TooMany: so many wait that one more is refused.
        """
        with self._changed:
            self._prune(at)
            if sum(errand.state is ErrandState.waiting for errand in self._errands.values()) >= MOST_WAITING:
                shutil.rmtree(folder, ignore_errors=True)
                raise TooMany(f"{MOST_WAITING} pieces of work wait already", "Wait until one is done, or cancel one.")
            (folder / JOB).write_text(json.dumps({"kind": kind, **job}, ensure_ascii=False), encoding="utf-8")
            errand = Errand(folder.name, kind, about, by, at, ErrandState.waiting, notes=notes)
            self._put(errand)
            self._changed.notify_all()
            return errand

    def errand(self, errand_id: str, kind: str) -> Errand:
        """Return an errand of a kind as it stands. Raises NotFound."""
        with self._changed:
            errand = self._errands.get(errand_id)
        if errand is None or errand.kind != kind:
            raise NotFound(f"there is no {kind} {errand_id}", "It may have been kept long enough; start another.")
        return errand

    def errands(self, kind: str, about: str | None = None) -> list[Errand]:
        """Return the errands of a kind, newest first."""
        with self._changed:
            found = [e for e in self._errands.values() if e.kind == kind and about in {None, e.about}]
        return sorted(found, key=lambda errand: errand.at, reverse=True)

    def folder(self, errand: Errand) -> Path:
        """Return the folder with what an errand has made."""
        return self._folder / errand.id

    def cancel(self, errand_id: str, kind: str, at: datetime) -> Errand:
        """End an errand; one that is over stays as it is. Raises NotFound."""
        with self._changed:
            errand = self.errand(errand_id, kind)
            if errand.state in OVER:
                return errand
            cancelled = replace(errand, state=ErrandState.cancelled, ended_at=at)
            self._put(cancelled)
            if self._child is not None and self._child[0] == errand_id:
                self._child[1].terminate()
            return cancelled

    def run(self, stop: threading.Event) -> None:
        """Run what was asked for, one after the other, until `stop`; the child that then runs is ended."""
        while not stop.is_set():
            with self._changed:
                waiting = [e for e in self._errands.values() if e.state is ErrandState.waiting]
                if not waiting:
                    self._changed.wait(TICK_S)
                    continue
                errand = min(waiting, key=lambda e: e.at)
                self._put(replace(errand, state=ErrandState.running))
                child = self._launch(errand)
                self._child = (errand.id, child)
            self._follow(errand.id, child, stop)

    def _launch(self, errand: Errand) -> subprocess.Popen[str]:
        # Its standard input is a pipe that nobody writes to: it ends with us, and the child then ends itself.
        folder = self._folder / errand.id
        with (folder / ERRORS).open("wb") as errors:
            return subprocess.Popen(
                [*CHILD, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            )

    def _follow(self, errand_id: str, child: subprocess.Popen[str], stop: threading.Event) -> None:
        said: dict[str, Any] = {}
        assert child.stdout is not None
        reader = threading.Thread(target=self._listen, args=(errand_id, child.stdout, said), daemon=True)
        reader.start()
        until_s = time.monotonic() + self._limit_s
        while child.poll() is None and not stop.wait(TICK_S):
            if time.monotonic() > until_s:
                said["problem"] = f"it took longer than {self._limit_s:.0f} s"
                child.terminate()
                break
        code = _ended(child)
        reader.join(END_S)
        with self._changed:
            self._child = None
            errand = self._errands.get(errand_id)
            if errand is None or errand.state in OVER or stop.is_set():
                return  # cancelled; or the node ends, and its next start tells that it is lost
            ended_at = errand.at + timedelta(seconds=max(0.0, self._limit_s - (until_s - time.monotonic())))
            if code == 0:
                self._put(replace(errand, state=ErrandState.done, progress=1.0, ended_at=ended_at))
            else:
                last_words = _last_words(self._folder / errand_id / ERRORS)
                problem = str(said.get("problem") or f"it ended with status {code}: {last_words}")
                log.warning("%s %s of %s failed: %s", errand.kind, errand_id, errand.about, problem)
                self._put(replace(errand, state=ErrandState.failed, problem=problem, ended_at=ended_at))

    def _listen(self, errand_id: str, lines: IO[str], said: dict[str, Any]) -> None:
        for line in lines:
            try:
                told = json.loads(line)
            except ValueError:
                continue  # a library's own words
            if not isinstance(told, dict):
                continue
            said.update(told)
            with self._changed:
                errand = self._errands.get(errand_id)
                if errand is not None and errand.state is ErrandState.running and "progress" in told:
                    self._errands[errand_id] = replace(errand, progress=min(1.0, float(told["progress"])))

    def _put(self, errand: Errand) -> None:
        self._errands[errand.id] = errand
        path = self._folder / errand.id / STATUS
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps(asdict(errand), default=str, ensure_ascii=False), encoding="utf-8")
        temporary.replace(path)
        if errand.state in OVER:
            shutil.rmtree(path.parent / INPUT, ignore_errors=True)

    def _prune(self, now: datetime) -> None:
        over = sorted((e for e in self._errands.values() if e.state in OVER), key=lambda errand: errand.at)
        late = len(over) - MOST_KEPT
        for number, errand in enumerate(over):
            if number < late or now - errand.at > KEPT:
                del self._errands[errand.id]
                shutil.rmtree(self._folder / errand.id, ignore_errors=True)


def _last_words(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LAST_WORDS_BYTES))
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it did not say why"


def _ended(child: subprocess.Popen[str]) -> int:
    """Return a child's status; one that does not end is ended."""
    if child.poll() is None:
        child.terminate()
    try:
        code = child.wait(END_S)
    except subprocess.TimeoutExpired:
        child.kill()
        code = child.wait()
    if child.stdin is not None:
        child.stdin.close()
    return code


def _read(path: Path) -> Errand | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        times = {
            name: datetime.fromisoformat(values[name]) if values.get(name) else None for name in ("at", "ended_at")
        }
        errand = Errand(**{**values, **times, "state": ErrandState(values["state"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s: not an errand, it is removed: %s", path, error)
        return None
    return errand if _ID.fullmatch(errand.id) and errand.id == path.parent.name else None
