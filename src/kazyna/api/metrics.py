"""Counts and durations of requests by route, for Prometheus; no dependency, one lock.

https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4).
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Lock
from time import perf_counter
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
"""Any other method is counted as OTHER: a caller must not be able to grow the table."""


class Route(NamedTuple):
    """What requests are counted by: never the path itself, which has no end."""

    method: str
    route: str
    status: int

    @property
    def labels(self) -> str:
        """The labels as Prometheus writes them."""
        return f'method="{self.method}",route="{self.route}",status="{self.status}"'


@dataclass
class Durations:
    """The durations of one route's requests."""

    count: int = 0
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_SECONDS) + 1))

    def add(self, seconds: float) -> None:
        """Count one more request."""
        self.count += 1
        self.seconds += seconds
        self.buckets[bisect_left(BUCKETS_SECONDS, seconds)] += 1


class Metrics:
    """What was counted since the program began."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._routes: dict[Route, Durations] = {}

    def add(self, route: Route, seconds: float) -> None:
        """Count one request."""
        with self._lock:
            self._routes.setdefault(route, Durations()).add(seconds)

    def text(self) -> str:
        """Write all that was counted in the text format."""
        with self._lock:
            return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        name = "kazyna_http_request_duration_seconds"
        yield f"# HELP {name} Time from a request to the end of its response."
        yield f"# TYPE {name} histogram"
        for route, durations in sorted(self._routes.items()):
            within = 0
            for limit, count in zip((*BUCKETS_SECONDS, "+Inf"), durations.buckets, strict=True):
                within += count
                yield f'{name}_bucket{{{route.labels},le="{limit}"}} {within}'
            yield f"{name}_sum{{{route.labels}}} {durations.seconds:.6f}"
            yield f"{name}_count{{{route.labels}}} {durations.count}"


class Measured:
    """An application whose requests are counted."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count it by the route that took it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        start = perf_counter()
        try:
            await self._app(scope, receive, watched)
        finally:
            self._metrics.add(_route(scope, status), perf_counter() - start)


def _route(scope: Scope, status: int) -> Route:
    method = scope["method"] if scope["method"] in METHODS else "OTHER"
    template = getattr(scope.get("route"), "path", "unmatched")
    return Route(method, template, status)
