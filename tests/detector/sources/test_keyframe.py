from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import pytest

from detector.sources.keyframe import KeyFrame
from tests.detector.sources.encode import START, number_of, numbered, write_clip


def key_frames(path: Path) -> Iterator[KeyFrame]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        for packet in container.demux(stream):
            if packet.size and packet.is_keyframe:
                yield KeyFrame("cam", bytes(packet), context.name, context.extradata, START, 1.5, corrupt=False)


@pytest.mark.parametrize("size_wh", [(160, 96), (150, 98)], ids=["even rows", "padded rows"])
@pytest.mark.parametrize("b_frames", [0, 2])
def test_each_key_frame_is_a_picture_by_itself(tmp_path: Path, b_frames: int, size_wh: tuple[int, int]) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered(31, size_wh=size_wh), gop=10, b_frames=b_frames)
    keys = list(key_frames(clip))
    for key, number in zip(keys, (0, 10, 20, 30), strict=True):
        for frame in (key.frame(), key.frame()):
            assert (frame.camera_id, frame.captured_at, frame.media_s) == ("cam", START, 1.5)
            assert frame.resolution_wh == size_wh
            assert number_of(frame.image) == number
            assert not frame.corrupt


def test_what_cannot_be_decoded_is_corrupt(tmp_path: Path) -> None:
    (whole, *_) = key_frames(write_clip(tmp_path / "clip.mp4", numbered(3)))
    assert replace(whole, data=b"\\x00\\x00\\x00\\x05nonsense").frame().corrupt
    assert replace(whole, data=b"").frame().corrupt
    assert replace(whole, corrupt=True).frame().corrupt
