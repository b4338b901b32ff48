"""What became of reported incidents, asked of a running node, for the review set of its kept looks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from detector.looks import FOLDER, LookStore
from dispatch.contract import CaseState, Resolution
from dispatch.moves import Action, Role
from gridpatrol.cli.client import Node, token_for
from gridpatrol.config.matters import load_matters
from gridpatrol.errors import UserError
from gridpatrol.keys import DATA_VARIABLE
from gridpatrol.lock import read_beacon
from gridpatrol.shipped import SHIPPED_CONFIG
from models.dataset.collect import Judgement, collect
from models.dataset.formats import write_form
from models.dataset.review import Verdict, write_review

PROVEN = frozenset({Resolution.verified_by_camera, Resolution.verified_by_person, Resolution.self_cleared})
"""Ends of a case that prove that there was something: it was seen to go."""


def judgements_from(node: Node, event_ids: Iterable[str]) -> dict[str, Judgement]:
    """Ask a node for the judgement on each event; those that it does not know (any more) are left out.

    Raises:
        UserError: no node answers.
    """
    known = {event["event_id"]: event for event in node.pages("/events", {}, limit=100_000)}
    cases: dict[str, Mapping[str, Any]] = {}
    found = {}
    for event_id in dict.fromkeys(event_ids):
        event = known.get(event_id)
        if event is not None:
            case_id = event["case_id"]
            if case_id not in cases:
                cases[case_id] = node.get(f"/cases/{quote(case_id, safe='')}")
            found[event_id] = judgement_of(event, cases[case_id])
    return found


def judgement_of(event: Mapping[str, Any], case: Mapping[str, Any]) -> Judgement:
    """Say what people and re-checks made of an event, given it and its case as the API shows them.

    Rejected: a person declined or voided the case, or corrected its matter, which is then told with it. Confirmed: it
    was handled and then seen to be gone, by the camera or by a person. All else (open, forced shut, dropped by the
    machine) nobody has judged.
    """
    case_id = str(case["case_id"])
    by_people = {Action(line["action"]) for line in case["history"] if Role(line["role"]) is not Role.machine}
    ended = CaseState(case["state"])
    if (ended is CaseState.voided and Action.void in by_people) or (
        ended is CaseState.not_filed and Action.decline in by_people
    ):
        return Judgement(Verdict.rejected, case_id)
    proven = case["resolution"] is not None and Resolution(case["resolution"]) in PROVEN
    if Action.correct in by_people and case["matter"] != event["matter"]:
        return Judgement(Verdict.rejected, case_id, str(case["matter"]), proven)
    return Judgement(Verdict.confirmed if proven else Verdict.unreviewed, case_id, proven=proven)


def collect_from(data: Path, out: Path, *, url: str = "", config: Path = SHIPPED_CONFIG) -> Iterator[str]:
    """Write the review set of a node's kept looks; yields what was done, a line at a time.

    Args:
        data: the node's data directory.
        out: new folder: `review.jsonl` with `images/`, and `unsure/` for what nobody judged.
        url: the node's address; the one that it announced when empty.
        config: folder whose `matters/` (or the shipped ones) say which classes a matter asks for.

    Raises:
        UserError: no node runs there, nothing was kept, or the folder is in use.
    """
    beacon = read_beacon(data)
    if not url and beacon is None:
        raise UserError("no node runs on this data directory", place=str(data), remedy="start it, or give --url")
    if out.exists() and any(out.iterdir()):
        raise UserError("this folder is in use", place=str(out), remedy="choose a new one")
    looks = list(LookStore(data / FOLDER).looks())
    if not looks:
        raise UserError("no look was kept yet", place=str(data / FOLDER))
    address = url or (beacon.api_url if beacon else "")
    node = Node(address, token=token_for(address, {**os.environ, DATA_VARIABLE: str(data)}))
    own = config / "matters"
    matters = load_matters(own if own.is_dir() else SHIPPED_CONFIG / "matters")
    classes_of = {code: matter.watched.rule.classes for code, matter in matters.items()}
    found = collect(looks, judgements_from(node, (look.event_id for look, _ in looks)), classes_of)
    path = write_review(out, found.rows)
    yield f"{path}: {len(found.rows)} judged looks"
    if found.unsure:
        classes = sorted({label.name for picture in found.unsure for label in picture.labels})
        tasks = write_form(found.unsure, classes, out / "unsure", "labelstudio")
        yield f"{tasks}: {len(found.unsure)} looks that nobody judged"
    for why, number in found.left_out.items():
        yield f"left out: {number} {why}"
