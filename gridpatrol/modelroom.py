"""The models of a node: its registry, their cards, and the gate's decisions. To the API it is `ModelControl`."""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from dispatch.clip_comparisons import ClipComparisons, NoClipComparisons
from dispatch.errors import Invalid, NotFound, Refused
from dispatch.models import (
    Curve,
    GateDecision,
    GateLine,
    Measuring,
    MeasuringState,
    ModelBook,
    ModelDetail,
    ModelInfo,
    ServiceChange,
    Standing,
)
from gridpatrol.errands import Errand, Errands
from gridpatrol.settings import GateSettings
from models.errors import PromotionError
from models.promote import EVENTS, FAMILIES, SPEED, Decision, decisions, enter_service, latest_decision
from models.register import Change, changes, roll_back
from models.registry import Manifest, ModelEntry, RegistryError, load_manifest

log = logging.getLogger(__name__)

CARDS = "cards"
"""Folder of cards beside the manifest: NAME-VERSION.md, and NAME-VERSION/ with curves (csv) and pictures."""
MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg"}
MOST_TOLD = 50
"""Decisions and changes that are shown, the latest."""
_PICTURE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
KIND = "gate"
AIMS = (*FAMILIES, SPEED, EVENTS)
MOST_MEASUREMENTS = 10
_GATE = "on the command line: gridpatrol model gate"


class ModelRoom:
    """Reads and changes the registry of a node.

    Args:
        manifest: the registry.
        answering: tells which model answers on the cameras now, and why it is not the one in service if it is not.
        errands: measures challengers.
        gate: what it measures them on; None where the node has nothing.
        clips: compares models on recordings; None where nothing does.
    """

    def __init__(
        self,
        manifest: Path,
        answering: Callable[[], tuple[str, str]],
        *,
        errands: Errands,
        gate: GateSettings | None = None,
        clips: ClipComparisons | None = None,
    ) -> None:
        self._manifest = manifest
        self._answering = answering
        self._errands = errands
        self._gate = gate
        self.clips: ClipComparisons = clips or NoClipComparisons()

    def book(self) -> ModelBook:
        """Return all models and what was decided on them.

        Raises:
            Refused: the registry or a record beside it cannot be read.
        """
        registry = self._registry()
        answering, fault = self._answering()
        try:
            made, entered = decisions(self._manifest), changes(self._manifest)
        except (PromotionError, RegistryError) as error:
            raise Refused(str(error), "Restore the file, or move it aside.") from error
        return ModelBook(
            models=tuple(_info(registry, entry) for entry in registry.entries.values()),
            in_service=registry.in_service_id,
            answering=answering,
            fault=fault,
            decisions=tuple(_told(decision) for decision in reversed(made[-MOST_TOLD:])),
            changes=tuple(
                ServiceChange(change.at, change.by, change.why, change.before, change.after)
                for change in reversed(entered[-MOST_TOLD:])
            ),
            aims=AIMS,
            can_measure=self._gate is not None,
            measurements=tuple(_measuring(errand) for errand in self._errands.errands(KIND)[:MOST_MEASUREMENTS]),
        )

    def detail(self, model_id: str) -> ModelDetail:
        """Return one model with its card. Raises NotFound."""
        registry = self._registry()
        entry = _entry(registry, model_id)
        folder = self._folder(entry)
        card = folder.with_name(folder.name + ".md")
        book = self.book()
        return ModelDetail(
            info=_info(registry, entry),
            card=card.read_text(encoding="utf-8") if card.is_file() else "",
            curves=tuple(_curve(path) for path in sorted(folder.glob("*.csv"))),
            pictures=tuple(sorted(path.name for path in folder.glob("*") if path.suffix in MEDIA_TYPES)),
            decisions=tuple(one for one in book.decisions if entry.id in {one.challenger, one.in_service}),
        )

    def picture(self, model_id: str, name: str) -> tuple[bytes, str]:
        """Return a picture of a model's card and its media type. Raises NotFound."""
        path = self._folder(_entry(self._registry(), model_id)) / name
        if _PICTURE.fullmatch(name) is None or path.suffix not in MEDIA_TYPES or not path.is_file():
            raise NotFound(f"{model_id} has no picture {name!r}", "Take the address from the model, unchanged.")
        return path.read_bytes(), MEDIA_TYPES[path.suffix]

    def measure(self, model_id: str, *, aim: str, by: str, at: datetime) -> Measuring:
        """Begin to measure a challenger for the gate.

        Raises:
            NotFound: there is no such model.
            Invalid: nothing can be measured to be better at this.
            Refused: it is in service, or the node has nothing to measure on.
            TooMany: so much work waits that more is refused.
        """
        registry = self._registry()
        entry = _entry(registry, model_id)
        if aim not in AIMS:
            raise Invalid(f"unknown aim {aim!r}", f"Choose one of {', '.join(AIMS)}.")
        if aim == EVENTS and (self._gate is None or self._gate.clips is None):
            raise Refused("this node has no clips to compare events on", "Name them in node.yaml: gate.clips.")
        if entry.id == registry.in_service_id:
            raise Refused(f"{entry.id} is in service", "Measure another model against it.")
        if self._gate is None:
            raise Refused("this node has no data to measure on", f"Name it in node.yaml (gate), or {_GATE} {entry.id}")
        job = {
            "manifest": str(self._manifest.resolve()),
            "challenger": entry.id,
            "aim": aim,
            "at": at.isoformat(),
            **self._gate.model_dump(mode="json"),
        }
        folder = self._errands.prepare()
        return _measuring(self._errands.start(folder, KIND, job, about=entry.id, by=by, at=at, notes=aim))

    def cancel(self, measuring_id: str, at: datetime) -> Measuring:
        """End a measurement. Raises NotFound."""
        return _measuring(self._errands.cancel(measuring_id, KIND, at))

    def promote(self, model_id: str, *, by: str, at: datetime) -> ModelBook:
        """Put a model in service on the gate's last decision; running nodes change over by themselves.

        Raises:
            NotFound: there is no such model.
            Refused: the gate has refused it, or has not seen it against the model in service, with the reasons.
        """
        registry = self._registry()
        entry = _entry(registry, model_id)
        if entry.id == registry.in_service_id:
            raise Refused(f"{entry.id} is in service", "Nothing needs to be done.")
        measure_first = f"Measure it first, here or {_GATE} {entry.id}"
        try:
            decision = latest_decision(self._manifest, entry.id)
            if decision is None:
                raise Refused(f"{entry.id} was not measured against {registry.in_service_id}", measure_first)
            enter_service(self._manifest, decision, at=at, by=by)
        except PromotionError as error:
            raise Refused(str(error), measure_first) from error
        except (RegistryError, OSError) as error:
            raise _unwritten(error, registry) from error
        log.warning("%s puts %s in service", by, entry.id)
        return self.book()

    def roll_back(self, *, by: str, at: datetime) -> ModelBook:
        """Return to the model that was in service before. Raises Refused: there was none, or it is not what it was."""
        registry = self._registry()
        try:
            roll_back(self._manifest, Change(at, by, "rolled_back"))
        except PromotionError as error:
            raise Refused(str(error), "Promote another model.") from error
        except (RegistryError, OSError) as error:
            raise _unwritten(error, registry) from error
        log.warning("%s rolls back from %s", by, registry.in_service_id)
        return self.book()

    def _registry(self) -> Manifest:
        try:
            return load_manifest(self._manifest)
        except RegistryError as error:
            raise Refused(str(error), "Repair the registry; the model that runs stays in force.") from error

    def _folder(self, entry: ModelEntry) -> Path:
        return self._manifest.parent / CARDS / f"{entry.name}-{entry.version}"


