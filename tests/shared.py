"""Where the clips, pictures and base weights beside the repository are, if they are there."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"

needs_shared = pytest.mark.skipif(
    not (SHARED / "data" / "clips").is_dir(), reason="needs ../shared/data beside the repository"
)
