"""The child process of an errand: `python -m gridpatrol.errand FOLDER`. See `gridpatrol.errands`."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from detector.errors import DetectorError
from dispatch.errors import DispatchError
from gridpatrol.errands import JOB
from gridpatrol.errors import UserError
from models.errors import ModelsError
from models.registry import RegistryError

NICE = 10
Tell = Callable[[float], None]
"""Told the share that is done, 0 to 1."""


def trial(folder: Path, job: Mapping[str, Any], tell: Tell) -> None:
    """Try a camera's rules on a recording."""
    from gridpatrol.trialrun import try_rules

    try_rules(folder, job, tell)


def gate(_folder: Path, job: Mapping[str, Any], tell: Tell) -> None:
    """Measure a challenger for the gate and record what it decides."""
    from gridpatrol.gate import record_decision

    record_decision(job, tell)


def clips(folder: Path, job: Mapping[str, Any], tell: Tell) -> None:
    """Compare two models on recordings."""
    from gridpatrol.comparerun import compare

    compare(folder, job, tell)


KINDS: Mapping[str, Callable[[Path, Mapping[str, Any], Tell], None]] = {"trial": trial, "gate": gate, "clips": clips}


def main(folder: Path) -> int:
    """Do what the folder's job says. Returns 0, or 1 after telling why not."""
    os.nice(NICE)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    job = json.loads((folder / JOB).read_text(encoding="utf-8"))
    try:
        KINDS[job["kind"]](folder, job, lambda share: _say(progress=round(share, 4)))
    except (UserError, DetectorError, DispatchError, ModelsError, RegistryError) as error:
        _say(problem=str(error))
        return 1
    return 0


def _say(**told: object) -> None:
    print(json.dumps(told, ensure_ascii=False), flush=True)


def _end_with_parent() -> None:
    # Not through sys.stdin: its lock, held by a thread that waits, would end the interpreter the hard way.
    while os.read(0, 1024):
        pass
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
