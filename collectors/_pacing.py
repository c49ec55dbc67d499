"""Pacing: one token bucket per (tenant, account, region, service), under the vendor's published limit."""

import threading
from dataclasses import dataclass

from annexa.evidence.clock import Clock


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """So many calls a second, with so many saved up at most."""

    per_second: float
    burst: float


class Pacer:
    """Holds back callers until the bucket of their key has a token."""

    def __init__(self, clock: Clock, default: Rate | None, published: dict[str, Rate] | None = None) -> None:
        self._clock, self._default, self._published = clock, default, published or {}
        self._buckets: dict[tuple[str, ...], _Bucket] = {}
        self._lock = threading.Lock()

    def wait(self, key: tuple[str, ...], operation: str) -> None:
        """Return when a call of this operation under this key may be sent; `default` None switches pacing off."""
        rate = self._published.get(operation, self._default)
        if rate is None or self._default is None:
            return
        if operation in self._published:
            key = (*key, operation)
        with self._lock:
            bucket = self._buckets.setdefault(key, _Bucket(rate, self._clock.monotonic()))
            delay = bucket.take(self._clock.monotonic())
        if delay > 0:
            self._clock.sleep(delay)


class _Bucket:
    def __init__(self, rate: Rate, now: float) -> None:
        self._rate, self._tokens, self._at = rate, rate.burst, now

    def take(self, now: float) -> float:
        """Take one token, on credit if need be; return the seconds to wait until it is earned."""
        self._tokens = min(self._rate.burst, self._tokens + (now - self._at) * self._rate.per_second)
        self._at = now
        self._tokens -= 1
        return max(0.0, -self._tokens / self._rate.per_second)
