"""One change of one file: staged, checked, kept as a version and put in place together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from dispatch.configuration import Author, ConfigurationRows, Content, Faulty, Origin, SavedBefore, Version
from dispatch.errors import Outdated, Refused
from gridpatrol.config.writing import put_in_place, stage, sync_folder, yaml_text
from gridpatrol.configuring.faults import faults_of, unwritable
from gridpatrol.errors import UserError

log = logging.getLogger(__name__)

T = TypeVar("T")


class CannotWrite(Refused):
    """The configuration directory cannot be written."""

    title = "The configuration directory cannot be written"


@dataclass(frozen=True)
class Change:
    """A version to be made.

    Attributes:
        document: its name.
        expected: the version that the author has seen; None: any.
    """

    document: str
    content: Content | None
    expected: int | None
    author: Author
    origin: Origin


@contextmanager
def staged(folder: Path, content: Content, heading: str) -> Iterator[Path]:
    """Give the path of a file that says something, and remove it afterwards where it was not moved away.

    Raises:
        Faulty: a file cannot hold it.
        CannotWrite: the folder cannot be written.
    """
    faults = unwritable(content)
    if faults:
        raise Faulty(faults)
    with writable(folder):
        path = stage(folder, yaml_text(content, heading))
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def checked(read: Callable[[], T]) -> T:
    """Return what a loader makes of a file. Raises Faulty with every fault that it tells."""
    try:
        return read()
    except UserError as error:
        raise Faulty(faults_of(error)) from error


@contextmanager
def writable(place: Path) -> Iterator[None]:
    """Tell what the system says of a file that cannot be written as a refusal."""
    try:
        yield
    except OSError as error:
        raise CannotWrite(
            f"{place} cannot be written: {error.strerror or error}",
            "Ask the operator to let the node's user write there.",
        ) from error


def commit(rows: ConfigurationRows, change: Change, *, moves: Callable[[], Callable[[], None]]) -> Version:
    """Keep a version and move its file, both or neither.

    Args:
        moves: puts the file in place and returns what takes that back.

    Raises:
        SavedBefore: the newest version is not the expected one.
        CannotWrite: the file cannot be moved.
    """
    take_back: Callable[[], None] | None = None
    try:
        with rows.writing() as work:
            newest = work.newest(change.document)
            if change.expected is not None and change.expected != (newest.number if newest else 0):
                raise SavedBefore(newest) if newest else Outdated(f"{change.document} has no version yet", "Read it.")
            version = following(newest, change)
            work.add(version)
            take_back = moves()
    except BaseException:
        if take_back is not None:
            take_back()
        raise
    return version


def replaced(new: Path, path: Path) -> Callable[[], Callable[[], None]]:
    """Return the move of a staged file to its place, for `commit`."""

    def move() -> Callable[[], None]:
        with writable(path):
            before = path.read_bytes() if path.exists() else None
            put_in_place(new, path)

        def back() -> None:
            if before is None:
                path.unlink(missing_ok=True)
            else:
                put_in_place(stage(path.parent, before.decode("utf-8-sig")), path)

        return back

    return move


def aside(path: Path, to: Path) -> Callable[[], Callable[[], None]]:
    """Return the move of a file out of the way, for `commit`."""

    def move() -> Callable[[], None]:
        with writable(to):
            to.parent.mkdir(exist_ok=True)
            path.rename(to)
            sync_folder(path.parent)

        def back() -> None:
            to.rename(path)

        return back

    return move


def folder_moved(new: Path, path: Path) -> Callable[[], Callable[[], None]]:
    """Return the move of a whole staged folder to a place where there is none yet, for `commit`."""

    def move() -> Callable[[], None]:
        with writable(path):
            new.rename(path)
            sync_folder(path.parent)

        def back() -> None:
            path.rename(new)

        return back

    return move


def following(newest: Version | None, change: Change) -> Version:
    """Return the version that a change makes."""
    number = 1 if newest is None else newest.number + 1
    author = change.author
    return Version(change.document, number, change.content, author.at, author.name, change.origin, author.note)


def note_by_hand(rows: ConfigurationRows, document: str, content: Content | None, at: datetime) -> Version:
    """Keep what a file says as a version where that is not what the newest version says. Returns the newest."""
    with rows.writing() as work:
        newest = work.newest(document)
        if newest is not None and newest.content == content:
            return newest
        version = following(newest, Change(document, content, None, Author("", at), Origin.file))
        work.add(version)
    return version


def note_all(rows: ConfigurationRows, contents: Mapping[str, Content], kind: str, at: datetime) -> int:
    """Keep every file of a kind as it is at a start, and those that are gone. Returns how many versions are new.

    Args:
        contents: what the files say, by the name of the document.
        kind: how the names of these documents begin.
    """
    known = rows.newest_of_all(kind)
    gone = {name: None for name, version in known.items() if name not in contents and version.content is not None}
    changed = {name: said for name, said in contents.items() if name not in known or known[name].content != said}
    with rows.writing() as work:
        for name, content in {**gone, **changed}.items():
            work.add(following(known.get(name), Change(name, content, None, Author("", at), Origin.file)))
    if any(name in known for name in {**gone, **changed}):
        log.info("edited by hand since the last start: %s", ", ".join(sorted({**gone, **changed} & known.keys())))
    return len(gone) + len(changed)


def modified_at(path: Path) -> datetime:
    """Return when a file was last written, aware UTC."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
