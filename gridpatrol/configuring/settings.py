"""The office that changes the settings of a running node (`dispatch.configuration.SettingsDocuments`)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    DocumentKind,
    Effect,
    Faulty,
    Notice,
    Origin,
    Saved,
    SavedBefore,
    Version,
)
from dispatch.errors import Conflict, NotFound, Refused
from dispatch.service import Desk
from dispatch.views import Page
from gridpatrol.config import Installation, watched_on
from gridpatrol.config.writing import heading_of, write_synced, yaml_text
from gridpatrol.configuring.cameras import RETIRED, Watching
from gridpatrol.configuring.commitments import Commitments
from gridpatrol.configuring.documents import Kind
from gridpatrol.configuring.faults import notice, unwritable
from gridpatrol.configuring.files import (
    Change,
    aside,
    checked,
    commit,
    folder_moved,
    modified_at,
    note_all,
    note_by_hand,
    replaced,
    writable,
)
from gridpatrol.configuring.folders import copy_shipped, kind_named, kinds_in, placed
from gridpatrol.configuring.inforce import InForce
from gridpatrol.errors import UserError
from gridpatrol.watching import matter_notices

PREFIX = "settings/"
"""How the names of these documents begin."""


class SettingsOffice:
    """Changes settings files, one at a time.

    Args:
        in_force: what holds; the office writes it.
        folder: the configuration directory.
        rows: versions.
        desk: works by them at once.
        eyes: takes changed matters up.
        commitments: refuse a change that goes past a decision.
        classes: returns the class names that the model in service knows.
    """

    def __init__(
        self,
        in_force: InForce,
        folder: Path,
        rows: ConfigurationRows,
        desk: Desk,
        *,
        eyes: Watching,
        commitments: Commitments,
        classes: Callable[[], Iterable[str]],
    ) -> None:
        self._in_force = in_force
        self._folder = folder
        self._rows = rows
        self._desk = desk
        self._eyes = eyes
        self._commitments = commitments
        self._classes = classes
        self._zone = in_force.installation.calendar.time_zone

    def note_files(self, now: datetime) -> int:
        """Keep as versions what was edited by hand while the node did not run. Returns how many versions are new."""
        for left in self._folder.glob(f"{_SAVING}*"):  # of a save that a crash has cut off
            shutil.rmtree(left, ignore_errors=True)
        known = self._rows.newest_of_all(PREFIX)
        said: dict[str, Content] = {}
        for name, kind in kinds_in(self._in_force.installation).items():
            path = kind.own(self._folder)
            content = kind.read(path) if path.exists() else None
            is_copy = kind.sort is not DocumentKind.settings and PREFIX + name not in known
            if content is not None and not (is_copy and content == kind.default()):
                said[PREFIX + name] = content
        return note_all(self._rows, said, PREFIX, now)

    def documents(self) -> tuple[Document, ...]:
        """Return the documents with their newest versions, those that were taken away last."""
        newest = self._rows.newest_of_all(PREFIX)
        kinds = kinds_in(self._in_force.installation)
        gone = (name.removeprefix(PREFIX) for name, version in newest.items() if version.content is None)
        kinds |= {name: kind_named(name) for name in sorted(gone) if name not in kinds}
        return tuple(_document(kind, _shown(kind, newest.get(PREFIX + name))) for name, kind in kinds.items())

    def document(self, id: str) -> Document:
        """Return a document with its newest version. Raises NotFound."""
        return _document(self._kind(id), self.version(id))

    def schema(self, id: str) -> Mapping[str, Any]:
        """Return the JSON schema of a document. Raises NotFound."""
        return self._kind(id).model.model_json_schema()

    def version(self, id: str, number: int | None = None) -> Version:
        """Return a version, the newest one when no number is given; 0 is what holds without a file of the city's."""
        kind = self._kind(id)
        if number:
            return self._rows.version(PREFIX + id, number)
        return _shown(kind, self._rows.newest(PREFIX + id) if number is None else None)

    def versions(self, id: str, *, before: int | None, limit: int) -> Page[Version]:
        """Return a page of the versions, newest first; version 0 is not among them. Raises NotFound."""
        self._kind(id)
        return self._rows.versions(PREFIX + id, before=before, limit=limit)

    def save(self, id: str, content: Content, expected: int | None, author: Author) -> Saved:
        """Put a changed document into force. Raises NotFound, Faulty, SavedBefore, Refused."""
        with self._in_force.turn:
            kind = self._kind(id)
            self._note_hand_edit(kind, expected)
            return self._replace(kind, Change(PREFIX + id, content, expected, author, Origin.saved))

    def restore(self, id: str, number: int, expected: int | None, author: Author) -> Saved:
        """Save what an earlier version said; what was taken away comes back. Raises as saving does."""
        with self._in_force.turn:
            kind = self._kind(id)
            content = self.version(id, number).content
            if content is None:
                content = kind.default()
            if content is None:
                raise Refused(f"version {number} of {id} says that it was taken away", "Take an earlier version.")
            return self._replace(kind, Change(PREFIX + id, content, expected, author, Origin.restored))

    def add(self, name: str, content: Content, author: Author) -> Saved:
        """Put a new matter or field mapping into force. Raises NotFound, Faulty, Conflict, Refused."""
        with self._in_force.turn:
            kind = kind_named(name)
            if name in kinds_in(self._in_force.installation) or kind.own(self._folder).exists():
                raise Conflict(f"there is {name} already", "Give another name, or change that document.")
            return self._replace(kind, Change(PREFIX + name, content, None, author, Origin.added))

    def retire(self, id: str, expected: int | None, author: Author) -> Version:
        """Take a matter or a field mapping away; its file moves aside. Raises as saving does."""
        with self._in_force.turn:
            kind, before = self._kind(id), self._in_force.installation
            drop = kind.drop
            if drop is None or id not in kinds_in(before):
                raise Refused(f"{id} cannot be taken away", "Restore version 0: what comes with the program.")
            self._note_hand_edit(kind, expected)
            now = checked(lambda: drop(before))
            self._commitments.keep(before, now, author.at)
            change = Change(PREFIX + id, None, expected, author, Origin.retired)
            with self._staged(kind, None) as staged:
                version = commit(self._rows, change, moves=self._moved_away(kind, staged, author.at))
            self._take_up(now)
            return version

    def _replace(self, kind: Kind, change: Change) -> Saved:
        before = self._in_force.installation
        with self._staged(kind, change.content or {}) as staged:
            now = checked(lambda: kind.take(before, staged))
            content = kind.read(staged)
        self._commitments.keep(before, now, change.author.at)
        newest = self._rows.newest(change.document)
        if newest is not None and newest.content == content and self._says(kind, content):
            if change.expected not in {None, newest.number}:
                raise SavedBefore(newest)
            return Saved(newest, notices=self._notices(kind, now, change.author.at))
        with self._staged(kind, content) as staged:
            version = commit(self._rows, replace(change, content=content), moves=self._moved_in(kind, staged))
        if now.calendar.time_zone != self._zone:
            # The grid and the pictures were opened in the zone of the start; half a city must not live in another one.
            return Saved(
                version, Effect.at_next_start, (notice("the time zone changes at the next start of the node"),)
            )
        self._take_up(now)
        if kind.moves_deadlines:
            self._desk.recalculate(change.author.at)
        return Saved(version, notices=self._notices(kind, now, change.author.at))

    def _take_up(self, now: Installation) -> None:
        """Have the desk and the cameras go by another installation; a camera whose matters stay does not notice."""
        before = self._in_force.installation
        if now.matters is not before.matters:
            now = placed(now, self._folder)
        self._in_force.installation = now
        self._desk.policy = now.policy
        if now.matters is before.matters:
            return
        self._desk.matters = now.rules
        for camera in now.cameras.values():
            if watched_on(camera, now.matters) != watched_on(camera, before.matters):
                self._eyes.watch(camera, anew=False)

    def _notices(self, kind: Kind, now: Installation, at: datetime) -> tuple[Notice, ...]:
        if kind.sort is not DocumentKind.matter:
            return ()
        code = kind.name.partition(".")[2]
        lines = matter_notices(now.matters[code], now.cameras.values(), self._classes())
        if not self._commitments.is_admitted(code, now, at):
            lines = (*lines, f"{code}: it is not admitted, so cameras' reports of it are kept and not filed")
        return tuple(notice(line) for line in lines)

    def _kind(self, name: str) -> Kind:
        """Return a document of the installation, or one that was taken away. Raises NotFound."""
        known = kinds_in(self._in_force.installation).get(name)
        if known is not None:
            return known
        kind = kind_named(name)
        if self._rows.newest(PREFIX + name) is None:
            raise NotFound(f"there is no document {name}", "List the documents to find its name.")
        return kind

    def _adopts(self, kind: Kind) -> bool:
        """Whether the city has no folder of its own for documents of a kind, so that the shipped ones hold."""
        return kind.sort is not DocumentKind.settings and not kind.own(self._folder).parent.exists()

    def _moved_in(self, kind: Kind, staged: Path) -> Callable[[], Callable[[], None]]:
        path = kind.own(self._folder)
        return folder_moved(staged.parent, path.parent) if self._adopts(kind) else replaced(staged, path)

    def _moved_away(self, kind: Kind, staged: Path, at: datetime) -> Callable[[], Callable[[], None]]:
        path = kind.own(self._folder)
        if self._adopts(kind):
            return folder_moved(staged.parent, path.parent)
        stamp = at.strftime("%Y%m%dT%H%M%S%f")
        return aside(path, path.parent / RETIRED / f"{path.stem}.{stamp}{path.suffix}")

    def _says(self, kind: Kind, content: Content) -> bool:
        """Whether the city's file says this already."""
        try:
            return kind.read(kind.own(self._folder)) == content
        except UserError:
            return False

    @contextmanager
    def _staged(self, kind: Kind, content: Content | None) -> Iterator[Path]:
        """Give a file of its own name in a folder of its own, as loaders want it; none where there is no content.

        Beside it lie the shipped files of its kind where the city has none of its own: they go on to hold.
        """
        faults = unwritable(content or {})
        if faults:
            raise Faulty(faults)
        with writable(self._folder):
            folder = Path(tempfile.mkdtemp(prefix=_SAVING, dir=self._folder))
        try:
            path = folder / kind.path
            with writable(path):
                path.parent.mkdir(exist_ok=True)
                if self._adopts(kind):
                    copy_shipped(path)
                path.unlink(missing_ok=True)
                if content is not None:
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
                f"{kind.path} was edited by hand and cannot be used: {error}", "Mend the file, or restore a version."
            ) from error
        if now == (kind.default() if newest is None else newest.content):
            return
        noted = note_by_hand(self._rows, PREFIX + kind.name, now, modified_at(path))
        if expected is not None and noted.number != expected:
            raise SavedBefore(noted)


_SAVING = ".saving-"
"""How the names of folders begin in which documents are staged."""
_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""When what comes with the program was changed."""


def _document(kind: Kind, newest: Version) -> Document:
    return Document(kind.name, kind.names.en, kind.names.zh, newest, kind.sort, kind.has_default)


def _shown(kind: Kind, newest: Version | None) -> Version:
    """Return the newest version, or what holds without one: version 0. Raises NotFound where there is neither."""
    if newest is not None and (newest.content is not None or kind.sort is not DocumentKind.settings):
        return newest
    content = kind.default()
    if content is None:
        raise NotFound(f"{kind.name} does not come with the program: it has no version 0", "Take one of its versions.")
    if newest is not None:
        return replace(newest, content=content)
    return Version(PREFIX + kind.name, 0, content, _NEVER, "", Origin.shipped)
