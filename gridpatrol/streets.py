"""Opening the cameras of a node: real ones as they are, simulated ones on streets that are drawn once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime

from detector.config import Camera
from detector.frame import FrameSource
from detector.sources import AddressPolicy, Pace, Secrets, open_source
from detector.sources.sim.scene import SimAddress
from detector.sources.sim.source import SimSource
from detector.sources.sim.street import SimStreet
from gridpatrol.recent import RecentBook

SIMULATED = "sim://"


@dataclass(frozen=True)
class Streets:
    """Opens cameras.

    Attributes:
        began_at: since when the simulated world runs, aware.
        clock: the present time, aware.
        secrets: credentials of real cameras; the environment's when None.
        policy: which addresses real cameras may have.
        drawn: simulated streets by camera id (`draw`); those of cameras that are added later come to them.
        recent: keeps the latest minutes; None keeps nothing.
    """

    began_at: datetime
    clock: Callable[[], datetime]
    secrets: Secrets | None = None
    policy: AddressPolicy = field(default_factory=AddressPolicy)
    drawn: MutableMapping[str, SimStreet] = field(default_factory=dict)
    recent: RecentBook | None = None

    def open(self, camera: Camera) -> FrameSource:
        """Return a camera's source. Raises what `detector.sources.open_source` raises."""
        source = self._source(camera)
        return source if self.recent is None else self.recent.keeping(source, camera)

    def _source(self, camera: Camera) -> FrameSource:
        if not is_simulated(camera):
            return open_source(
                camera,
                start=self.began_at,
                secrets=self.secrets,
                pace=Pace.filmed,
                clock=self.clock,
                policy=self.policy,
            )
        url, interval_s = camera.source.url, camera.watch.look_interval_s
        street = self.drawn.get(camera.id)
        if street is None or street.address != SimAddress.parse(url):
            street = self.drawn[camera.id] = SimStreet.at(url)
        return SimSource(camera.id, url, interval_s, self.began_at, now=self.clock, street=street)


def is_simulated(camera: Camera) -> bool:
    """Whether a camera looks at a simulated street."""
    return camera.source.url.startswith(SIMULATED)


def draw(cameras: Mapping[str, Camera], stopped: Callable[[], bool]) -> dict[str, SimStreet]:
    """Draw the background of every simulated camera, some seconds each, until `stopped`.

    Done before a new world begins: what happens in its first seconds must be seen to come.

    Raises:
        ConfigError: an address or a scene is wrong.
    """
    streets: dict[str, SimStreet] = {}
    for camera in cameras.values():
        if is_simulated(camera) and not stopped():
            streets[camera.id] = SimStreet.at(camera.source.url)
            streets[camera.id].render(0.0)
    return streets
