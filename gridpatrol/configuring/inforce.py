"""What a node is configured with at the moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from dispatch.configuration import Pause
from gridpatrol.config import CameraFile, Installation

N = TypeVar("N")


@dataclass
class InForce:
    """What holds now. Changed by one at a time, always to another whole value; read without a lock.

    Attributes:
        pauses: cameras that operators want to be left alone, by id.
        turn: whoever changes any of it takes it.
    """

    installation: Installation
    pauses: Mapping[str, Pause] = field(default_factory=dict)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def put(self, file: CameraFile) -> None:
        """Take a new or changed camera up."""
        now = self.installation
        files = {**now.files, file.camera.id: file}
        self.installation = replace(now, files=files, cameras={**now.cameras, file.camera.id: file.camera})

    def drop(self, camera_id: str) -> None:
        """Leave a camera out from now on."""
        now = self.installation
        files = {id: file for id, file in now.files.items() if id != camera_id}
        cameras = {id: camera for id, camera in now.cameras.items() if id != camera_id}
        self.installation = replace(now, files=files, cameras=cameras)


class NamesInForce(Mapping[str, N]):
    """Names of something by its id, as they hold at the moment; made anew when something has changed.

    Args:
        of: takes them from an installation.
    """

    def __init__(self, in_force: InForce, of: Callable[[Installation], Mapping[str, N]]) -> None:
        self._in_force = in_force
        self._of = of
        self._made = (in_force.installation, of(in_force.installation))

    def _now(self) -> Mapping[str, N]:
        made_of, names = self._made
        installation = self._in_force.installation
        if installation is not made_of:
            names = self._of(installation)
            self._made = (installation, names)
        return names

    def __getitem__(self, id: str) -> N:
        return self._now()[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())
