"""The latest minutes of a camera on the disk: bounded, readable again, whole or cut off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest

from detector.frame import Frame
from detector.sources.keyframe import KeyFrame
from detector.sources.recent import EVERY_S, SUFFIX, KeptSource, Recent, RecentSource
from tests.detector.sources.encode import write_clip

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def frame(seconds: float, level: int = 100, wh: tuple[int, int] = (320, 180)) -> Frame:
    picture = np.full((wh[1], wh[0], 3), level, np.uint8)
    return Frame("gate", picture, NOW + timedelta(seconds=seconds), seconds)


def recent(folder: Path, *, minutes: float = 60, most_bytes: int = 1 << 30) -> Recent:
    return Recent(folder / "gate", timedelta(minutes=minutes), most_bytes)


def levels(folder: Path) -> list[int]:
    return [round(float(frame.image.mean())) for frame in RecentSource("gate", folder / "gate").frames()]


def test_pictures_come_back_in_their_order_with_their_times(tmp_path: Path) -> None:
    kept = recent(tmp_path)
    for second in range(0, 150, 10):
        kept.add(frame(second, 50 + second))
    source = RecentSource("gate", tmp_path / "gate")
    frames = list(source.frames())
    assert [one.captured_at for one in frames] == [NOW + timedelta(seconds=s) for s in range(0, 150, 10)]
    assert [one.media_s for one in frames] == pytest.approx(list(range(0, 150, 10)))
    assert [float(one.image.mean()) for one in frames] == pytest.approx([50 + s for s in range(0, 150, 10)], abs=2)
    assert source.duration_s == pytest.approx(140)
    assert len(list((tmp_path / "gate").glob(f"*{SUFFIX}"))) == 3, "a segment a minute"


def test_key_frames_are_kept_as_they_came(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", [frame(0, 60).image, frame(0, 180).image], gop=1)
    kept = recent(tmp_path)
    with av.open(str(clip)) as container:
        extradata = container.streams.video[0].codec_context.extradata
        for number, packet in enumerate(p for p in container.demux(video=0) if p.size):
            at = NOW + timedelta(seconds=2 * number)
            kept.add(KeyFrame("gate", bytes(packet), "h264", extradata, at, 2.0 * number, False))
    assert levels(tmp_path) == pytest.approx([60, 180], abs=4)


def test_no_more_pictures_are_kept_than_rules_need(tmp_path: Path) -> None:
    kept = recent(tmp_path)
    for tenth in range(50):
        kept.add(frame(tenth / 10))
    assert len(levels(tmp_path)) == round(5 / EVERY_S)


@pytest.mark.parametrize(
    ("most_bytes", "apart_s", "kept_min"),
    [(10_000_000, 1, 20), (2_000_000, 5, 20), (500_000, 10, 13)],
)
def test_pictures_are_kept_further_apart_where_the_bytes_would_not_last(
    tmp_path: Path, most_bytes: int, apart_s: float, kept_min: float
) -> None:
    kept = recent(tmp_path, minutes=20, most_bytes=most_bytes)
    noise = np.random.default_rng(1).integers(0, 255, (64, 96, 3), np.uint8)
    for second in range(3600):
        kept.add(Frame("gate", noise, NOW + timedelta(seconds=second), second))
    times = [one.captured_at for one in RecentSource("gate", tmp_path / "gate").frames()]
    assert (times[1] - times[0]).total_seconds() == apart_s
    assert times[-1] - times[0] == pytest.approx(timedelta(minutes=kept_min), abs=timedelta(minutes=2))
    sizes = [path.stat().st_size for path in (tmp_path / "gate").glob("*")]
    assert sum(sizes) <= most_bytes + max(sizes)


def test_what_is_too_old_goes_also_when_no_picture_comes(tmp_path: Path) -> None:
    kept = recent(tmp_path, minutes=5)
    for second in range(0, 1200, 20):
        kept.add(frame(second))
    times = [one.captured_at for one in RecentSource("gate", tmp_path / "gate").frames()]
    assert times[-1] == NOW + timedelta(seconds=1180)
    assert times[-1] - times[0] <= timedelta(minutes=7), "a segment is at most a minute too old"
    kept.prune(NOW + timedelta(hours=1))
    assert levels(tmp_path) == []


def test_bytes_are_bounded_and_the_newest_stay(tmp_path: Path) -> None:
    kept = recent(tmp_path, most_bytes=20_000)
    rng = np.random.default_rng(1)
    for second in range(0, 600, 20):
        noisy = Frame("gate", rng.integers(0, 255, (90, 160, 3), np.uint8), NOW + timedelta(seconds=second), second)
        kept.add(noisy)
    paths = list((tmp_path / "gate").glob(f"*{SUFFIX}"))
    largest = max(path.stat().st_size for path in paths)
    assert sum(path.stat().st_size for path in paths) <= 20_000 + 2 * largest
    *_, last = RecentSource("gate", tmp_path / "gate").frames()
    assert last.captured_at == NOW + timedelta(seconds=580)


def test_a_segment_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    kept = recent(tmp_path)
    for second in range(0, 50, 10):
        kept.add(frame(second, 50 + second))
    (path,) = (tmp_path / "gate").glob(f"*{SUFFIX}")
    path.write_bytes(path.read_bytes()[:-7])
    assert levels(tmp_path) == pytest.approx([50, 60, 70, 80], abs=2)
    path.write_bytes(path.read_bytes() + b"\xff" * 40)
    assert len(levels(tmp_path)) >= 4


def test_nothing_kept_is_an_empty_recording(tmp_path: Path) -> None:
    source = RecentSource("gate", tmp_path / "nowhere")
    assert (list(source.frames()), source.duration_s) == ([], None)


class Lens:
    """A camera of three pictures."""

    closed = False

    def frames(self) -> Iterator[Frame]:
        yield from (frame(second, 80) for second in (0, 10, 20))

    def close(self) -> None:
        self.closed = True


def test_pictures_are_kept_on_their_way_and_a_full_disk_holds_none_back(tmp_path: Path) -> None:
    lens = Lens()
    source = KeptSource(lens, recent(tmp_path))
    assert len(list(source.pictures())) == 3
    assert len(levels(tmp_path)) == 3
    source.close()
    assert lens.closed
    (tmp_path / "other").write_text("a file in the place of the folder")
    blocked = Recent(tmp_path / "other", timedelta(minutes=5), 1 << 20)
    assert len(list(KeptSource(Lens(), blocked).pictures())) == 3
