"""A little street for tests: cheap to draw, with one of everything that may happen."""

from __future__ import annotations

from typing import Any

from detector.sources.sim.scene import Scene, SimAddress
from detector.sources.sim.spec import SceneSpec
from detector.sources.sim.street import SimStreet

SPEC: dict[str, Any] = {
    "name": "small",
    "names": {"en": "Small street", "zh": "小街"},
    "place": {"lon": 114.13, "lat": 22.548, "bearing_deg": 30},
    "extent_m": [-12, -2, 12, 34],
    "views": {
        "main": {"position_m": [0, -2, 5], "tilt_deg": 22, "hfov_deg": 65},
        "side": {"position_m": [9, 4, 5], "heading_deg": -60, "tilt_deg": 24, "hfov_deg": 70},
    },
    "surfaces": [{"material": "paving", "polygon_m": [[-9, -2], [-3, -2], [-3, 34], [-9, 34]], "kerb": True}],
    "buildings": [{"from_m": [-9, -2], "to_m": [-9, 34], "height_m": 8}],
    "furniture": [{"what": "litter_bin", "at_m": [-4, 14], "variant": 3}, {"what": "lamp", "at_m": [-3.4, 9]}],
    "zones": [
        {"id": "pavement", "purpose": "pavement", "polygon_m": [[-8, 4], [-3, 4], [-3, 18], [-8, 18]]},
        {"id": "kerb", "purpose": "no_parking", "polygon_m": [[-3, 4], [0, 4], [0, 30], [-3, 30]]},
    ],
    "lanes": [
        {"path_m": [[2.5, -2], [2.5, 33]], "kinds": {"car": 1, "cyclist": 1}, "every_s": 5, "speed_mps": 7},
        {"path_m": [[-7, 33], [-7, -2]], "kinds": {"person": 1}, "every_s": 6, "speed_mps": 1.3, "spread_m": 0.3},
    ],
    "happenings": [
        {"id": "bag", "what": "garbage_bag", "at_m": [-5, 9], "arrives_s": 10, "leaves_s": 40,
         "matters": ["litter_exposed"]},
        {"id": "car", "what": "sedan", "how": "drives", "path_m": [[-1.2, 33]], "away_m": [[-1.2, -2]],
         "at_m": [-1.5, 14], "speed_mps": 6, "arrives_s": 12, "leaves_s": 50, "matters": ["illegal_parking"]},
        {"id": "box", "what": "cartons", "how": "carried", "path_m": [[-5.5, 30]], "at_m": [-5.5, 16],
         "speed_mps": 1.5, "arrives_s": 20, "leaves_s": 45, "matters": ["goods_occupation"]},
        {"id": "stop", "what": "van", "how": "drives", "path_m": [[-1.2, 33]], "away_m": [[1.0, 15], [1.0, -2]],
         "at_m": [-1.4, 22], "speed_mps": 6, "arrives_s": 30, "leaves_s": 34},
    ],
    "faults": [
        {"kind": "freeze", "from_s": 60, "until_s": 64},
        {"kind": "cover", "from_s": 66, "until_s": 68},
        {"kind": "knock", "from_s": 70, "until_s": 74},
        {"kind": "blur", "from_s": 76, "until_s": 78},
        {"kind": "drop", "from_s": 80, "until_s": 84, "view": "main"},
    ],
    "loop_s": 100,
}  # fmt: skip


def small_scene(**changes: Any) -> Scene:
    """Return the little street, with other values for some fields."""
    return Scene(SceneSpec.model_validate({**SPEC, **changes}))


def small_street(scene: Scene | None = None, **address: Any) -> SimStreet:
    """Return a camera of 320x180 over it."""
    return SimStreet(scene or small_scene(), SimAddress(scene="small", width=320, **address))
