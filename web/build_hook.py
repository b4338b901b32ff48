"""Builds the console into the wheel, where Node.js is; says so where it is not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_NEEDED = (20, 19)
INSIDE = "gridpatrol/console"
"""Where the server looks for the console in an installed wheel (`gridpatrol.shipped`)."""


class ConsoleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs `npm run build` in web/ and puts what comes out into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the console's files to the wheel. An editable installation uses those of the checkout."""
        if version == "editable" or self.target_name != "wheel":
            return
        web = Path(self.root) / "web"
        missing = _missing()
        if missing is None:
            missing = _build(web)
        if missing is not None and not (web / "dist" / "index.html").is_file():
            print(f"the wheel has no console: {missing}; the API works without it", file=sys.stderr)
            return
        if missing is not None:
            print(f"the wheel has the console that was built before: {missing}", file=sys.stderr)
        build_data["force_include"][str(web / "dist")] = INSIDE


def _missing() -> str | None:
    """Return what this machine lacks to build the console."""
    node = shutil.which("node")
    if shutil.which("npm") is None or node is None:
        return "there is no Node.js with npm"
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", told)
    if found is None or (int(found[1]), int(found[2])) < NODE_NEEDED:
        return f"Node.js {told.strip()} is older than {'.'.join(map(str, NODE_NEEDED))}"
    return None


def _build(web: Path) -> str | None:
    """Fetch the packages where they are missing, and build. Returns why it did not work."""
    steps = [] if (web / "node_modules").is_dir() else [["npm", "install", "--no-save", "--silent"]]
    for step in [*steps, ["npm", "run", "--silent", "build"]]:
        ran = subprocess.run(step, cwd=web, capture_output=True, text=True, check=False, timeout=900)
        if ran.returncode:
            return f"{' '.join(step)} failed: {(ran.stderr or ran.stdout).strip()[-500:]}"
    return None
