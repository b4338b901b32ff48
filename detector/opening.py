"""Pictures leave the mailbox and become frames: decoded by a few threads, one batch ahead of the looks."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from detector.frame import Frame, Picture
from detector.mailbox import Mailbox


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture and its frame, or why it could not be decoded."""

    picture: Picture
    frame: Frame | Exception


class Opener:
    """Takes batches from a mailbox. While one is looked at, the next one is decoded: bounded by two batches.

    Args:
        mailbox: where the pictures wait.
        batch: pictures of a batch.
        threads: pictures that are decoded at one time.
    """

    def __init__(self, mailbox: Mailbox, *, batch: int, threads: int) -> None:
        self._mailbox = mailbox
        self._batch = batch
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="decode")
        self._ahead: list[tuple[Picture, Future[Frame]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def take(self, timeout_s: float) -> list[Opened]:
        """Return the next batch, the longest waiting camera first; empty when none came in time."""
        batch = self._ahead or self._begin(timeout_s)
        self._ahead = self._begin(0.0) if batch else []
        return [Opened(picture, _frame_of(coming)) for picture, coming in batch]

    def drop(self, camera_id: str) -> None:
        """Leave a camera's picture out of the batch that is being decoded."""
        self._ahead = [(picture, coming) for picture, coming in self._ahead if picture.camera_id != camera_id]

    def _begin(self, timeout_s: float) -> list[tuple[Picture, Future[Frame]]]:
        waiting = self._mailbox.take(self._batch, timeout_s)
        return [(picture, self._threads.submit(picture.frame)) for picture in waiting]


def _frame_of(coming: Future[Frame]) -> Frame | Exception:
    """An error is told with its camera: one picture spoils no other."""
    error = coming.exception()
    return error if isinstance(error, Exception) else coming.result()
