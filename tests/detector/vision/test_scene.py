from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from detector.frame import Frame
from detector.geometry import BoxXyxy
from detector.observation import Sighting
from detector.vision.scene import Scene, SceneLook
from tests.detector.street import START, WHOLE, Body, Moment, bag, car, overlap, person, picture, sightings_in

BAG = bag(150, 120)


def new_scene(*, residue: bool = True) -> Scene:
    polygon = np.asarray(WHOLE, dtype=np.float64)
    return Scene([((320, 180), polygon)] if residue else [])


def look(
    scene: Scene, t_s: int, *bodies: Body, extra: Sequence[Sighting] = (), keep: Sequence[BoxXyxy] = ()
) -> SceneLook:
    moment = Moment(bodies)
    frame = Frame("cam", picture(moment, t_s), START + timedelta(seconds=t_s), t_s)
    return scene.look(frame, [*sightings_in(moment), *extra], 1.0, keep)


def looks(scene: Scene, first_s: int, last_s: int, *bodies: Body, keep: Sequence[BoxXyxy] = ()) -> SceneLook:
    for t_s in range(first_s, last_s + 1):
        seen = look(scene, t_s, *bodies, keep=keep)
    return seen


def test_what_comes_to_rest_is_told_in_source_pixels() -> None:
    scene = new_scene()
    assert looks(scene, 0, 6).residues == ()
    assert look(scene, 7, BAG).residues == ()
    (found,) = looks(scene, 8, 10, BAG).residues
    assert overlap(found.box_xyxy_px, BAG.box_xyxy_px) > 0.7
    assert found.rest_s == pytest.approx(3.0)
    assert found.evidence > 0.1


def test_large_pictures_are_scaled_back() -> None:
    scene = new_scene()
    for t_s in range(12):
        image = picture(Moment((BAG,) if t_s >= 7 else ()), t_s)
        frame = Frame("cam", np.repeat(np.repeat(image, 4, axis=0), 4, axis=1), START + timedelta(seconds=t_s), t_s)
        seen = scene.look(frame, [], 1.0, [])
    (found,) = seen.residues
    assert overlap(found.box_xyxy_px, (600, 480, 696, 552)) > 0.6


def test_without_a_residue_rule_nothing_is_looked_for() -> None:
    scene = new_scene(residue=False)
    looks(scene, 0, 6)
    assert looks(scene, 7, 12, BAG).residues == ()
    assert scene.background is None


def test_motion() -> None:
    scene = new_scene()
    still, shifting = person(60, 150), person(120, 150)
    look(scene, 0, still, shifting)
    seen = look(scene, 1, still, shifting.at(7), person(220, 150)).sightings
    assert [(s.moving, s.passing) for s in seen] == [(False, False), (True, False), (True, True)]


@pytest.mark.parametrize(
    ("extra", "hidden"),
    [
        (Sighting((140, 100, 190, 150), "person", 0.8), True),
        (Sighting((140, 100, 190, 150), "person", 0.2), False),
        (Sighting((140, 100, 190, 150), "car", 0.8), True),
        (Sighting((140, 100, 190, 150), "chair", 0.8), False),
    ],
    ids=["a person", "hardly a person", "a car that just came", "a chair"],
)
def test_what_hides_a_place(extra: Sighting, hidden: bool) -> None:
    scene = new_scene()
    looks(scene, 0, 6)
    seen = looks(scene, 7, 11, BAG)
    scene.remember("a", seen, BAG.box_xyxy_px, seen.blobs[0])
    remains = look(scene, 12, BAG, extra=[extra]).remains("a")
    assert remains is not None
    assert (remains.hidden > 0.9) is hidden


def test_a_car_that_stands_hides_nothing() -> None:
    scene = new_scene()
    looks(scene, 0, 6, car(120))
    seen = look(scene, 7, car(120))
    assert not seen.hidden.any()


def test_a_remembered_thing() -> None:
    scene = new_scene()
    looks(scene, 0, 6)
    seen = looks(scene, 7, 11, BAG)
    scene.remember("a", seen, seen.residues[0].box_xyxy_px, seen.blobs[0])
    there, gone = look(scene, 12, BAG).remains("a"), look(scene, 13).remains("a")
    assert there is not None
    assert gone is not None
    assert there.changed is not None
    assert there.same is not None
    assert gone.changed is not None
    assert there.changed > 0.9
    assert there.same > 0.9
    assert gone.changed < 0.1
    assert look(scene, 14).remains("b") is None
    scene.forget("a")
    assert look(scene, 15).remains("a") is None


def test_a_thing_that_grew_keeps_what_it_was() -> None:
    scene = new_scene()
    first, second = Body((100, 110, 150, 140), (35, 30, 30), 5), Body((165, 112, 200, 140), (30, 30, 35), 8)
    looks(scene, 0, 6)
    seen = looks(scene, 7, 11, first)
    scene.remember("a", seen, seen.residues[0].box_xyxy_px, seen.blobs[0])
    seen = looks(scene, 12, 16, first, second, keep=[first.box_xyxy_px])
    new = max(range(len(seen.residues)), key=lambda i: seen.residues[i].box_xyxy_px[0])
    scene.remember("a", seen, (100, 110, 200, 140), seen.blobs[seen.residues[new].index])
    remains = look(scene, 17, first).remains("a")
    assert remains is not None
    assert remains.changed is not None
    assert remains.changed > 0.4


def test_likeness_is_of_colours() -> None:
    scene = new_scene()
    looks(scene, 0, 6)
    seen = looks(scene, 7, 11, BAG)
    scene.remember("a", seen, BAG.box_xyxy_px, seen.blobs[0])
    dragged = looks(scene, 12, 17, BAG.at(50, 5))
    other = looks(scene, 18, 24, bag(60, 150, bgr=(220, 225, 230)))
    mine = max(dragged.residues, key=lambda r: overlap(r.box_xyxy_px, BAG.at(50, 5).box_xyxy_px))
    theirs = max(other.residues, key=lambda r: overlap(r.box_xyxy_px, (60, 150, 84, 168)))
    assert dragged.likeness("a", mine) > 0.55
    assert other.likeness("a", theirs) < 0.4
    assert dragged.likeness("unknown", mine) == 0.0


def test_the_mark_of_what_left_becomes_background_unless_it_is_a_known_place() -> None:
    for keep, left in (([], 0), ([BAG.box_xyxy_px], 1)):
        scene = new_scene()
        looks(scene, 0, 6, BAG)
        seen = looks(scene, 7, 18, keep=keep)
        assert len(seen.residues) == left


def test_who_was_there_lately() -> None:
    scene = new_scene()
    look(scene, 0, person(60, 150))
    recent = look(scene, 1, car(120)).recent
    assert [(at - START.timestamp(), len(people)) for at, _, people in recent] == [(0, 1), (1, 0)]


def test_what_belongs_there_is_accepted() -> None:
    scene = new_scene()
    looks(scene, 0, 6)
    assert len(looks(scene, 7, 11, BAG).residues) == 1
    scene.accept((145, 115, 180, 145), 1.0)
    assert looks(scene, 12, 16, BAG).residues == ()
