"""What a node is configured with at the moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from detector.config import Names
from dispatch.configuration import Pause
from gridpatrol.config import CameraFile, Installation


@dataclass
class InForce:
    """What holds now. Changed under the offices' lock, always to another whole value; read without one.

    Attributes:
        pauses: cameras that operators want to be left alone, by id.
    """

    installation: Installation
    pauses: Mapping[str, Pause] = field(default_factory=dict)

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


class CameraNames(Mapping[str, Names]):
    """The names of the cameras in force, by id."""

    def __init__(self, in_force: InForce) -> None:
        self._in_force = in_force

    def __getitem__(self, camera_id: str) -> Names:
        return self._in_force.installation.cameras[camera_id].names

    def __iter__(self) -> Iterator[str]:
        return iter(self._in_force.installation.cameras)

    def __len__(self) -> int:
        return len(self._in_force.installation.cameras)
