from __future__ import annotations

import random
import threading
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from detector.config import Camera
from detector.errors import ConfigError, SourceError, SourceUnreachable
from detector.frame import Frame
from detector.sources import Pace, duration_s, open_source
from detector.sources.recording import RecordingSource
from tests.detector.sources.encode import START, number_of, numbered, write_clip
from tests.shared import SHARED, needs_shared


def camera(url: str, *, look_interval_s: float = 1.0, fps: float | None = None) -> Camera:
    return Camera.model_validate(
        {
            "id": "clip",
            "names": {"en": "Clip", "zh": "片段"},
            "source": {"url": url, "fps": fps},
            "watch": {"look_interval_s": look_interval_s},
            "position": {"lon": 114.0, "lat": 22.5, "crs": "EPSG:4326"},
        }
    )


def frames_of(url: str, *, look_interval_s: float = 1.0, fps: float | None = None) -> list[Frame]:
    return list(open_source(camera(url, look_interval_s=look_interval_s, fps=fps), start=START).frames())


@pytest.mark.parametrize(
    ("look_interval_s", "fps", "gop", "b_frames", "expected"),
    [
        # container pace 10 fps, 60 frames: (frame numbers taken, at these media seconds)
        pytest.param(1.0, None, 60, 0, [(0, 0.0), (10, 1.0), (20, 2.0), (30, 3.0), (40, 4.0), (50, 5.0)], id="all"),
        pytest.param(1.0, None, 10, 0, [(0, 0.0), (10, 1.0), (20, 2.0), (30, 3.0), (40, 4.0), (50, 5.0)], id="keys"),
        pytest.param(1.0, None, 10, 2, [(0, 0.0), (10, 1.0), (20, 2.0), (30, 3.0), (40, 4.0), (50, 5.0)], id="b-keys"),
        pytest.param(2.0, None, 10, 0, [(0, 0.0), (20, 2.0), (40, 4.0)], id="every second key"),
        pytest.param(0.25, None, 60, 2, [(0, 0.0), (3, 0.3), (5, 0.5), (8, 0.8)], id="not aligned"),
        pytest.param(1.0, 5.0, 60, 0, [(0, 0.0), (5, 1.0), (10, 2.0), (15, 3.0)], id="time-lapse, all"),
        pytest.param(2.0, 5.0, 10, 0, [(0, 0.0), (10, 2.0), (20, 4.0), (30, 6.0)], id="time-lapse, keys"),
        pytest.param(2.0, 5.0, 10, 2, [(0, 0.0), (10, 2.0), (20, 4.0), (30, 6.0)], id="time-lapse, b-keys"),
        pytest.param(1.0, 20.0, 60, 0, [(0, 0.0), (20, 1.0), (40, 2.0)], id="slow motion"),
    ],
)
def test_takes_a_frame_every_look_interval_of_true_time(
    tmp_path: Path,
    look_interval_s: float,
    fps: float | None,
    gop: int,
    b_frames: int,
    expected: list[tuple[int, float]],
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered(60), gop=gop, b_frames=b_frames)
    frames = frames_of(str(clip), look_interval_s=look_interval_s, fps=fps)
    got = [(number_of(f.image), round(f.media_s, 3)) for f in frames]
    assert got[: len(expected)] == expected
    assert all(f.captured_at == START + timedelta(seconds=f.media_s) for f in frames)
    assert not any(f.corrupt for f in frames)


def test_tells_duration_in_true_time(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered(60))
    assert duration_s(open_source(camera(str(clip)), start=START)) == pytest.approx(6.0)
    assert duration_s(open_source(camera(str(clip), fps=5), start=START)) == pytest.approx(12.0)


def test_damaged_frames_are_marked_until_the_next_key_frame(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    noise = [rng.integers(0, 255, (96, 160, 3), dtype=np.uint8) for _ in range(60)]
    clip = write_clip(tmp_path / "clip.mp4", noise, gop=20)
    data = bytearray(clip.read_bytes())
    damage = random.Random(5)
    middle = len(data) // 2
    for at in range(middle, middle + 4000):
        data[at] = damage.randrange(256)
    clip.write_bytes(data)
    marks = {round(f.media_s, 1): f.corrupt for f in frames_of(str(clip), look_interval_s=0.1)}
    assert any(marks.values())
    assert not any(marked for at_s, marked in marks.items() if at_s < 2.0)
    assert not any(marked for at_s, marked in marks.items() if at_s >= 4.0)


def test_truncated_and_joined_recordings_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    first = write_clip(tmp_path / "a.ts", numbered(30), gop=30).read_bytes()
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first + first[: len(first) * 2 // 3])
    times_s = [f.media_s for f in frames_of(str(joined), look_interval_s=0.5)]
    assert times_s == sorted(times_s)
    assert 3.0 < times_s[-1] < 7.0


def test_filmed_pace_waits_and_can_be_closed(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered(60))
    source = open_source(camera(str(clip), look_interval_s=0.2), start=START, pace=Pace.filmed)
    began_s = time.monotonic()
    threading.Timer(0.7, source.close).start()
    taken = [f.media_s for f in source.frames()]
    assert 3 <= len(taken) <= 5
    assert time.monotonic() - began_s < 2.0


@pytest.mark.parametrize(
    ("content", "error"),
    [(None, SourceUnreachable), (b"this is no video", SourceError), (b"", SourceError)],
    ids=["missing", "text", "empty"],
)
def test_what_is_no_video_is_refused_with_its_name(
    tmp_path: Path, content: bytes | None, error: type[SourceError]
) -> None:
    path = tmp_path / "street.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error, match=r"street\.mp4"):
        open_source(camera(str(path)), start=START)


def test_unknown_schemes_are_refused() -> None:
    with pytest.raises(ConfigError, match="'ftp'"):
        open_source(camera("ftp://host/clip.mp4"), start=START)


@needs_shared
@pytest.mark.parametrize(
    ("clip", "fps", "looks"),
    [
        ("parking_lot.mp4", 5.0, 69),
        ("abandoned_aboda_v4.avi", None, 40),
        ("neg_highway_cctv.avi", None, 30),
        ("neg_pets2001_d3c1_320x240.mp4", None, 183),
        ("neg_towncentre_1080p.mp4", None, 11),
    ],
)
def test_real_clips_give_a_look_a_second(clip: str, fps: float | None, looks: int) -> None:
    path = SHARED / "data" / "clips" / clip
    source = RecordingSource("clip", path, look_interval_s=1.0, start=START, fps=fps)
    frames = list(source.frames())
    assert abs(len(frames) - looks) <= 1
    assert not any(f.corrupt for f in frames)
