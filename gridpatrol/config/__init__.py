"""Reading a city's configuration from files."""

from gridpatrol.config.cameras import idle_matters, load_camera, load_cameras, watched_on
from gridpatrol.config.matters import Matter, load_matters

__all__ = ["Matter", "idle_matters", "load_camera", "load_cameras", "load_matters", "watched_on"]
