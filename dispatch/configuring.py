"""What the API can configure, together. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dispatch.base_maps import BaseMaps
from dispatch.camera_setup import CameraSetup
from dispatch.configuration import CameraDocuments, SettingsDocuments
from dispatch.discovery import Discovery


@dataclass(frozen=True)
class Configuration:
    """What the API can read and change; what is None is not there.

    Attributes:
        schemas: JSON schemas of the documents, by their names in the API's description.
    """

    cameras: CameraDocuments | None = None
    setup: CameraSetup | None = None
    settings: SettingsDocuments | None = None
    schemas: Mapping[str, Any] = field(default_factory=dict)
    discovery: Discovery | None = None
    base_maps: BaseMaps | None = None