def _entry(registry: Manifest, model_id: str) -> ModelEntry:
    try:
        return registry.find(model_id)
    except RegistryError as error:
        raise NotFound(f"there is no model {model_id!r}", "List the models.") from error


def _unwritten(error: Exception, registry: Manifest) -> Refused:
    return Refused(f"the registry cannot be changed: {error}", f"{registry.in_service_id} stays in service.")


def _info(registry: Manifest, entry: ModelEntry) -> ModelInfo:
    standing = {registry.previous_id: Standing.previous, registry.in_service_id: Standing.in_service}
    return ModelInfo(
        id=entry.id,
        standing=standing.get(entry.id, Standing.challenger),
        precision=entry.precision,
        input_px=entry.input_size,
        licence=entry.licence,
        base=entry.base,
        classes=entry.classes,
        figures=entry.metrics,
        size_bytes=sum(file.stat().st_size for file in entry.files if file.exists()),
    )


def _measuring(errand: Errand) -> Measuring:
    return Measuring(
        id=errand.id,
        challenger=errand.about,
        aim=errand.notes,
        by=errand.by,
        at=errand.at,
        state=MeasuringState(errand.state.value),
        progress=errand.progress,
        problem=errand.problem,
    )


def _told(decision: Decision) -> GateDecision:
    return GateDecision(
        at=decision.at,
        in_service=decision.champion,
        challenger=decision.challenger,
        aim=decision.aim,
        lines=tuple(
            GateLine(line.family, line.data, line.champion, line.challenger, line.allowed, line.passed)
            for line in decision.lines
        ),
        accepted=decision.accepted,
        reasons=decision.reasons,
    )


def _curve(path: Path) -> Curve:
    with path.open(encoding="utf-8", newline="") as file:
        columns, *rows = csv.reader(file)
    return Curve(path.stem, tuple(columns), tuple(tuple(_number(text) for text in row) for row in rows))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
