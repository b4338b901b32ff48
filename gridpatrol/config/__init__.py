"""Reading a city's configuration from files."""

from gridpatrol.config.cameras import CameraFile, idle_matters, load_camera, load_cameras, watched_on
from gridpatrol.config.grids import load_grid, load_layer
from gridpatrol.config.installation import Installation, load_departments, load_installation, own_or_shipped
from gridpatrol.config.matters import Matter, load_matters

__all__ = [
    "CameraFile",
    "Installation",
    "Matter",
    "idle_matters",
    "load_camera",
    "load_cameras",
    "load_departments",
    "load_grid",
    "load_installation",
    "load_layer",
    "load_matters",
    "own_or_shipped",
    "watched_on",
]
