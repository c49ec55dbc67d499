"""Request limits as token buckets, one per account, region and service."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """A token bucket: so many calls a second, so many at once."""

    per_second: float
    burst: int


class Gate:
    """One token bucket per account, region and service."""

    def __init__(self, rates: Mapping[str, Rate], ticks: Callable[[], float]) -> None:
        self._rates, self._ticks = rates, ticks
        self._left: dict[tuple[str, str, str], tuple[float, float]] = {}
        self._lock = threading.Lock()

    def lets(self, account: str, region: str, service: str) -> bool:
        """Take a token if there is one."""
        rate = self._rates.get(service) or self._rates.get("*")
        if rate is None:
            return True
        key, now = (account, region, service), self._ticks()
        with self._lock:
            left, then = self._left.get(key, (float(rate.burst), now))
            left = min(float(rate.burst), left + (now - then) * rate.per_second)
            self._left[key] = (left - 1 if left >= 1 else left, now)
            return left >= 1
