"""Which addresses a user of the API may give a camera.

Whoever writes the files of the configuration may read this machine's files anyway. A user of the API may not: a path
must stay under the configuration directory, and no address may carry a password.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from detector.errors import ConfigError, SourceError
from detector.sources import LIVE, AddressPolicy
from detector.sources.address import AddressRefused, resolve
from detector.sources.credentials import redact
from detector.sources.sim import SimAddress, scene_names
from dispatch.configuration import Fault
from gridpatrol.config.cameras import is_address
from gridpatrol.configuring.faults import fault

URL = "source.url"


@dataclass(frozen=True)
class AddressRules:
    """Where a camera's address may lead.

    Attributes:
        folder: the configuration directory; recordings and scenes under it may be named.
        policy: which hosts may be reached.
    """

    folder: Path
    policy: AddressPolicy

    def faults(self, url: str) -> tuple[Fault, ...]:
        """Return why a user of the API may not give this address; none when it may."""
        return tuple(self._faults(url))

    def _faults(self, url: str) -> Iterator[Fault]:
        if redact(url) != url:
            yield fault(
                URL,
                "the address holds a password or a key",
                "Name it in source.credentials; the operator keeps it outside the configuration",
            )
            return
        if not is_address(url):
            yield from self._path_faults(url)
            return
        try:
            scheme = urlsplit(url).scheme.lower()
        except ValueError:
            yield fault(URL, "this is no address", "Give the address as the camera's manual has it")
            return
        if scheme == "sim":
            yield from self._scene_faults(url)
        elif scheme not in LIVE:
            known = ", ".join(f"{one}://" for one in sorted(LIVE))
            yield fault(URL, f"the scheme {scheme!r} is not used here", f"Give {known}, sim:// or a path")
        else:
            try:
                resolve(url, self.policy)
            except AddressRefused as error:
                yield fault(URL, str(error), "Ask the operator of this node")
            except SourceError:
                pass  # a camera that is not there yet may be configured; each connection checks its address again

    def _path_faults(self, url: str) -> Iterator[Fault]:
        try:
            path = (self.folder / "cameras" / Path(url).expanduser()).resolve()
        except (OSError, RuntimeError, ValueError):
            yield fault(URL, "this is no path of a file")
            return
        if not path.is_relative_to(self.folder.resolve()):
            yield fault(
                URL,
                "the file is outside the configuration directory",
                "Ask the operator to put the recording there, or to write this camera's file",
            )

    def _scene_faults(self, url: str) -> Iterator[Fault]:
        try:
            scene = SimAddress.parse(url).scene
        except ConfigError as error:
            yield fault(URL, str(error))
            return
        if scene in scene_names():
            return
        try:
            is_inside = Path(scene).resolve().is_relative_to(self.folder.resolve())
        except (OSError, ValueError):
            is_inside = False
        if not (is_inside and Path(scene).is_absolute()):
            yield fault(URL, f"no scene is called {scene!r}", f"Known here: {', '.join(scene_names())}")
