"""What the API answers and takes about configuration: documents, their versions, pauses."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field, StringConstraints, WithJsonSchema

from dispatch.api.schemas import Answer, Body, Name
from dispatch.configuration import Document, Effect, Origin, Pause, Saved, Version, View

REFERENCE = "x-document"
"""Marks in the description where a document's own schema belongs."""

CameraContent = Annotated[dict[str, Any], WithJsonSchema({REFERENCE: "CameraFile"})]
"""What a camera's file says."""
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class VersionLine(Answer):
    """A version of a document, without what it says."""

    version: int
    changed_at: AwareDatetime
    changed_by: str = Field(description="who saved it; empty where the file was edited by hand")
    origin: Origin = Field(description="how it came about; file: edited by hand, noticed at a start or a save")
    note: str

    @classmethod
    def of(cls, version: Version) -> Self:
        """Return the answer for a version."""
        return cls(**_line(version))


class CameraConfiguration(VersionLine):
    """What a camera's file says. The ETag is its version."""

    camera_id: str
    configuration: CameraContent | None = Field(
        description="as written: places in the file's own crs; null: the camera was retired"
    )

    @classmethod
    def of(cls, version: Version) -> Self:
        """Return the answer for a version."""
        content = None if version.content is None else dict(version.content)
        return cls(**_line(version), camera_id=version.document.partition("/")[2], configuration=content)


class CameraSaved(CameraConfiguration):
    """A camera as it was saved."""

    effect: Effect = Effect.at_once
    notices: tuple[str, ...] = Field(default=(), description="what works but may not be meant, one line each")

    @classmethod
    def of_saved(cls, saved: Saved) -> Self:
        """Return the answer to a save."""
        known = CameraConfiguration.of(saved.version)
        return cls(**known.model_dump(), effect=saved.effect, notices=saved.notices)


class CameraChange(Body):
    """A camera's file as it is to be."""

    configuration: CameraContent
    note: Note = Field(default="", description="why, for those who compare versions later")
    view: View = Field(
        default=View.auto,
        description="what becomes of what the camera remembers. auto: forgotten where the address has changed;"
        " same: kept; new: forgotten, after the camera was turned",
    )


class NewCamera(Body):
    """A camera to be added."""

    configuration: CameraContent
    note: Note = ""


class Restoring(Body):
    """Why an earlier version is restored."""

    note: Note = ""


class DocumentItem(Answer):
    """A document of settings and its newest version; version 0: what holds without a file of the city's own."""

    name: str
    name_en: str
    name_zh: str
    version: int
    changed_at: AwareDatetime | None = Field(description="null: it comes with the program")
    changed_by: str
    origin: Origin
    note: str

    @classmethod
    def of(cls, document: Document) -> Self:
        """Return the answer for a document."""
        line = _line(document.newest)
        if document.newest.origin is Origin.shipped:
            line["changed_at"] = None
        return cls(name=document.name, name_en=document.name_en, name_zh=document.name_zh, **line)


class DocumentDetail(DocumentItem):
    """A document of settings with what it says. The ETag is its version."""

    content: dict[str, Any]

    @classmethod
    def of(cls, document: Document) -> Self:
        """Return the answer for a document."""
        return cls(**DocumentItem.of(document).model_dump(), content=dict(document.newest.content or {}))


class DocumentSaved(DocumentDetail):
    """A document as it was saved."""

    effect: Effect = Field(description="at_next_start: it holds when the node is started again")
    notices: tuple[str, ...]


class DocumentChange(Body):
    """A document as it is to be."""

    content: dict[str, Any]
    note: Note = Field(default="", description="why, for those who compare versions later")


class Pausing(Body):
    """Why a camera is to be left alone."""

    reason: Name


class PauseItem(Answer):
    """A camera that is left alone until it is resumed, also after a restart."""

    camera_id: str
    since: AwareDatetime
    paused_by: str
    reason: str

    @classmethod
    def of(cls, pause: Pause) -> Self:
        """Return the answer for a pause."""
        return cls(camera_id=pause.camera_id, since=pause.since, paused_by=pause.paused_by, reason=pause.reason)


def _line(version: Version) -> dict[str, Any]:
    return {
        "version": version.number,
        "changed_at": version.changed_at,
        "changed_by": version.changed_by,
        "origin": version.origin,
        "note": version.note,
    }
