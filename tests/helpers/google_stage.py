"""A Google API on loopback for tests of the adapter: a table from path to answers, and what it was asked."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from annexa.collectors._google import GoogleSettings, GoogleSource, Self
from annexa.collectors._source import Circumstances
from annexa.evidence.answer import Answer
from annexa.evidence.call import Call
from annexa.evidence.clock import VirtualClock
from annexa.sandbox._http import loopback

SCOPE = "https://www.googleapis.com/auth/admin.directory.user.readonly"
CUSTOMER = Call(op="admin/directory_v1:customers.get", needs=SCOPE)
USERS = Call(op="admin/directory_v1:users.list", needs=SCOPE, path="users", params={"customer": "my_customer"})
UNITS = Call(op="admin/directory_v1:orgunits.list", needs=SCOPE, path="organizationUnits")
TOKENS = Call(op="admin/directory_v1:tokens.list", needs=SCOPE, path="items")
CLOCK = datetime(2026, 9, 1, 6, tzinfo=UTC)
Reply = tuple[int, dict[str, str], bytes]


def answer(content: Any, status: int = 200, **headers: str) -> Reply:
    return status, {"content-type": "application/json", **headers}, json.dumps(content).encode()


def refused(status: int, reason: str, **headers: str) -> Reply:
    error = {"code": status, "message": "said by the vendor", "errors": [{"reason": reason}]}
    return answer({"error": error}, status, **headers)


@dataclass
class Stage:
    """Answers by the last words of the path, one after the other; the last stays."""

    answers: dict[str, list[Reply] | Callable[[str], Reply]]
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    def handle(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        self.asked.append((method, url, dict(headers)))
        path = url.partition("?")[0]
        if path.endswith("/customers/my_customer"):
            return answer({"id": "C0123", "kind": "admin#directory#customer"})
        known = self.answers[next(name for name in self.answers if path.endswith(name))]
        if callable(known):
            return known(url)
        return known.pop(0) if len(known) > 1 else known[0]


@contextmanager
def source(
    stage: Stage, *, pool: Executor | None = None, attempts: int = 3
) -> Iterator[tuple[GoogleSource, VirtualClock]]:
    """A connected source over real HTTP."""
    clock = VirtualClock(CLOCK)
    with loopback(stage.handle) as url:
        lent = Circumstances(
            organisation="acme", clock=clock, run_id="r1", sandbox=True, pacing=False, pool=pool,
            environment={"ANNEXA_SANDBOX_GOOGLE_TOKEN": "ya29.secret"},
        )  # fmt: skip
        settings = GoogleSettings(name="google:main", vendor="google_workspace", endpoint=url, attempts=attempts)
        yield GoogleSource(settings, lent, scopes=[SCOPE], me=_me), clock


def _me(wire: Any, settings: GoogleSettings) -> Self:
    found = next(wire.pages(CUSTOMER, {"customerKey": "my_customer"}))
    return Self(tenant=found.content["id"], identity="annexa@project.iam.gserviceaccount.com")


def pages(stage: Stage, call: Call, **params: Any) -> list[Answer]:
    """Every page of one call."""
    with source(stage) as (made, _):
        return list(made.wire("C0123").pages(call, {**call.params, **params}))
