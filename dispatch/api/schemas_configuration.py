"""What the API answers and takes about configuration: documents, their versions, pauses."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field, StringConstraints, WithJsonSchema

from dispatch.adapter import FieldMapping
from dispatch.api.schemas import Answer, Body, Name
from dispatch.configuration import Document, DocumentKind, Effect, Notice, Origin, Pause, Saved, Version, View

ADDABLE = r"^(matter|mapping)\.[a-z0-9_-]{1,64}$"
"""Names of documents that can be added and taken away."""
REFERENCE = "x-document"
"""Marks in the description where a document's own schema belongs."""

CameraContent = Annotated[dict[str, Any], WithJsonSchema({REFERENCE: "CameraFile"})]
"""What a camera's file says."""
_NOTICES = "what works but may not be meant"
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


class MappingTrial(Body):
    """A field mapping that is not saved yet, to be seen at work."""

    mapping: FieldMapping
    case_id: Name | None = Field(
        default=None, description="whose latest change is written; the newest case's if absent"
    )


class WrittenEvent(Answer):
    """What a receiver would be sent by a field mapping."""

    event: dict[str, Any] = Field(description="the CloudEvent as it is told without a mapping")
    body: dict[str, Any] = Field(description="what the mapping makes of it")


class NoticeItem(Answer):
    """What works but may not be meant, in both languages of the operators."""

    what: str
    what_zh: str = Field(description="empty where it has no Chinese words")


def notice_items(notices: tuple[Notice, ...]) -> tuple[NoticeItem, ...]:
    """Return the answers for notices."""
    return tuple(NoticeItem(what=one.what, what_zh=one.what_zh) for one in notices)


class CameraSaved(CameraConfiguration):
    """A camera as it was saved."""

    effect: Effect = Effect.at_once
    notices: tuple[NoticeItem, ...] = Field(default=(), description=_NOTICES)

    @classmethod
    def of_saved(cls, saved: Saved) -> Self:
        """Return the answer to a save."""
        known = CameraConfiguration.of(saved.version)
        return cls(**known.model_dump(), effect=saved.effect, notices=notice_items(saved.notices))


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

    name: str = Field(description="such as calendar, matter.street_stall, mapping.city")
    kind: DocumentKind = Field(description="settings: there is one each; matters and field mappings can be added")
    name_en: str
    name_zh: str
    has_default: bool = Field(description="something holds without a file of the city's own: version 0")
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
        line |= {"name": document.name, "kind": document.kind, "has_default": document.has_default}
        return cls(name_en=document.name_en, name_zh=document.name_zh, **line)


class DocumentDetail(DocumentItem):
    """A document of settings with what it says. The ETag is its version."""

    content: dict[str, Any] | None = Field(description="null: it was taken away")

    @classmethod
    def of(cls, document: Document) -> Self:
        """Return the answer for a document."""
        said = document.newest.content
        return cls(**DocumentItem.of(document).model_dump(), content=None if said is None else dict(said))


class DocumentSaved(DocumentDetail):
    """A document as it was saved."""

    effect: Effect = Field(description="at_next_start: it holds when the node is started again")
    notices: tuple[NoticeItem, ...] = Field(description=_NOTICES)


class DocumentChange(Body):
    """A document as it is to be."""

    content: dict[str, Any]
    note: Note = Field(default="", description="why, for those who compare versions later")


class NewDocument(Body):
    """A matter or a field mapping to be added."""

    name: str = Field(pattern=ADDABLE, description="matter.CODE or mapping.NAME")
    content: dict[str, Any]
    note: Note = ""


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
