"""Proposing, reviewing, admitting and retiring matters, and what becomes of reports meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pytest

from dispatch.catalogue.admission import Admission
from dispatch.catalogue.definition import Condition, MatterDefinition
from dispatch.catalogue.office import CatalogueOffice, Who
from dispatch.config import ClockKind, Limit, MatterCode, MatterRules
from dispatch.contract import CaseChanged, CaseState
from dispatch.errors import DispatchError, IllegalMove, Invalid, NotFound
from dispatch.report import PersonReport
from dispatch.store import SqlStore
from tests.dispatch.builders import PLACE, RULES, a_desk, at, metres_east, outgoing, report, sent

LI = Who("Li", "administrator")
WU = Who("Wu", "dispatcher")
WAITING = RULES.model_copy(update={"admitted": False})
MATTERS: Mapping[str, MatterRules] = {"litter_exposed": RULES, "street_stall": WAITING}
STALL = MatterDefinition(
    matter="street_stall",
    name_zh="占道经营",
    codes=(MatterCode(scheme="gbt30428", value="0406"), MatterCode(scheme="cjt214", value="0501")),
    conditions=(Condition(limit_text="2紧急工作时", limit=Limit(value=2, clock=ClockKind.urgent_hour)),),
    department="urban_management",
)


@pytest.fixture
def office(store: SqlStore) -> CatalogueOffice:
    return CatalogueOffice(store, MATTERS)


def admit(office: CatalogueOffice, definition: MatterDefinition, now: datetime, since: datetime | None = None) -> int:
    """Bring a definition all the way; return its version."""
    (made,) = office.propose((definition,), who=LI, reason="seen often", now=now)
    office.decide(definition.matter, Admission.reviewed, who=WU, reason="clear", now=now)
    office.decide(definition.matter, Admission.admitted, who=LI, reason="agreed", now=now, effective_from=since)
    return made.version


def test_configured_matters_are_admitted_unless_they_say_otherwise(office: CatalogueOffice) -> None:
    litter, stall = office.entries(at(0))
    assert (litter.matter, litter.standing.version, litter.versions[0].state) == ("litter_exposed", 0, "admitted")
    assert (stall.matter, stall.standing.version, stall.versions[0].state) == ("street_stall", None, "proposed")


def test_what_is_not_admitted_is_kept_and_not_filed(store: SqlStore, office: CatalogueOffice) -> None:
    desk = a_desk(store, MATTERS)
    early = desk.receive(sent(report("e1", matter="street_stall", confirmed_at=at(10))), at(11)).case_id or ""
    admit(office, STALL, at(20), since=at(100))
    between = report("e2", matter="street_stall", confirmed_at=at(99), location=metres_east(100), camera_id="b")
    later = report("e3", matter="street_stall", confirmed_at=at(100), location=metres_east(200), camera_id="c")
    second = desk.receive(sent(between), at(101)).case_id or ""
    third = desk.receive(sent(later), at(102)).case_id or ""
    views = [store.views.case(case_id) for case_id in (early, second, third)]
    assert [view.case.state for view in views] == [CaseState.not_filed, CaseState.not_filed, CaseState.dispatched]
    assert views[0].events[0].report.event_id == "e1", "it is kept"
    assert views[0].history[-1].reason == "matter street_stall is not admitted: the configuration only proposes it"
    assert "it was not admitted yet" in views[1].history[-1].reason
    assert views[2].case.department == "urban_management"
    told = [message for message in outgoing(store, CaseChanged) if message.case_id == third]
    assert told[-1].codes == {"gbt30428": "0406", "cjt214": "0501"}


def test_a_retired_matter_is_not_filed_until_a_new_version_is_admitted(
    store: SqlStore, office: CatalogueOffice
) -> None:
    desk = a_desk(store, MATTERS)
    office.decide("litter_exposed", Admission.retired, who=LI, reason="handed to the market", now=at(0))
    declined = desk.receive(sent(report("e1", confirmed_at=at(1))), at(2)).case_id or ""
    assert desk.case(declined).state is CaseState.not_filed
    assert "retired from 2026-11-21 08:00 UTC by Li" in store.views.case(declined).history[-1].reason
    again = office.entry("litter_exposed", at(3)).versions[0].definition
    assert admit(office, again, at(4)) == 1
    filed = desk.receive(sent(report("e2", confirmed_at=at(5), location=metres_east(100), camera_id="b")), at(6))
    assert desk.case(filed.case_id or "").state is CaseState.dispatched


def test_a_persons_report_of_such_a_matter_waits_for_a_person(store: SqlStore) -> None:
    desk = a_desk(store, MATTERS)
    seen = PersonReport(event_id="p1", matter="street_stall", location=PLACE, seen_at=at(0), reporter="Wang")
    case = desk.case(desk.report(seen, at(1)).case_id or "")
    assert case.state is CaseState.review


def test_a_matter_without_a_file_is_filed_once_admitted(store: SqlStore, office: CatalogueOffice) -> None:
    desk = a_desk(store, MATTERS)
    dirt = STALL.model_copy(update={"matter": "gbt30428_0112", "codes": (MatterCode(scheme="gbt30428", value="0112"),)})
    admit(office, dirt, at(0))
    seen = PersonReport(event_id="p1", matter="gbt30428_0112", location=PLACE, seen_at=at(1), reporter="Wang")
    case = desk.case(desk.report(seen, at(2)).case_id or "")
    assert (case.state, case.department) == (CaseState.dispatched, "urban_management")
    office.decide("gbt30428_0112", Admission.retired, who=LI, reason="handed over", now=at(4))
    later = PersonReport(
        event_id="p2", matter="gbt30428_0112", location=metres_east(300), seen_at=at(5), reporter="Wang"
    )
    waiting = desk.case(desk.report(later, at(6)).case_id or "")
    assert waiting.state is CaseState.review, "retired: a person's report waits"
    handled = desk.handle(case.case_id, actor="Wu", now=at(8))
    assert handled.state is CaseState.human_check, "the open case goes on"


def test_proposing_the_same_again_makes_no_version(office: CatalogueOffice) -> None:
    assert admit(office, STALL, at(0)) == 1
    (again,) = office.propose((STALL,), who=LI, reason="again", now=at(1))
    assert (again.version, again.is_new) == (1, False)
    (other,) = office.propose((STALL.model_copy(update={"name_zh": "摊贩"}),), who=LI, reason="renamed", now=at(1))
    assert (other.version, other.is_new) == (2, True)
    entry = office.entry("street_stall", at(2))
    assert [(v.version, v.state) for v in entry.versions] == [(2, "proposed"), (1, "admitted"), (0, "proposed")]
    assert [d.actor for d in entry.decisions] == ["Li", "Wu", "Li", "Li"]
    assert entry.standing.version == 1


def test_all_are_proposed_or_none(office: CatalogueOffice) -> None:
    taken = STALL.model_copy(update={"matter": "vendor", "department": "x"})
    with pytest.raises(Invalid, match="code 0406 of gbt30428 belongs to street_stall"):
        office.propose((STALL, taken), who=LI, reason="table of May", now=at(0))
    assert [v.version for v in office.entry("street_stall", at(1)).versions] == [0]
    with pytest.raises(NotFound):
        office.entry("vendor", at(1))


@pytest.mark.parametrize(
    ("step", "who", "version", "error", "said"),
    [
        (Admission.admitted, LI, None, IllegalMove, "no version can be admitted: version 1 is proposed"),
        (Admission.admitted, LI, 1, IllegalMove, "is proposed and cannot be admitted"),
        (Admission.reviewed, LI, 7, IllegalMove, "version 7 of street_stall is unknown"),
        (Admission.reviewed, Who("Wu", "handler"), 1, IllegalMove, "not by handler"),
        (Admission.retired, Who("Wu", "dispatcher"), 1, IllegalMove, "by administrator, not by dispatcher"),
    ],
)
def test_what_cannot_be_decided(
    office: CatalogueOffice, step: Admission, who: Who, version: int | None, error: type[DispatchError], said: str
) -> None:
    office.propose((STALL,), who=LI, reason="seen often", now=at(0))
    with pytest.raises(error, match=said):
        office.decide("street_stall", step, who=who, reason="so", now=at(1), version=version)


def test_who_proposes_does_not_review(store: SqlStore, office: CatalogueOffice) -> None:
    office.propose((STALL,), who=LI, reason="seen often", now=at(0))
    with pytest.raises(IllegalMove, match="version 1 of street_stall was proposed by Li, who cannot review it"):
        office.decide("street_stall", Admission.reviewed, who=LI, reason="clear", now=at(1))
    assert office.entry("street_stall", at(2)).versions[0].state is Admission.proposed
    office.decide("street_stall", Admission.reviewed, who=WU, reason="clear", now=at(3))
    office.decide("street_stall", Admission.admitted, who=LI, reason="agreed", now=at(4))
    assert office.entry("street_stall", at(5)).standing.version == 1


def test_an_office_of_one_person_may_say_so(store: SqlStore) -> None:
    alone = CatalogueOffice(store, MATTERS, review_by_another=False)
    alone.propose((STALL,), who=LI, reason="seen often", now=at(0))
    for state in (Admission.reviewed, Admission.admitted):
        alone.decide("street_stall", state, who=LI, reason="nobody else is here", now=at(1))
    assert alone.entry("street_stall", at(2)).standing.version == 1
