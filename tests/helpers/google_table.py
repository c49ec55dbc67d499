"""A Google that answers out of a table, for tests of collectors: the real wire reads it, so that schemas are held."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from annexa.collectors._google.wire import GoogleWire
from annexa.collectors._rest.reply import Reply
from annexa.evidence.call import Call, Collector
from annexa.evidence.clock import VirtualClock
from annexa.evidence.gather import Gathered, gather
from annexa.evidence.handle import Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.redact import Redactor
from annexa.schemas.words import Reason

NOW = "2026-08-30T06:00:00Z"
DENIED = (403, {"error": {"code": 403, "errors": [{"reason": "forbidden"}]}})


class Table:
    """Answers by operation: an object, a status with one, or a function of the parameters that gives either."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers, self.asked = answers, list[tuple[str, Mapping[str, Any]]]()

    def ask(self, call: Call, params: Mapping[str, Any]) -> Reply:
        self.asked.append((call.op, params))
        found = self.answers[call.op]
        found = found(params) if callable(found) else found
        status, body = found if isinstance(found, tuple) else (200, found)
        return Reply(status=status, body=json.dumps(body).encode(), host="https://google.example", headers={})


def collect(collector: Collector, table: Table, **known: Any) -> Gathered:
    """Run a collector through the real handle, redaction and records."""
    place = Place(
        organisation="acme", tenant="C1", source="google_workspace:main", scope="C1", collector=collector.name, identity="me"
    )  # fmt: skip
    keeper = Keeper(
        place, store=lambda page: hashlib.sha256(page).hexdigest(), redactor=Redactor(b"k" * 32),
        clock=VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)), token=lambda: "00" * 16,
    )  # fmt: skip
    wire = GoogleWire(table, identity="me", subject=None)  # type: ignore[arg-type]
    told = Known({"customer": "C1", "scope": "C1", "now": NOW, **known})
    found = gather(collector, wire, keeper, told, run_id="r1", version="0", nonce=lambda: "0" * 32)
    assert all(record.provenance.origins for record in found.records)
    return found


def facts(found: Gathered) -> list[Any]:
    """What it yielded."""
    return [record.data for record in found.records]


def lost(found: Gathered) -> list[tuple[str | None, Reason]]:
    """Subject and reason of everything that was not read."""
    return [(one.subject, one.reason) for one in found.keeper.unreads]
