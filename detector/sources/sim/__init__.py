"""Simulated streets: cameras over rendered scenes with scripted incidents, faults and exact ground truth.

`sim://SCENE?seed=7&hour=14` is a camera like any other. See `street.SimStreet` for pictures and truth,
`source.SimSource` for frames, `pictures.training_pictures` for labelled pictures, `clip.record` for recordings.
"""

from detector.sources.sim.scene import Scene, SimAddress, load_scene, scene_names
from detector.sources.sim.source import SimSource
from detector.sources.sim.street import SimStreet
from detector.sources.sim.truth import TruthFault, TruthIncident, TruthObject

__all__ = [
    "Scene",
    "SimAddress",
    "SimSource",
    "SimStreet",
    "TruthFault",
    "TruthIncident",
    "TruthObject",
    "load_scene",
    "scene_names",
]
