"""Receivers are kept, changed, stopped and removed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.errors import Conflict, Invalid, NotFound
from dispatch.webhooks import Filter, Webhooks, Wishes
from tests.dispatch.builders import T0


def test_receivers_are_kept_changed_and_removed(webhooks: Webhooks, monkeypatch: pytest.MonkeyPatch) -> None:
    made = webhooks.add(Wishes("http://a.example/", wanted=Filter(matters=("litter_exposed",))), T0)
    changed = webhooks.change(made.webhook_id, Wishes("http://b.example/", wanted=Filter(grid=("44",))))
    assert webhooks.rows.all() == (changed,)
    assert (changed.url, changed.wanted, changed.secrets) == ("http://b.example/", Filter(grid=("44",)), made.secrets)
    stopped = webhooks.disable(made.webhook_id, now=T0, reason="by hand")
    assert webhooks.disable(made.webhook_id, now=T0, reason="again") == stopped
    with pytest.raises(Invalid, match="no such type"):
        webhooks.add(Wishes("http://a.example/", event_types=("gridpatrol.event.reported.v1",)), T0)
    with pytest.raises(Invalid, match="30 days"):
        webhooks.rotate(made.webhook_id, now=T0, keep=timedelta(days=31))
    monkeypatch.setattr("dispatch.webhooks.service.MAX_WEBHOOKS", 1)
    with pytest.raises(Conflict):
        webhooks.add(Wishes("http://a.example/"), T0)
    webhooks.rows.remove(made.webhook_id)
    with pytest.raises(NotFound):
        webhooks.rows.get(made.webhook_id)
