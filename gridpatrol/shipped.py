"""Where the parts lie that come with the product: the default configuration and the registered models."""

from __future__ import annotations

from pathlib import Path

import gridpatrol
from gridpatrol.errors import UserError
from models.registry import MANIFEST, ModelEntry, RegistryError, load_manifest

_PACKAGE = Path(gridpatrol.__file__).parent
SHIPPED_CONFIG = next(
    (path for path in (_PACKAGE / "configs", _PACKAGE.parent / "configs") if path.is_dir()), _PACKAGE / "configs"
)
"""The default configuration: inside an installed wheel, or at the top of a checkout."""

BUILT_CONSOLE = next((path for path in (_PACKAGE / "console",) if path.is_dir()), _PACKAGE.parent / "web" / "dist")
"""The built console: inside an installed wheel, or where `make web` puts it in a checkout."""


def registered_model(wanted: str = "", manifest: Path | None = None) -> ModelEntry:
    """Return a registered model: the one in service, or the one wanted by name or `name@version`.

    Raises:
        UserError: there is no such manifest or model.
    """
    try:
        registry = load_manifest(manifest or MANIFEST)
        return registry.find(wanted) if wanted else registry.in_service
    except RegistryError as error:
        raise UserError(str(error)) from error
