"""A whole node on one simulated camera, for `test_node.py`: `python -m tests.journeys.street CONFIG DATA`.

The detector is scripted to know nothing: what is found is found as something that appeared and stays.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from rich.console import Console

from detector.inference.scripted import ScriptedDetector
from gridpatrol.demo import world_of
from gridpatrol.node import Plan, run_node
from gridpatrol.settings import load_settings


def main() -> None:
    config, data = Path(sys.argv[1]), Path(sys.argv[2])

    def began_at(folder: Path, now: datetime) -> datetime:
        return world_of(folder, now)

    plan = Plan(
        config,
        data,
        load_settings(config, language="en"),
        began_at=began_at,
        detector=lambda: ScriptedDetector(("person",), lambda image: ()),
    )
    run_node(plan, Console(highlight=False))


if __name__ == "__main__":
    main()
