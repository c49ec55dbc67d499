"""Every form in which vendors say when to come again."""

from datetime import UTC, datetime

import pytest

from annexa.collectors._rest.later import seconds

NOW = datetime(2026, 8, 30, 6, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
ALL = ("retry-after-ms", "retry-after", "X-Rate-Limit-Reset", "RateLimit", "anthropic-ratelimit-requests-reset")


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "30"}, 30), ({"retry-after": "0"}, 0), ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Sun, 30 Aug 2026 06:01:00 GMT"}, 60), ({"retry-after": "Sun, 30 Aug 2026 05:59:00 GMT"}, 0),
        ({"retry-after-ms": "250", "retry-after": "30"}, 0.25), ({"x-rate-limit-reset": str(EPOCH + 45)}, 45),
        ({"x-rate-limit-reset": str((EPOCH + 45) * 1000)}, 45), ({"x-rate-limit-reset": str(EPOCH - 45)}, 0),
        ({"x-rate-limit-reset": "20"}, 20), ({"ratelimit": '"default";r=0;t=30'}, 30),
        ({"ratelimit": "limit=100, remaining=0, reset=12"}, 12), ({"ratelimit": '"a";r=0;t=5, "b";r=0;t=50'}, 50),
        ({"anthropic-ratelimit-requests-reset": "2026-08-30T06:00:09Z"}, 9),
        ({"retry-after": "soon", "ratelimit": '"x";r=0;t=3'}, 3),
        # our clock is an hour behind the vendor's
        ({"x-rate-limit-reset": str(EPOCH + 3605), "date": "Sun, 30 Aug 2026 07:00:00 GMT"}, 5),
        ({"retry-after": "Sun, 30 Aug 2026 07:00:07 GMT", "date": "Sun, 30 Aug 2026 07:00:00 GMT"}, 7),
        ({}, None), ({"retry-after": ""}, None), ({"retry-after": "soon"}, None), ({"retry-after": "-5"}, None),
        ({"ratelimit": '"default";q=100;w=60'}, None), ({"retry-after": "9" * 500}, None), ({"other": "5"}, None),
        ({"retry-after": "nan"}, None), ({"retry-after": "1e9"}, None),
    ],
)  # fmt: skip
def test_seconds_to_wait(headers: dict[str, str], wait: float | None) -> None:
    assert seconds(headers, ALL, NOW) == wait


def test_only_headers_that_the_vendor_names_are_read() -> None:
    assert seconds({"retry-after": "30"}, ("ratelimit",), NOW) is None
