"""The office that changes cameras of a running node (`dispatch.configuration.CameraDocuments`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from detector.config import Camera
from detector.sources import AddressPolicy
from detector.sources.credentials import redact
from dispatch.configuration import (
    Author,
    ConfigurationRows,
    Content,
    Faulty,
    Notice,
    Origin,
    Pause,
    Saved,
    SavedBefore,
    Version,
    View,
)
from dispatch.errors import Conflict, NotFound, Refused
from dispatch.grid import GridIndex
from dispatch.views import Page
from gridpatrol.config import CameraFile
from gridpatrol.config.cameras import read_camera
from gridpatrol.config.installation import camera_notices
from gridpatrol.config.writing import STAGED, heading_of
from gridpatrol.configuring.addresses import AddressRules
from gridpatrol.configuring.faults import fault, notice
from gridpatrol.configuring.files import (
    Change,
    aside,
    checked,
    commit,
    modified_at,
    note_all,
    note_by_hand,
    replaced,
    staged,
)
from gridpatrol.configuring.inforce import InForce
from gridpatrol.errors import UserError

KIND = "camera/"
"""How the names of these documents begin."""
RETIRED = "retired"
"""Folder beside the camera files that takes those of retired cameras."""


class Watching(Protocol):
    """What takes changed cameras up: `gridpatrol.eyes.Eyes`."""

    def watch(self, camera: Camera, *, anew: bool) -> None:
        """Watch a new or changed camera."""
        ...

    def unwatch(self, camera_id: str) -> None:
        """Stop watching a camera."""
        ...

    def pause(self, pause: Pause) -> None:
        """Leave a camera alone."""
        ...

    def resume(self, camera_id: str) -> None:
        """Watch a camera again."""
        ...


class CameraOffice:
    """Changes camera files, one at a time.

    Args:
        in_force: what holds; the office writes it.
        folder: the configuration directory.
        rows: versions and pauses.
        eyes: takes a change up.
        policy: which hosts may be reached.
    """

    def __init__(
        self, in_force: InForce, folder: Path, rows: ConfigurationRows, eyes: Watching, policy: AddressPolicy
    ) -> None:
        self._in_force = in_force
        self._cameras = folder / "cameras"
        self._rows = rows
        self._eyes = eyes
        self._addresses = AddressRules(folder, policy)
        self._grid = GridIndex(in_force.installation.grid) if in_force.installation.grid else None

    def note_files(self, now: datetime) -> int:
        """Keep as versions what was edited by hand while the node did not run. Returns how many versions are new."""
        for left in self._cameras.glob(f".*{STAGED}"):  # of a save that a crash has cut off
            left.unlink(missing_ok=True)
        files = self._in_force.installation.files
        return note_all(self._rows, {KIND + id: said(file.written) for id, file in files.items()}, KIND, now)

    def version(self, id: str, number: int | None = None) -> Version:
        """Return a version, the newest one when no number is given. Raises NotFound."""
        found = self._rows.newest(KIND + id) if number is None else self._rows.version(KIND + id, number)
        if found is None:
            raise _unknown(id)
        return found

    def versions(self, id: str, *, before: int | None, limit: int) -> Page[Version]:
        """Return a page of the versions, newest first. Raises NotFound."""
        self.version(id)
        return self._rows.versions(KIND + id, before=before, limit=limit)

    def save(self, id: str, content: Content, expected: int | None, author: Author, view: View) -> Saved:
        """Put a changed camera into force. Raises NotFound, Faulty, SavedBefore, Refused."""
        with self._in_force.turn:
            old = self._known(id)
            self._note_hand_edit(id, old, expected)
            change = Change(KIND + id, content, expected, author, Origin.saved)
            return self._replace(old, change, view)

    def restore(self, id: str, number: int, expected: int | None, author: Author) -> Saved:
        """Save what an earlier version said; a retired camera comes back. Raises as saving does."""
        with self._in_force.turn:
            wanted = self.version(id, number)
            if wanted.content is None:
                raise Refused(f"version {number} of {id} says that it was retired", "Take an earlier version.")
            change = Change(KIND + id, wanted.content, expected, author, Origin.restored)
            old = self._in_force.installation.files.get(id)
            if old is None:
                return self._add(change)
            is_sound = self._note_hand_edit(id, old, expected, may_be_faulty=True)
            return self._replace(old, change, View.auto, is_sound=is_sound)

    def add(self, content: Content, author: Author) -> Saved:
        """Put a new camera into force. Raises Faulty, Refused."""
        with self._in_force.turn:
            return self._add(Change("", content, None, author, Origin.added))

    def check(self, content: Content) -> tuple[Notice, ...]:
        """Return the notices that a new camera would have; nothing changes. Raises Faulty, Refused."""
        with self._in_force.turn, self._staged(content, None) as file:
            self._refuse_known(file.camera.id)
            return self._notices(file.camera)

    def draft(self, id: str, content: Content) -> Camera:
        """Return what a camera would be with another content; nothing changes. Raises NotFound, Faulty, Refused."""
        with self._in_force.turn, self._staged(content, self._known(id)) as file:
            if file.camera.id != id:
                raise Faulty([fault("id", f"expected {id!r}: a camera keeps its id", _NEW_ID)])
            return file.camera

    def retire(self, id: str, expected: int | None, author: Author) -> Version:
        """Take a camera out of service; its file moves aside. Raises NotFound, SavedBefore, Refused."""
        with self._in_force.turn:
            old = self._known(id)
            self._note_hand_edit(id, old, expected)
            stamp = author.at.strftime("%Y%m%dT%H%M%S%f")
            to = self._cameras / RETIRED / f"{id}.{stamp}{old.path.suffix}"
            change = Change(KIND + id, None, expected, author, Origin.retired)
            version = commit(self._rows, change, moves=aside(old.path, to))
            self._rows.remove_pause(id)
            self._in_force.drop(id)
            self._in_force.pauses = {name: one for name, one in self._in_force.pauses.items() if name != id}
            self._eyes.unwatch(id)
            return version

    def pause(self, id: str, author: Author) -> Pause:
        """Leave a camera alone, also after a restart, until `resume`. Raises NotFound."""
        with self._in_force.turn:
            self._known(id)
            pause = Pause(id, author.at, author.name, author.note)
            self._rows.put_pause(pause)
            self._in_force.pauses = {**self._in_force.pauses, id: pause}
            self._eyes.pause(pause)
            return pause

    def resume(self, id: str) -> None:
        """Watch a camera again. Raises NotFound."""
        with self._in_force.turn:
            self._known(id)
            self._rows.remove_pause(id)
            self._in_force.pauses = {name: one for name, one in self._in_force.pauses.items() if name != id}
            self._eyes.resume(id)

    def pauses(self) -> Mapping[str, Pause]:
        """Return the pauses by camera."""
        return self._in_force.pauses

    def _known(self, id: str) -> CameraFile:
        file = self._in_force.installation.files.get(id)
        if file is None:
            raise _unknown(id)
        return file

    def _refuse_known(self, id: str) -> None:
        if id in self._in_force.installation.files or self._path(id).exists():
            raise Conflict(f"there is a camera {id} already", "Give another id, or change that camera.")

    def _path(self, id: str) -> Path:
        return self._cameras / f"{id}.yaml"

    def _add(self, change: Change) -> Saved:
        with self._staged(change.content or {}, None) as file:
            id = file.camera.id
            self._refuse_known(id)
            change = replace(change, document=KIND + id, content=said(file.written))
            version = commit(self._rows, change, moves=replaced(file.path, self._path(id)))
            return self._take_up(replace(file, path=self._path(id)), version, anew=True)

    def _replace(self, old: CameraFile, change: Change, view: View, *, is_sound: bool = True) -> Saved:
        with self._staged(change.content or {}, old) as file:
            if file.camera.id != old.camera.id:
                raise Faulty([fault("id", f"expected {old.camera.id!r}: a camera keeps its id", _NEW_ID)])
            moved = view is View.auto and file.camera.source.url != old.camera.source.url
            change = replace(change, content=said(file.written))
            newest = self._rows.newest(change.document)
            says_so = newest is not None and newest.content == change.content and file.written == old.written
            if newest is not None and says_so and is_sound:
                if change.expected not in {None, newest.number}:
                    raise SavedBefore(newest)
                version = newest  # nothing new is said, but the view may be
            else:
                version = commit(self._rows, change, moves=replaced(file.path, old.path))
            return self._take_up(replace(file, path=old.path), version, anew=moved or view is View.new)

    @contextmanager
    def _staged(self, content: Content, old: CameraFile | None) -> Iterator[CameraFile]:
        """Give the camera that a content means, read by what reads it at a start, from a file beside its place."""
        content = _with_hidden_address(content, old)
        self._refuse_address(content, old)  # before anything looks whether there is such a file
        heading = heading_of(old.path) if old is not None else ""
        matters = self._in_force.installation.matters
        with staged(self._cameras, content, heading) as path:
            written = checked(lambda: read_camera(path, matters)).written
        with staged(self._cameras, _as_written(written), heading) as path:
            yield checked(lambda: read_camera(path, matters))

    def _refuse_address(self, content: Content, old: CameraFile | None) -> None:
        source = content.get("source")
        url = source.get("url") if isinstance(source, dict) else None
        if isinstance(url, str) and (old is None or url != old.written.source.url):
            faults = self._addresses.faults(url)
            if faults:
                raise Faulty(faults)

    def _take_up(self, file: CameraFile, version: Version, *, anew: bool) -> Saved:
        self._in_force.put(file)
        self._eyes.watch(file.camera, anew=anew)
        return Saved(version, notices=self._notices(file.camera))

    def _notices(self, camera: Camera) -> tuple[Notice, ...]:
        lines = camera_notices([camera], self._in_force.installation.matters, self._grid)
        return tuple(notice(line) for line in lines)

    def _note_hand_edit(self, id: str, old: CameraFile, expected: int | None, *, may_be_faulty: bool = False) -> bool:
        """Keep what somebody wrote into the file since it was read, so that it is not lost unseen.

        Returns False where what was written is no camera.
        """
        try:
            now = read_camera(old.path, self._in_force.installation.matters).written
        except UserError as error:
            if may_be_faulty:
                return False
            raise Refused(
                f"the file of camera {id} was edited by hand and cannot be used: {error}",
                "Mend the file, or restore a version.",
            ) from error
        if now == old.written:
            return True
        newest = note_by_hand(self._rows, KIND + id, said(now), modified_at(old.path))
        if expected is not None and newest.number != expected:
            raise SavedBefore(newest)
        return True


_NEW_ID = "Add a camera with the new id and retire this one"


def said(written: Camera) -> dict[str, Any]:
    """Return what a camera file says, without the password that its address may hold."""
    content = _as_written(written)
    content["source"]["url"] = redact(written.source.url)
    return content


def _as_written(written: Camera) -> dict[str, Any]:
    return written.model_dump(mode="json", exclude_unset=True)


def _with_hidden_address(content: Content, old: CameraFile | None) -> Content:
    """Return a content with the address in force where it gives that address as it is shown."""
    source = content.get("source")
    if old is None or not isinstance(source, dict):
        return content
    url = old.written.source.url
    return {**content, "source": {**source, "url": url}} if source.get("url") == redact(url) else content


def _unknown(id: str) -> NotFound:
    return NotFound(f"there is no camera {id}", "List the cameras to find its id.")
