"""The whole state of a node in one archive: rows, the cameras' memory, evidence; checked by hashes.

A tar file. Its last member, `manifest.json`, names every other one with its size and SHA-256. Rows of the dispatch side
are JSON, so that an archive goes from SQLite to PostgreSQL and back. Streams hold nothing that the databases do not.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from dispatch.store import open_store
from dispatch.store.portable import Snapshot, load
from gridpatrol.errors import UserError
from gridpatrol.lock import DataDirectory

FORMAT = 1
MANIFEST = "manifest.json"
ROWS = "rows"
FILES = "files"
CAMERAS = "detector.sqlite"
DISPATCH = "dispatch.sqlite"
STAGING = "import.partial"
_LEFT_OUT = ("node.", "local.key", "valkey", "recent", "recordings", "errands", DISPATCH, CAMERAS, STAGING)
"""Of a running node alone, with pictures that are kept for minutes only, or carried in another form."""
_CHUNK = 1 << 20


class Member(BaseModel):
    """One file of an archive."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


class Manifest(BaseModel):
    """What an archive holds."""

    model_config = ConfigDict(frozen=True)

    format: int
    gridpatrol: str
    revision: str
    created_at: AwareDatetime
    counters: dict[str, int]
    members: dict[str, Member]


def export(archive: Path, data: DataDirectory, database: str | None, now: datetime) -> Manifest:
    """Write the state of a node that does not run.

    Args:
        archive: to be written; must not exist. Readable by this user only: it holds keys of webhooks.
        data: its locked data directory.
        database: URL of the dispatch side's database, when it is not in the data directory.

    Raises:
        UserError: the archive cannot be written.
        StoreError: the database cannot be opened.
    """
    partial = archive.with_name(f"{archive.name}.partial")
    members: dict[str, Member] = {}
    try:
        if archive.exists():
            raise FileExistsError("it exists already")
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with tarfile.open(partial, "w") as tar:
            revision, counters = _add_rows(tar, members, data.path, database)
            _add_cameras(tar, members, data.path)
            for path in sorted(_other_files(data.path)):
                with path.open("rb") as file:
                    _add(tar, members, f"{FILES}/{path.relative_to(data.path).as_posix()}", file)
            manifest = Manifest(
                format=FORMAT,
                gridpatrol=version("gridpatrol"),
                revision=revision,
                created_at=now,
                counters=counters,
                members=members,
            )
            with tempfile.TemporaryFile() as file:
                file.write(manifest.model_dump_json(indent=1).encode())
                _add(tar, {}, MANIFEST, file)
        partial.rename(archive)
    except OSError as error:
        raise UserError(
            f"cannot be written: {error.strerror or error}", place=str(archive), remedy="Give another file"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def check(archive: Path) -> Manifest:
    """Read an archive to its end and compare every file with the manifest.

    Raises:
        UserError: it is no archive of this kind, or something in it is not as it was written.
    """
    found: dict[str, Member] = {}
    text = b""
    try:
        with tarfile.open(archive, "r:") as tar:
            for member in tar:
                name = PurePosixPath(member.name)
                if not member.isreg() or name.is_absolute() or ".." in name.parts or member.name in found:
                    raise _damaged(archive, f"{member.name!r} has no place in an archive")
                content = tar.extractfile(member)
                if content is None:
                    raise _damaged(archive, f"{member.name!r} cannot be read")
                if member.name == MANIFEST:
                    text = content.read()
                else:
                    found[member.name] = _measured(content)
        manifest = Manifest.model_validate_json(text)
    except (OSError, tarfile.TarError, ValidationError) as error:
        raise _damaged(archive, f"no whole archive of a node ({type(error).__name__})") from error
    if manifest.format != FORMAT:
        raise UserError(
            f"the archive has form {manifest.format}, and this GridPatrol reads {FORMAT}",
            place=str(archive),
            remedy="Use the GridPatrol that wrote it",
        )
    wrong = sorted(name for name in {*manifest.members, *found} if manifest.members.get(name) != found.get(name))
    if wrong:
        raise _damaged(archive, f"{len(wrong)} files are not as they were written, such as {wrong[0]}")
    return manifest


def restore(archive: Path, data: DataDirectory, database: str | None) -> Manifest:
    """Fill an empty data directory from an archive, all of it or, on an error, nothing.

    Args:
        data: the locked, empty data directory.
        database: URL of the dispatch side's database, which must be empty, when it is not in the data directory.

    Raises:
        UserError: the archive is damaged, or the directory is not empty.
        StoreError: the database is not empty or of another version.
    """
    manifest = check(archive)
    staging = data.path / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    if any(path.name in {CAMERAS, DISPATCH} for path in data.path.iterdir()) or any(_other_files(data.path)):
        raise UserError("the data directory is not empty", place=str(data.path), remedy="Give a new one with --data")
    staging.mkdir()
    try:
        with tarfile.open(archive, "r:") as tar:
            for name in manifest.members:
                target = staging / name
                target.parent.mkdir(parents=True, exist_ok=True)
                content = tar.extractfile(name)
                if content is None:
                    raise _damaged(archive, f"{name!r} cannot be read")
                with target.open("wb") as file:
                    shutil.copyfileobj(content, file, _CHUNK)
        _load_rows(staging, manifest, database)
        for path in (*(staging / FILES).glob("*"), staging / CAMERAS, staging / DISPATCH):
            if path.exists():
                path.rename(data.path / path.name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return manifest


def _load_rows(staging: Path, manifest: Manifest, database: str | None) -> None:
    store = open_store(database or f"sqlite:///{staging / DISPATCH}")
    try:
        rows = {path.stem: _lines(path) for path in (staging / ROWS).glob("*.jsonl")}
        load(store.engine, manifest.revision, rows, manifest.counters)
        if database is None:
            with store.engine.connect() as connection:
                # One file is moved, not three.
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        store.close()


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        yield from file


def _add_rows(
    tar: tarfile.TarFile, members: dict[str, Member], data: Path, database: str | None
) -> tuple[str, dict[str, int]]:
    store = open_store(database or f"sqlite:///{data / DISPATCH}")
    try:
        with Snapshot(store.engine) as snapshot:
            for name, lines in snapshot.tables():
                with tempfile.TemporaryFile() as file:
                    for line in lines:
                        file.write(line.encode() + b"\n")
                    _add(tar, members, f"{ROWS}/{name}.jsonl", file)
            return snapshot.revision(), snapshot.counters()
    finally:
        store.close()


def _add_cameras(tar: tarfile.TarFile, members: dict[str, Member], data: Path) -> None:
    if not (data / CAMERAS).exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / CAMERAS
        with closing(sqlite3.connect(data / CAMERAS)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        with copy.open("rb") as file:
            _add(tar, members, CAMERAS, file)


def _add(tar: tarfile.TarFile, members: dict[str, Member], name: str, file: IO[bytes]) -> None:
    file.seek(0)
    members[name] = _measured(file)
    file.seek(0)
    info = tarfile.TarInfo(name)
    info.size, info.mode = members[name].size, 0o600
    tar.addfile(info, file)


def _measured(file: IO[bytes]) -> Member:
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return Member(size=size, sha256=digest.hexdigest())


def _other_files(data: Path) -> Iterator[Path]:
    for path in data.rglob("*"):
        top = path.relative_to(data).parts[0]
        if not top.startswith(_LEFT_OUT) and path.is_file() and not path.is_symlink():
            yield path


def _damaged(archive: Path, what: str) -> UserError:
    return UserError(what, place=str(archive), remedy="Take another copy of the archive; nothing was changed")
