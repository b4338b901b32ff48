"""Pictures that people take: heads and plates hidden, upright, small, and nothing of the telephone in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.evidence import EvidenceStore
from detector.frame import Image
from detector.inference.scripted import ScriptedDetector, ScriptedObject
from dispatch.contract import EvidenceKind
from dispatch.errors import Invalid
from gridpatrol.photos import LEAST_PX, MOST_PX, Photos
from tests.dispatch.builders import T0, at

CASE = "20261121-be3368a101cb"
EXIF = bytes.fromhex("ffe1001e457869660000") + b"II*\x00\x08\x00\x00\x00GPS 22.5N 114.1E"[:22]


def stripes(width: int, height: int) -> Image:
    """A picture whose every detail is lost where it is made unreadable."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, ::2] = 255
    return picture


def jpeg(picture: Image) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def photos(root: Path, seen: Sequence[ScriptedObject] = (), shapes: list[tuple[int, ...]] | None = None) -> Photos:
    def script(image: Image) -> Sequence[ScriptedObject]:
        if shapes is not None:
            shapes.append(image.shape)
        return seen

    return Photos(ScriptedDetector(("person", "car"), script), EvidenceStore(root))


def test_heads_and_plates_are_unreadable_and_the_rest_is_not(tmp_path: Path) -> None:
    seen = (
        ScriptedObject("person", (100, 100, 180, 400), 0.9),
        ScriptedObject("car", (300, 200, 600, 420), 0.9),
    )
    kept = photos(tmp_path, seen).keep(jpeg(stripes(800, 600)), case_id=CASE, kind=EvidenceKind.after, at=T0)
    assert kept.key.startswith(f"2026/11/21/case-{CASE}/")
    assert (kept.kind, kept.size_wh, kept.captured_at) == (EvidenceKind.after, (800, 600), T0)
    picture = cv2.imread(str(tmp_path / kept.key))
    assert picture is not None
    head, plate, street = picture[105:175, 110:170], picture[330:400, 350:550], picture[450:590, 10:790]
    assert head.std() < 40
    assert plate.std() < 40
    assert street.std() > 90


def test_what_the_telephone_wrote_into_the_file_is_not_kept(tmp_path: Path) -> None:
    plain = jpeg(stripes(64, 64))
    with_place = plain[:2] + EXIF + plain[2:]
    kept = photos(tmp_path).keep(with_place, case_id=CASE, kind=EvidenceKind.before, at=T0)
    assert b"GPS" in with_place
    assert b"GPS" not in (tmp_path / kept.key).read_bytes()


def test_large_pictures_are_made_smaller_and_the_detector_meets_squares_alone(tmp_path: Path) -> None:
    shapes: list[tuple[int, ...]] = []
    keeper = photos(tmp_path, shapes=shapes)
    for size_wh, expected_wh in (((3000, 1500), (MOST_PX, 960)), ((100, 200), (100, 200))):
        kept = keeper.keep(jpeg(stripes(*size_wh)), case_id=CASE, kind=EvidenceKind.after, at=T0)
        assert kept.size_wh == expected_wh
    assert shapes == [(MOST_PX, MOST_PX, 3), (200, 200, 3)]


def test_the_same_picture_is_kept_once(tmp_path: Path) -> None:
    keeper, picture = photos(tmp_path), jpeg(stripes(64, 64))
    first = keeper.keep(picture, case_id=CASE, kind=EvidenceKind.after, at=T0)
    again = keeper.keep(picture, case_id=CASE, kind=EvidenceKind.after, at=at(60))
    other = keeper.keep(picture, case_id="another", kind=EvidenceKind.after, at=T0)
    assert (again.key, again.sha256) == (first.key, first.sha256)
    assert other.key != first.key


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"GIF89a", "no JPEG"),
        (jpeg(stripes(64, 64))[:200], "JPEG|damaged"),
        (jpeg(stripes(2000, LEAST_PX - 1)), "shows nothing"),
        (b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03" + b"\x00" * 20, "65535 x 65535"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        photos(tmp_path).keep(data, case_id=CASE, kind=EvidenceKind.after, at=T0)
    assert list(tmp_path.rglob("*.jpg")) == []
