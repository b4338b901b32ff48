"""Looks from which a model can learn, kept for a while: reported, found again at a re-check, or seen unsurely.

Evidence has boxes and captions drawn on it and is for people; these are the bare pictures, heads and plates unreadable,
with what the model saw on them. `gridpatrol dataset review` joins them with what became of the cases.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import cv2
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from detector.frame import Image
from detector.geometry import BoxXyxy

log = logging.getLogger(__name__)

FOLDER = "looks"
"""Name of the store's folder in a node's data directory."""
MAX_LOOKS = 2000
"""So many are kept, the latest; about 300 MB of 720-line pictures."""
JPEG_QUALITY = 95


class Occasion(StrEnum):
    """Why a look was kept."""

    reported = "reported"
    still_there = "still_there"
    unsure = "unsure"


class SeenBox(BaseModel):
    """One object that the model saw."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    class_name: str
    box_xyxy_px: BoxXyxy
    confidence: float = Field(ge=0, le=1)


class KeptLook(BaseModel):
    """What is kept beside a picture.

    Attributes:
        event_id: of the incident in question; empty on an unsure look.
        matter, class_name, box_xyxy_px: as reported; the class is None where the model has no name for it.
        seen: all that the model saw, pixels of the picture.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    camera_id: str
    at: AwareDatetime
    occasion: Occasion
    model: str
    event_id: str = ""
    matter: str = ""
    class_name: str | None = None
    box_xyxy_px: BoxXyxy | None = None
    seen: tuple[SeenBox, ...] = ()


@dataclass(frozen=True)
class LookStore:
    """A folder with two files a look, a picture and what was seen on it; bounded in number and age.

    Attributes:
        folder: created when the first look is kept.
        keep: older looks are removed.
        most: looks beyond this number are removed, oldest first.
    """

    folder: Path
    keep: timedelta = timedelta(days=30)
    most: int = MAX_LOOKS

    def save(self, look: KeptLook, picture: Image) -> None:
        """Keep a look and remove what has become too old or too many.

        Raises:
            OSError: it cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        told = uuid.uuid5(uuid.NAMESPACE_URL, f"{look.camera_id}|{look.occasion}|{look.event_id}|{look.at.isoformat()}")
        stem = self.folder / f"{_stamp(look.at)}-{told}"
        if not cv2.imwrite(f"{stem}.jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]):
            raise OSError(f"{stem}.jpg cannot be written")
        # The text comes second: a look without its picture is never listed.
        Path(f"{stem}.json").write_text(look.model_dump_json() + "\n", encoding="utf-8")
        self._prune(look.at)

    def looks(self) -> Iterator[tuple[KeptLook, Path]]:
        """Yield every look that is kept with its picture's file, oldest first; damaged ones are named in the log."""
        for path in sorted(self.folder.glob("*.json")):
            try:
                look = KeptLook.model_validate_json(path.read_text(encoding="utf-8"))
            except (OSError, ValidationError) as error:
                log.warning("%s: not a kept look: %s", path, str(error).splitlines()[0])
                continue
            if path.with_suffix(".jpg").exists():
                yield look, path.with_suffix(".jpg")

    def _prune(self, now: datetime) -> None:
        kept = sorted(self.folder.glob("*.json"))
        oldest = _stamp(now - self.keep)
        for number, path in enumerate(kept):
            if len(kept) - number <= self.most and path.name >= oldest:
                return
            path.unlink(missing_ok=True)
            path.with_suffix(".jpg").unlink(missing_ok=True)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
