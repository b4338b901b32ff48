"""Prints the OpenAPI description of this version's API: `python -m gridpatrol.openapi > web/openapi.json`."""

from __future__ import annotations

import json
from pathlib import Path

from dispatch.accounts import Accounts
from dispatch.api import create_app
from dispatch.configuring import Configuration
from dispatch.grid import GridIndex
from dispatch.service import Desk
from dispatch.store import open_store
from gridpatrol.configuring.schemas import document_schemas


def description() -> str:
    """Return the description as JSON."""
    store = open_store("sqlite://")
    try:
        app = create_app(
            Desk(store, matters={}, grid=GridIndex(())),
            evidence_root=Path("evidence"),
            accounts=Accounts(store.accounts),
            configuration=Configuration(schemas=document_schemas()),
        )
        return json.dumps(app.openapi(), indent=1, ensure_ascii=False)
    finally:
        store.close()


if __name__ == "__main__":
    print(description())
