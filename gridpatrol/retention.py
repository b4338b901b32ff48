"""Deletes pictures that were kept long enough, and writes down which."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from detector.errors import EvidenceError
from detector.evidence import EvidenceStore
from dispatch.retention import Deletion, Grounds, RetentionRows
from gridpatrol.settings import Retention

log = logging.getLogger(__name__)

INTERVAL_S = 3600.0


@dataclass(frozen=True)
class Sweeper:
    """Deletes what is due.

    Attributes:
        rows: what cases know of their pictures.
        evidence: the pictures.
        days: how long they are kept.
    """

    rows: RetentionRows
    evidence: EvidenceStore
    days: Retention

    def run_once(self, now: datetime) -> int:
        """Delete all that is due at an aware time; return how many pictures. What a crash cut short is done again."""
        deleted = sum(self._sweep_cases(now)) + sum(self._sweep_days(now))
        if deleted:
            log.info("%d pictures were deleted that had been kept long enough", deleted)
        return deleted

    def _sweep_cases(self, now: datetime) -> Iterator[int]:
        unfiled_before = now - timedelta(days=self.days.unfiled_days)
        filed_before = now - timedelta(days=self.days.filed_days)
        cited = self.rows.cited()
        while ended := self.rows.ended(unfiled_before=unfiled_before, filed_before=filed_before):
            for case in ended:
                gone = tuple(self._delete(self.rows.pictures_of(case.case_id) - cited))
                self.rows.note(Deletion(now, case.grounds, case.case_id, None, gone))
                yield len(gone)

    def _sweep_days(self, now: datetime) -> Iterator[int]:
        """Delete pictures that no case has, of whole days that are long past."""
        last = (now - timedelta(days=self.days.unfiled_days + 1)).astimezone(UTC).date()
        for day, folder in _days(self.evidence.root):
            if day >= last or self.rows.is_swept(day):
                continue
            known = self.rows.reported_since(day)
            found = {path.relative_to(self.evidence.root).as_posix() for path in folder.rglob("*.jpg")}
            gone = tuple(self._delete(found - known))
            self.rows.note(Deletion(now, Grounds.unreported, None, day, gone))
            yield len(gone)

    def _delete(self, keys: Iterable[str]) -> Iterator[str]:
        """Delete pictures and yield the keys of those that were there."""
        for key in sorted(keys):
            try:
                path = self.evidence.path(key)
            except EvidenceError:
                continue  # a name that this store does not give: it is not ours to delete
            if path.is_file():
                path.unlink()
                yield key
            for folder in path.relative_to(self.evidence.root).parents[:-1]:
                # The folder of a camera, a day, a month goes with its last picture.
                with contextlib.suppress(OSError):
                    (self.evidence.root / folder).rmdir()


def _days(root: Path) -> Iterator[tuple[date, Path]]:
    for folder in sorted(root.glob("[0-9]*/[0-9]*/[0-9]*")):
        with contextlib.suppress(ValueError):
            yield date.fromisoformat("-".join(folder.relative_to(root).parts)), folder
