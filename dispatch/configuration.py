"""Configuration as the API reads and changes it: documents with versions. The node implements it. Pure.

A document is what one file of the configuration directory says. The file is the truth; a version is a copy of what a
file said, with who wrote it and when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from dispatch.errors import Invalid, LastChange, Outdated
from dispatch.views import Page

Content = Mapping[str, Any]
"""What a file says, as JSON has it."""


class Origin(StrEnum):
    """How a version came about.

    shipped: it comes with the program; file: somebody edited the file by hand, noticed at a start or a save.
    """

    shipped = "shipped"
    file = "file"
    saved = "saved"
    added = "added"
    restored = "restored"
    retired = "retired"


class View(StrEnum):
    """What becomes of what a camera remembers when it is saved.

    auto: it is forgotten where the address has changed, as another address may show another place; same: the view is
    as before; new: the camera was turned or its place has changed, so it learns its view anew.
    """

    auto = "auto"
    same = "same"
    new = "new"


class Effect(StrEnum):
    """From when a saved document holds."""

    at_once = "at_once"
    at_next_start = "at_next_start"


@dataclass(frozen=True)
class Version:
    """What a file said.

    Attributes:
        document: its name, such as `camera/gate` or `calendar`.
        number: counted from 1.
        content: None: the file was taken away.
        changed_at: aware.
        changed_by: a caller's name; empty where the file was edited by hand.
    """

    document: str
    number: int
    content: Content | None
    changed_at: datetime
    changed_by: str
    origin: Origin
    note: str = ""


@dataclass(frozen=True)
class Author:
    """Who changes something, when, and what they say about it."""

    name: str
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class Notice:
    """What works but may not be meant, in both languages of the operators; `what_zh` empty where it has no words."""

    what: str
    what_zh: str = ""


@dataclass(frozen=True)
class Saved:
    """A version that holds now, or from the next start on."""

    version: Version
    effect: Effect = Effect.at_once
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Fault:
    """One value of a document that cannot be, in both languages of the operators."""

    where: str
    what: str
    remedy: str = ""
    what_zh: str = ""
    remedy_zh: str = ""


class Faulty(Invalid):
    """A document that cannot be used. What was in force stays in force."""

    title = "This configuration cannot be used"

    def __init__(self, faults: Sequence[Fault]) -> None:
        what = "; ".join(f"{fault.where}: {fault.what}" if fault.where else fault.what for fault in faults)
        super().__init__(what, "Correct what `faults` names; what was in force stays in force.")
        self.faults = tuple(faults)


class SavedBefore(Outdated):
    """Somebody else saved the document after the caller read it."""

    def __init__(self, newest: Version) -> None:
        who = f"by {newest.changed_by}" if newest.changed_by else "by hand, in its file"
        super().__init__(
            f"{newest.document} was changed {who} at {newest.changed_at.isoformat(timespec='seconds')}:"
            f" it is at version {newest.number}",
            "Read it again and compare before you save.",
            LastChange(newest.number, newest.changed_by, newest.changed_at),
        )


class VersionWork(Protocol):
    """One unit of work on the versions of documents; other writers wait."""

    def newest(self, document: str) -> Version | None:
        """Return the newest version of a document; None when it never had one."""
        ...

    def add(self, version: Version) -> None:
        """Keep a new version."""
        ...


@dataclass(frozen=True)
class Pause:
    """An operator's wish that a camera is left alone, kept over restarts."""

    camera_id: str
    since: datetime
    paused_by: str
    reason: str


