"""Webhooks of a node: addresses are checked as those of cameras are, by the same settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from detector.errors import SourceError
from detector.sources.address import AddressPolicy, resolve
from dispatch.adapter import FieldMapping, write
from dispatch.store import SqlStore
from dispatch.webhooks import Resolve, Target, TargetRefused, Webhooks
from dispatch.webhooks.courier import Courier
from dispatch.webhooks.service import Rewrite
from dispatch.wording import NameBook
from gridpatrol.settings import NodeSettings
from gridpatrol.supervisor import Part


def webhooks_of(sql: SqlStore, settings: NodeSettings, mappings: Mapping[str, Rewrite] | None = None) -> Webhooks:
    """Return the node's webhooks; `mappings` are `rewrites` of its installation."""
    return Webhooks(sql.webhooks, resolve=checked_by(AddressPolicy(settings.allowed_networks)), mappings=mappings)


def rewrites(mappings: Mapping[str, FieldMapping], names: NameBook) -> dict[str, Rewrite]:
    """Return what writes a message by each field mapping, with the names of the installation."""
    return {name: partial(write, mapping, names=names) for name, mapping in mappings.items()}


def checked_by(policy: AddressPolicy) -> Resolve:
    """Return what resolves and checks a receiver's address."""

    def check(url: str) -> Target:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or parts.username or parts.password:
            raise TargetRefused("a webhook's address is http or https, without user and password", "Correct it.")
        try:
            endpoint = resolve(url, policy)
        except SourceError as error:
            raise TargetRefused(str(error), "Use an address that the node may and can reach.") from error
        return Target(endpoint.url, endpoint.host)

    return check


def courier_part(webhooks: Webhooks, clock: Callable[[], datetime]) -> Part:
    """Return the part of a node that sends."""
    courier = Courier(webhooks, clock=clock)
    return Part("webhooks", courier.run, trouble=lambda: courier.trouble)
