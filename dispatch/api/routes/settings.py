"""The city's settings as documents with versions: calendar, departments, desk, registers, matters, field mappings."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi import Path as PathParameter

from dispatch.accounts import AccountRole
from dispatch.adapter import write
from dispatch.api.access import Access, CallerDep, allow
from dispatch.api.problems import Unavailable, answers
from dispatch.api.routes.camera_configuration import CONFIGURE_CITY, READ_ANSWERS, WRITE_ANSWERS
from dispatch.api.schemas import ListOf
from dispatch.api.schemas_configuration import (
    ADDABLE,
    DocumentChange,
    DocumentDetail,
    DocumentItem,
    DocumentSaved,
    MappingTrial,
    NewDocument,
    Restoring,
    VersionLine,
    WrittenEvent,
    notice_items,
)
from dispatch.api.services import (
    API,
    Cursor,
    IfMatch,
    Limit,
    MustMatch,
    ServicesDep,
    etag_of,
    expected_version,
    read_cursor,
    write_cursor,
)
from dispatch.configuration import Author, Saved, SettingsDocuments
from dispatch.errors import NotFound
from dispatch.service.unit import told_of
from dispatch.views import CaseFilter

router = APIRouter(prefix=f"{API}/configuration", tags=["configuration"])

_READERS = (AccountRole.administrator, AccountRole.operations, AccountRole.dispatcher)
_READ = allow(*_READERS, access=Access.read)


def _documents(services: ServicesDep) -> SettingsDocuments:
    if services.configuration.settings is None:
        raise Unavailable("nothing here has settings to change", "Ask a running node.")
    return services.configuration.settings


DocumentsDep = Annotated[SettingsDocuments, Depends(_documents)]
NamePath = Annotated[str, PathParameter(pattern=rf"^[a-z_]{{1,64}}$|{ADDABLE}")]
NumberPath = Annotated[int, PathParameter(ge=0, le=2**31 - 1, description="0: what comes with the program")]


@router.get("", dependencies=[_READ], responses=answers())
def list_documents(documents: DocumentsDep) -> ListOf[DocumentItem]:
    """List the documents of settings."""
    return ListOf[DocumentItem](items=tuple(DocumentItem.of(one) for one in documents.documents()))


@router.post("", dependencies=[CONFIGURE_CITY], status_code=HTTPStatus.CREATED, responses=WRITE_ANSWERS)
def add_document(
    new: NewDocument, documents: DocumentsDep, services: ServicesDep, caller: CallerDep, response: Response
) -> DocumentSaved:
    """Add a matter or a field mapping. A matter that is added is not admitted yet."""
    author = Author(caller.name, services.clock(), new.note)
    return _saved(documents, new.name, documents.add(new.name, new.content, author), response)


@router.post(
    "/mapping-preview",
    # It changes nothing, so that there is nothing to note in the audit log.
    dependencies=[allow(*_READERS, audits_itself=True)],
    responses=answers(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
def preview_mapping(trial: MappingTrial, services: ServicesDep) -> WrittenEvent:
    """Show what a receiver would be sent: the latest change of a case, as a field mapping writes it."""
    views = services.desk.store.views
    newest = views.cases(CaseFilter(), limit=1).items if trial.case_id is None else (views.case_head(trial.case_id),)
    if not newest:
        raise NotFound(
            "no case has been reported yet to show the mapping on",
            "Preview it once there is a case; saving it needs none.",
        )
    (case,) = newest
    rules = services.desk.matters.get(case.matter)
    told = told_of(case, views.case(case.case_id).history[-1], codes=rules.codes_by_scheme() if rules else {})
    event = told.model_dump(mode="json")
    return WrittenEvent(event=event, body=write(trial.mapping, event, services.names))


@router.get("/{name}", dependencies=[_READ], responses=READ_ANSWERS)
def read_document(name: NamePath, documents: DocumentsDep, response: Response) -> DocumentDetail:
    """Read what a document says now."""
    document = documents.document(name)
    response.headers["ETag"] = etag_of(document.newest.number)
    return DocumentDetail.of(document)


@router.get("/{name}/schema", dependencies=[_READ], responses=READ_ANSWERS)
def read_document_schema(name: NamePath, documents: DocumentsDep) -> dict[str, Any]:
    """Read the JSON schema of a document: every key with its description."""
    return dict(documents.schema(name))


@router.put("/{name}", dependencies=[CONFIGURE_CITY], responses=WRITE_ANSWERS)
def save_document(
    name: NamePath,
    change: DocumentChange,
    documents: DocumentsDep,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    if_match: MustMatch,
) -> DocumentSaved:
    """Save a document. `effect` says whether it holds at once or from the next start of the node on."""
    author = Author(caller.name, services.clock(), change.note)
    saved = documents.save(name, change.content, expected_version(if_match), author)
    return _saved(documents, name, saved, response)


@router.delete("/{name}", dependencies=[CONFIGURE_CITY], responses=WRITE_ANSWERS)
def retire_document(
    name: NamePath,
    documents: DocumentsDep,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    if_match: MustMatch,
) -> DocumentDetail:
    """Take a matter or a field mapping away. Its file moves aside, its versions stay."""
    document = documents.document(name)
    version = documents.retire(name, expected_version(if_match), Author(caller.name, services.clock()))
    response.headers["ETag"] = etag_of(version.number)
    return DocumentDetail.of(replace(document, newest=version))


@router.get("/{name}/versions", dependencies=[_READ], responses=READ_ANSWERS)
def list_document_versions(
    name: NamePath, documents: DocumentsDep, cursor: Cursor = None, limit: Limit = 100
) -> ListOf[VersionLine]:
    """List the versions of a document, newest first."""
    page = documents.versions(name, before=read_cursor(cursor), limit=limit)
    return ListOf[VersionLine](items=tuple(VersionLine.of(one) for one in page.items), next=write_cursor(page.next))


@router.get("/{name}/versions/{version}", dependencies=[_READ], responses=READ_ANSWERS)
def read_document_version(name: NamePath, version: NumberPath, documents: DocumentsDep) -> DocumentDetail:
    """Read what a document said in an earlier version."""
    return DocumentDetail.of(replace(documents.document(name), newest=documents.version(name, version)))


@router.post("/{name}/versions/{version}/restore", dependencies=[CONFIGURE_CITY], responses=WRITE_ANSWERS)
def restore_document(
    name: NamePath,
    version: NumberPath,
    restoring: Restoring,
    documents: DocumentsDep,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    if_match: IfMatch = None,
) -> DocumentSaved:
    """Put an earlier version into force again, as a new version."""
    author = Author(caller.name, services.clock(), restoring.note)
    saved = documents.restore(name, version, expected_version(if_match), author)
    return _saved(documents, name, saved, response)


def _saved(documents: SettingsDocuments, name: str, saved: Saved, response: Response) -> DocumentSaved:
    response.headers["ETag"] = etag_of(saved.version.number)
    said = DocumentDetail.of(replace(documents.document(name), newest=saved.version))
    return DocumentSaved(**said.model_dump(), effect=saved.effect, notices=notice_items(saved.notices))