class ConfigurationRows(Protocol):
    """Where versions and pauses are kept."""

    def newest(self, document: str) -> Version | None:
        """Return the newest version of a document; None when it never had one."""
        ...

    def newest_of_all(self, kind: str) -> Mapping[str, Version]:
        """Return the newest version of every document whose name begins so, by name."""
        ...

    def version(self, document: str, number: int) -> Version:
        """Return one version. Raises NotFound."""
        ...

    def versions(self, document: str, *, before: int | None = None, limit: int = 100) -> Page[Version]:
        """Return a page of the versions of a document, newest first."""
        ...

    def writing(self) -> AbstractContextManager[VersionWork]:
        """Begin a unit of work; leaving it commits, an exception rolls back."""
        ...

    def pauses(self) -> Mapping[str, Pause]:
        """Return the pauses by camera."""
        ...

    def put_pause(self, pause: Pause) -> None:
        """Keep a pause, in place of an earlier one of the camera."""
        ...

    def remove_pause(self, camera_id: str) -> None:
        """Forget a pause; nothing happens when there is none."""
        ...


class Documents(Protocol):
    """Documents of one kind, by id, each with its versions."""

    def version(self, id: str, number: int | None = None) -> Version:
        """Return a version, the newest one when no number is given. Raises NotFound."""
        ...

    def versions(self, id: str, *, before: int | None, limit: int) -> Page[Version]:
        """Return a page of the versions, newest first. Raises NotFound."""
        ...

    def restore(self, id: str, number: int, expected: int | None, author: Author) -> Saved:
        """Save what an earlier version said. Raises as saving does."""
        ...


class DocumentKind(StrEnum):
    """Of what a document is one: settings, of which there is one each; a matter; a field mapping of webhooks."""

    settings = "settings"
    matter = "matter"
    mapping = "mapping"


@dataclass(frozen=True)
class Document:
    """A document of settings and its newest version; that of a document that was taken away says nothing.

    Attributes:
        has_default: something holds without a file of the city's: version 0.
    """

    name: str
    name_en: str
    name_zh: str
    newest: Version
    kind: DocumentKind = DocumentKind.settings
    has_default: bool = True


class SettingsDocuments(Documents, Protocol):
    """The city's settings: calendar, departments, desk, the registers of who is where, matters and field mappings."""

    def documents(self) -> Sequence[Document]:
        """Return all of them, in the order in which they are shown."""
        ...

    def document(self, id: str) -> Document:
        """Return one with its newest version. Raises NotFound."""
        ...

    def schema(self, id: str) -> Mapping[str, Any]:
        """Return the JSON schema of a document. Raises NotFound."""
        ...

    def save(self, id: str, content: Content, expected: int | None, author: Author) -> Saved:
        """Put a changed document into force, or have it hold from the next start on, as the answer says.

        Raises:
            NotFound, Faulty, SavedBefore, Refused: as with cameras.
        """
        ...

    def add(self, name: str, content: Content, author: Author) -> Saved:
        """Put a new matter or field mapping into force. Raises Faulty, Conflict, Refused."""
        ...

    def retire(self, id: str, expected: int | None, author: Author) -> Version:
        """Take a matter or a field mapping away; its file moves aside. Raises as saving does."""
        ...


class CameraDocuments(Documents, Protocol):
    """The cameras' files."""

    def save(self, id: str, content: Content, expected: int | None, author: Author, view: View) -> Saved:
        """Put a changed camera into force.

        Args:
            expected: the version that the author has seen; None: any.

        Raises:
            NotFound: there is no such camera.
            Faulty: it cannot be; nothing has changed.
            SavedBefore: somebody else was first.
            Refused: the configuration directory cannot be written.
        """
        ...

    def add(self, content: Content, author: Author) -> Saved:
        """Put a new camera into force. Raises Faulty, Refused."""
        ...

    def retire(self, id: str, expected: int | None, author: Author) -> Version:
        """Take a camera out of service; its file moves aside. Raises NotFound, SavedBefore, Refused."""
        ...

    def pause(self, id: str, author: Author) -> Pause:
        """Leave a camera alone, also after a restart, until `resume`. Raises NotFound."""
        ...

    def resume(self, id: str) -> None:
        """Watch a camera again. Raises NotFound."""
        ...

    def pauses(self) -> Mapping[str, Pause]:
        """Return the pauses by camera."""
        ...
