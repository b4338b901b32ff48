"""The matter catalogue: list, read, propose versions, decide on them."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter
from fastapi import Path as PathParameter
from pydantic import AwareDatetime, Field, StringConstraints

from dispatch.accounts import AccountRole, Caller
from dispatch.api.access import READ_ANY, About, CallerDep, allow
from dispatch.api.acting import name_of, one_role
from dispatch.api.problems import answers
from dispatch.api.schemas import IN_WHOSE_NAME, Answer, Body, ListOf, Name
from dispatch.api.services import API, IfMatch, Services, ServicesDep, expected_version
from dispatch.catalogue.admission import Admission, Decision
from dispatch.catalogue.definition import CODE_PATTERN, MatterDefinition
from dispatch.catalogue.office import CatalogueOffice, Entry, Version, Who

router = APIRouter(prefix=f"{API}/matters", tags=["matters"])

MAX_PROPOSALS = 1000
MatterPath = Annotated[str, PathParameter(pattern=CODE_PATTERN)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
_WRITE_ANSWERS = answers(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


class Step(StrEnum):
    """What is decided on a version that was proposed."""

    reviewed = "reviewed"
    admitted = "admitted"
    retired = "retired"


class CatalogueRole(StrEnum):
    """Roles that have a say on the catalogue."""

    operations = "operations"
    dispatcher = "dispatcher"
    model_engineer = "model_engineer"
    administrator = "administrator"


_DECIDING = (
    CatalogueRole.administrator,
    CatalogueRole.dispatcher,
    CatalogueRole.operations,
    CatalogueRole.model_engineer,
)
_PROPOSE = allow(*(AccountRole(role) for role in _DECIDING), about=About.nothing)
_DECIDE = allow(AccountRole.administrator, AccountRole.dispatcher, AccountRole.operations, about=About.nothing)


class VersionItem(Answer):
    """One version of a matter. Version 0 is what the configuration says."""

    version: int
    state: Admission
    definition: MatterDefinition

    @classmethod
    def of(cls, version: Version) -> Self:
        """Return the answer for a version."""
        return cls(version=version.version, state=version.state, definition=version.definition)


class MatterItem(Answer):
    """A matter as it stands."""

    matter: str
    admitted_version: int | None = Field(description="the version that holds now; null: its reports are not filed")
    standing: str = Field(description="why it stands so")
    revision: int = Field(description="grows with every decision on it; send it as If-Match with the next one")
    newest: VersionItem

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the answer for a matter."""
        return cls(
            matter=entry.matter,
            admitted_version=entry.standing.version,
            standing=entry.standing.reason,
            revision=entry.revision,
            newest=VersionItem.of(entry.versions[0]),
        )


class DecisionItem(Answer):
    """Somebody's word on one version."""

    version: int
    state: Admission
    actor: str
    role: str
    at: AwareDatetime
    effective_from: AwareDatetime
    reason: str

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """Return the answer for a decision."""
        return cls(**{name: getattr(decision, name) for name in cls.model_fields})


class MatterDetail(MatterItem):
    """A matter with its versions, newest first, and all decisions in their order."""

    versions: tuple[VersionItem, ...]
    decisions: tuple[DecisionItem, ...]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the answer for a matter with all that is known of it."""
        return cls(
            **MatterItem.of(entry).model_dump(),
            versions=tuple(VersionItem.of(version) for version in entry.versions),
            decisions=tuple(DecisionItem.of(decision) for decision in entry.decisions),
        )


class NewVersions(Body):
    """Definitions to be proposed, all of them or none."""

    actor: Name | None = Field(default=None, description=IN_WHOSE_NAME)
    role: CatalogueRole | None = Field(default=None, description="in which of your roles; the first one when absent")
    reason: Reason
    definitions: tuple[MatterDefinition, ...] = Field(min_length=1, max_length=MAX_PROPOSALS)


class NewDecision(Body):
    """A decision on a version."""

    actor: Name | None = Field(default=None, description=IN_WHOSE_NAME)
    role: CatalogueRole | None = Field(default=None, description="in which of your roles; the first one when absent")
    reason: Reason
    version: int | None = Field(
        default=None, ge=0, le=2**31 - 1, description="the newest one of which this can be decided when absent"
    )
    effective_from: AwareDatetime | None = Field(default=None, description="from when on it holds; now when absent")


class ProposalItem(Answer):
    """What became of a definition."""

    matter: str
    version: int
    is_new: bool = Field(description="false: this version said the same already")


def _who(caller: Caller, named: str | None, role: CatalogueRole | None) -> Who:
    return Who(name_of(caller, named), one_role(caller, role, tuple(AccountRole(one) for one in _DECIDING)))


def _office(services: Services) -> CatalogueOffice:
    desk = services.desk
    return CatalogueOffice(desk.store, desk.matters, review_by_another=desk.policy.settings.review_by_another)


@router.get("", dependencies=[READ_ANY], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def list_matters(services: ServicesDep) -> ListOf[MatterItem]:
    """List the whole catalogue."""
    entries = _office(services).entries(services.clock())
    return ListOf[MatterItem](items=tuple(MatterItem.of(entry) for entry in entries))


@router.get(
    "/{matter}", dependencies=[READ_ANY], responses=answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
)
def read_matter(matter: MatterPath, services: ServicesDep) -> MatterDetail:
    """Read a matter with its versions and the decisions on them."""
    return MatterDetail.of(_office(services).entry(matter, services.clock()))


@router.post("", dependencies=[_PROPOSE], status_code=HTTPStatus.CREATED, responses=_WRITE_ANSWERS)
def propose_versions(new: NewVersions, services: ServicesDep, caller: CallerDep) -> ListOf[ProposalItem]:
    """Propose versions of matters, all of them or none. They hold once they were reviewed and admitted."""
    made = _office(services).propose(
        new.definitions, who=_who(caller, new.actor, new.role), reason=new.reason, now=services.clock()
    )
    items = (ProposalItem(matter=one.matter, version=one.version, is_new=one.is_new) for one in made)
    return ListOf[ProposalItem](items=tuple(items))


@router.post(
    "/{matter}/decisions/{step}",
    dependencies=[_DECIDE],
    responses={**_WRITE_ANSWERS, **answers(HTTPStatus.PRECONDITION_FAILED)},
)
def decide_on_version(
    matter: MatterPath,
    step: Step,
    decision: NewDecision,
    services: ServicesDep,
    caller: CallerDep,
    if_match: IfMatch = None,
) -> MatterDetail:
    """Review, admit or retire a version of a matter. If-Match is its `revision`: 412 when somebody was first."""
    office, now = _office(services), services.clock()
    office.decide(
        matter,
        Admission(step),
        who=_who(caller, decision.actor, decision.role),
        reason=decision.reason,
        now=now,
        version=decision.version,
        effective_from=decision.effective_from,
        expected_revision=expected_version(if_match),
    )
    return MatterDetail.of(office.entry(matter, now))
