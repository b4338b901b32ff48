"""The office that changes the settings of a running node (`dispatch.configuration.SettingsDocuments`)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from dispatch.configuration import (
    Author,
    ConfigurationRows,
    Content,
    Document,
    Effect,
    Faulty,
    Origin,
    Saved,
    SavedBefore,
    Version,
)
from dispatch.errors import NotFound, Refused
from dispatch.service import Desk
from dispatch.views import Page
from gridpatrol.config.writing import heading_of, write_synced, yaml_text
from gridpatrol.configuring.documents import KINDS, Kind
from gridpatrol.configuring.faults import unwritable
from gridpatrol.configuring.files import (
    Change,
    checked,
    commit,
    modified_at,
    note_all,
    note_by_hand,
    replaced,
    writable,
)
from gridpatrol.configuring.inforce import InForce
from gridpatrol.errors import UserError

PREFIX = "settings/"
"""How the names of these documents begin."""


class SettingsOffice:
    """Changes settings files, one at a time.

    Args:
        in_force: what holds; the office writes it.
        folder: the configuration directory.
        rows: versions.
        desk: works by them at once.
    """

    def __init__(self, in_force: InForce, folder: Path, rows: ConfigurationRows, desk: Desk) -> None:
        self._in_force = in_force
        self._folder = folder
        self._rows = rows
        self._desk = desk
        self._zone = in_force.installation.calendar.time_zone

    def note_files(self, now: datetime) -> int:
        """Keep as versions what was edited by hand while the node did not run. Returns how many versions are new."""
        for left in self._folder.glob(f"{_SAVING}*"):  # of a save that a crash has cut off
            shutil.rmtree(left, ignore_errors=True)
        files = {name: kind.own(self._folder) for name, kind in KINDS.items()}
        said = {PREFIX + name: KINDS[name].read(path) for name, path in files.items() if path.exists()}
        return note_all(self._rows, said, PREFIX, now)

    def documents(self) -> tuple[Document, ...]:
        """Return the documents with their newest versions."""
        return tuple(Document(name, kind.names.en, kind.names.zh, self.version(name)) for name, kind in KINDS.items())

    def schema(self, id: str) -> Mapping[str, Any]:
        """Return the JSON schema of a document. Raises NotFound."""
        return _kind(id).model.model_json_schema()

    def version(self, id: str, number: int | None = None) -> Version:
        """Return a version, the newest one when no number is given; 0 is what holds without a file of the city's."""
        kind = _kind(id)
        if number:
            return self._rows.version(PREFIX + id, number)
        newest = self._rows.newest(PREFIX + id) if number is None else None
        if newest is None:
            return Version(PREFIX + id, 0, kind.default(), _NEVER, "", Origin.shipped)
        return replace(newest, content=kind.default()) if newest.content is None else newest

    def versions(self, id: str, *, before: int | None, limit: int) -> Page[Version]:
        """Return a page of the versions, newest first. Raises NotFound."""
        _kind(id)
        return self._rows.versions(PREFIX + id, before=before, limit=limit)

    def save(self, id: str, content: Content, expected: int | None, author: Author) -> Saved:
        """Put a changed document into force. Raises NotFound, Faulty, SavedBefore, Refused."""
        kind = _kind(id)
        with self._in_force.turn:
            self._note_hand_edit(kind, expected)
            return self._replace(kind, Change(PREFIX + id, content, expected, author, Origin.saved))

    def restore(self, id: str, number: int, expected: int | None, author: Author) -> Saved:
        """Save what an earlier version said. Raises as saving does."""
        kind = _kind(id)
        with self._in_force.turn:
            content = self.version(id, number).content
            if content is None:
                content = kind.default()
            return self._replace(kind, Change(PREFIX + id, content, expected, author, Origin.restored))

    def _replace(self, kind: Kind, change: Change) -> Saved:
        path = kind.own(self._folder)
        with self._staged(kind, change.content or {}) as staged:
            now = checked(lambda: kind.take(self._in_force.installation, staged))
            content = kind.read(staged)
        newest = self._rows.newest(change.document)
        if newest is not None and newest.content == content and self._says(kind, content):
            if change.expected not in {None, newest.number}:
                raise SavedBefore(newest)
            return Saved(newest)
        with self._staged(kind, content) as staged:
            version = commit(self._rows, replace(change, content=content), moves=replaced(staged, path))
        if now.calendar.time_zone != self._zone:
            # The grid and the pictures were opened in the zone of the start; half a city must not live in another one.
            return Saved(version, Effect.at_next_start, ("the time zone changes at the next start of the node",))
        self._in_force.installation = now
        self._desk.policy = now.policy
        if kind.moves_deadlines:
            self._desk.recalculate(change.author.at)
        return Saved(version)

    def _says(self, kind: Kind, content: Content) -> bool:
        """Whether the city's file says this already."""
        try:
            return kind.read(kind.own(self._folder)) == content
        except UserError:
            return False

    @contextmanager
    def _staged(self, kind: Kind, content: Content) -> Iterator[Path]:
        """Give a file of its own name in a folder of its own, as the loaders of registers want it."""
        faults = unwritable(content)
        if faults:
            raise Faulty(faults)
        with writable(self._folder):
            folder = Path(tempfile.mkdtemp(prefix=_SAVING, dir=self._folder))
        try:
            path = folder / kind.file
            with writable(path):
                write_synced(path, yaml_text(content, heading_of(kind.own(self._folder))))
            yield path
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _note_hand_edit(self, kind: Kind, expected: int | None) -> None:
        """Keep what somebody wrote into the file since it was read, so that it is not lost unseen."""
        path = kind.own(self._folder)
        newest = self._rows.newest(PREFIX + kind.name)
        if not path.exists() and (newest is None or newest.content is None):
            return
        try:
            now = kind.read(path)
        except UserError as error:
            raise Refused(
                f"{kind.file} was edited by hand and cannot be used: {error}", "Mend the file, or restore a version."
            ) from error
        if newest is not None and newest.content == now:
            return
        noted = note_by_hand(self._rows, PREFIX + kind.name, now, modified_at(path))
        if expected is not None and noted.number != expected:
            raise SavedBefore(noted)


_SAVING = ".saving-"
"""How the names of folders begin in which documents are staged."""
_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""When what comes with the program was changed."""


def _kind(name: str) -> Kind:
    kind = KINDS.get(name)
    if kind is None:
        raise NotFound(f"there is no document {name}", f"There are {', '.join(KINDS)}.")
    return kind
