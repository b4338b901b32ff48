"""Figures for Prometheus. Counts are read from the store when asked for, so that they survive a restart."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch.api.services import Services
from dispatch.contract import CameraState


class DeskCollector(Collector):
    """Reads the desk's figures on every scrape."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """Yield every figure."""
        views = self._services.desk.store.views
        events = CounterMetricFamily("gridpatrol_events", "Reports taken in.", labels=("matter", "relation"))
        for (matter, relation), number in sorted(views.events_by_relation().items()):
            events.add_metric((matter, relation), number)
        yield events
        cases = GaugeMetricFamily("gridpatrol_cases", "Cases by state.", labels=("matter", "state"))
        for (matter, state), number in sorted(views.cases_by_state().items()):
            cases.add_metric((matter, state), number)
        yield cases
        states = Counter(health.state for health in views.camera_states())
        cameras = GaugeMetricFamily("gridpatrol_cameras", "Cameras by state.", labels=("state",))
        for camera_state in CameraState:
            cameras.add_metric((camera_state,), states[camera_state])
        yield cameras
        looks = CounterMetricFamily("gridpatrol_looks", "Looks since the node started.", labels=("camera",))
        load = GaugeMetricFamily("gridpatrol_camera_load", "Share of the looking time.", labels=("camera",))
        for info in self._services.cameras.cameras():
            looks.add_metric((info.camera_id,), info.looks)
            if info.load is not None:
                load.add_metric((info.camera_id,), info.load)
        yield from (looks, load)
        depth = self._services.desk.store.outbox.depth()
        yield GaugeMetricFamily("gridpatrol_outbox_depth", "Messages that are not in their stream yet.", depth)


class RequestTimes:
    """ASGI middleware that measures how long answers take, by route."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._seconds = Histogram(
            "gridpatrol_request_seconds",
            "Time to answer a request; a live stream counts until its first byte.",
            labelnames=("method", "route", "status"),
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note its time."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s = time.perf_counter()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                labels = (scope["method"], route, str(message["status"]))
                self._seconds.labels(*labels).observe(time.perf_counter() - began_s)
            await send(message)

        await self._app(scope, receive, noting)
