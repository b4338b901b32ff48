"""The demonstration city: where its files are, since when its world runs, and the people who handle its cases."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from detector.config import Names, Settings
from dispatch.case import Case, Role
from dispatch.contract import CaseState
from dispatch.errors import NotFound, Refused
from dispatch.service import Desk
from dispatch.views import CaseFilter
from gridpatrol.config.document import read_yaml, validate
from gridpatrol.errors import UserError
from gridpatrol.lock import DataDirectory
from gridpatrol.shipped import SHIPPED_CONFIG
from gridpatrol.wording import Language, pick

log = logging.getLogger(__name__)

DEMO_CONFIG = SHIPPED_CONFIG / "demo"
DEMO_GRID = SHIPPED_CONFIG / "grid"
DEMO_DATA = Path("var/demo")
STORY_NAME = "story.yaml"
WORLD_NAME = "world.json"
COPIED_NAME = "copied.json"
STEP_S = 0.5
WAITING = (CaseState.review, CaseState.dispatched, CaseState.accepted)
"""States in which a case of the story waits for its handler."""


class Handling(Settings):
    """A handler of the story: says of a camera's case of a matter that it was handled, true or not."""

    camera: str = Field(description="camera that reported the case")
    matter: str
    after_s: float = Field(ge=0, description="seconds after the case last changed")
    actor: str = Field(default="crew-7", description="who says it")
    note: Names = Field(default=Names(en="handled", zh="已处置"), description="what the handler writes")


class Story(Settings):
    """The file `story.yaml`: what people do in the demonstration. Each line is used once a case."""

    handle: tuple[Handling, ...] = ()


class World(BaseModel):
    """Since when the simulated world runs. It goes on while the node is stopped, as a street does."""

    model_config = ConfigDict(frozen=True)

    began_at: AwareDatetime


def load_story(config_dir: Path) -> Story:
    """Read the story; an empty one when there is no such file.

    Raises:
        UserError: a fault of the file, with its line.
    """
    path = config_dir / STORY_NAME
    return validate(read_yaml(path), Story) if path.exists() else Story()


def own_config(data_dir: Path) -> Path:
    """Return the folder of a demonstration's own configuration; the shipped one is for reading alone.

    It begins as a copy of the shipped cameras. Those that nobody has changed follow the shipped ones, those that were
    taken away stay away.

    Raises:
        UserError: the folder cannot be written.
    """
    folder = data_dir / "config"
    record = folder / COPIED_NAME
    try:
        (folder / "cameras").mkdir(parents=True, exist_ok=True)
        copied: dict[str, str] = json.loads(record.read_text()) if record.exists() else {}
        for path in sorted((DEMO_CONFIG / "cameras").glob("*.yaml")):
            own, known, shipped = folder / "cameras" / path.name, copied.get(path.name), _hash(path)
            if known is None or (known != shipped and own.exists() and _hash(own) == known):
                shutil.copyfile(path, own)
                copied[path.name] = shipped
        record.write_text(json.dumps(copied, indent=1) + "\n")
    except (OSError, ValueError) as error:
        raise UserError(
            f"the demonstration's own configuration cannot be used: {error}",
            place=str(folder),
            remedy=f"delete {data_dir} to begin the demonstration anew",
        ) from error
    return folder


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def world_of(data_dir: Path, now: datetime) -> datetime:
    """Return since when the world of a data directory runs; it begins now when there is none.

    Raises:
        UserError: the file that says since when it runs is damaged.
    """
    path = data_dir / WORLD_NAME
    if path.exists():
        try:
            return World.model_validate_json(path.read_text()).began_at
        except ValidationError as error:
            raise UserError(
                "this file does not say since when the simulated world runs",
                place=str(path),
                remedy=f"delete {data_dir} to begin the demonstration anew",
            ) from error
    path.write_text(World(began_at=now).model_dump_json())
    return now


@dataclass(frozen=True)
class StoryDriver:
    """Plays the people of the story.

    Attributes:
        clock: the present time, aware.
        language: in which they write.
    """

    desk: Desk
    story: Story
    clock: Callable[[], datetime]
    language: Language

    def run(self, stop: threading.Event) -> None:
        """Handle each case when its time has come, until `stop`."""
        while not stop.wait(STEP_S):
            for case in self._waiting():
                handling = self._handling_of(case)
                if handling is not None and (self.clock() - case.updated_at).total_seconds() >= handling.after_s:
                    self._handle(case, handling)

    def _waiting(self) -> Sequence[Case]:
        if not self.story.handle:
            return ()
        return self.desk.store.views.cases(CaseFilter(states=WAITING), limit=100).items

    def _handling_of(self, case: Case) -> Handling | None:
        for handling in self.story.handle:
            if handling.matter == case.matter and handling.camera in case.camera_ids:
                return handling
        return None

    def _handle(self, case: Case, handling: Handling) -> None:
        try:
            self.desk.handle(
                case.case_id,
                actor=handling.actor,
                role=Role.handler,
                now=self.clock(),
                note=pick((handling.note.en, handling.note.zh), self.language),
                idempotency_key="story",
            )
        except (Refused, NotFound) as error:
            log.info("the story comes too late for case %s: %s", case.case_id, error)


def forget(data_dir: Path) -> None:
    """Delete an earlier demonstration's data.

    Raises:
        UserError: the folder is in use, or holds something else.
    """
    if not data_dir.exists():
        return
    if not (data_dir / WORLD_NAME).exists() and not (data_dir / "config" / COPIED_NAME).exists():
        raise UserError(
            "this is no demonstration's data", place=str(data_dir), remedy="delete it yourself, or leave it"
        )
    with DataDirectory(data_dir):
        pass
    shutil.rmtree(data_dir)
