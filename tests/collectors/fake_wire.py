"""A wire out of dictionaries, for tests of collectors: what it answers must fit botocore's model of the operation."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import botocore.session
import msgspec
from botocore.validate import ParamValidator

from annexa.collectors.aws._wire import _sensitive, plain
from annexa.evidence.answer import AbsentError, Answer, Fetched, Trouble, UnreadError, fetch
from annexa.evidence.call import Call, Collector
from annexa.evidence.clock import VirtualClock
from annexa.evidence.gather import Gathered, gather
from annexa.evidence.handle import Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.record import Record
from annexa.evidence.redact import Redactor
from annexa.schemas.words import Reason

NOW = "2026-08-30T06:00:00Z"
ACCOUNT = "111122223333"
REGION = "eu-west-1"
SESSION = botocore.session.Session()


@dataclass(frozen=True)
class Refusal:
    """The service answers with this error code."""

    code: str = "AccessDeniedException"
    reason: Reason = Reason.DENIED


DENIED = Refusal()
Page = dict[str, Any] | Refusal
Reply = Page | list[Page]
Answers = Mapping[str, Reply | Callable[[Mapping[str, Any]], Reply]]


class FakeWire:
    """Answers by operation; a list is pages, a callable is asked with the parameters, a stranger is a bug of the test."""

    identity = f"arn:aws:iam::{ACCOUNT}:role/annexa"

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        """The pages of one call, as the adapter hands them over."""
        model = _model(call)
        _fits(params, model.input_shape, f"{call.op} input")
        self.asked.append((call.op, params))
        found = self._answers[call.op]
        reply = found(params) if callable(found) else found
        for page in reply if isinstance(reply, list) else [reply]:
            if isinstance(page, Refusal):
                raise _refused(call, page)
            _fits(page, model.output_shape, f"{call.op} output")
            yield Answer(content=plain(page), host="https://aws.example")

    def sensitive(self, call: Call) -> frozenset[tuple[str, ...]]:
        """As the adapter does: by botocore's marks."""
        return _sensitive(_model(call))

    def ahead(self, call: Call, params: list[Mapping[str, Any]]) -> Iterator[Fetched]:
        """One after the other."""
        return (fetch(self, call, each) for each in params)


def collect(
    collector: Collector, answers: Answers, *, scope: str = f"{ACCOUNT}/{REGION}", wire: Any = None, **known: Any
) -> Gathered:
    """Run a collector over one scope, through the real handle, redaction and records."""
    place = Place(
        organisation="acme", tenant="o-acme", source="aws:main", scope=scope, collector=collector.name,
        identity=FakeWire.identity,
    )  # fmt: skip
    keeper = Keeper(
        place,
        store=lambda page: hashlib.sha256(page).hexdigest(),
        redactor=Redactor(b"k" * 32),
        clock=VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)),
        token=lambda: "00" * 16,
    )
    told = {
        "account": ACCOUNT, "region": REGION, "management_account": None, "organisation_id": None,
        "caller_account": ACCOUNT, "accounts": (ACCOUNT,), "costs_allowed": False, "now": NOW, **known,
    }  # fmt: skip
    gathered = gather(
        collector, wire or FakeWire(answers), keeper, Known(told), run_id="r1", version="0", nonce=lambda: "0" * 32
    )
    for record in gathered.records:
        assert msgspec.json.decode(msgspec.json.encode(record), type=Record) == record
        assert record.provenance.origins, f"{record.data.subject} rests on nothing"
    return gathered


def facts(gathered: Gathered) -> list[Any]:
    """What it yielded."""
    return [record.data for record in gathered.records]


def calls_cited(gathered: Gathered, number: int = 0) -> list[str]:
    """The calls on which one record rests."""
    return [origin.call for origin in gathered.records[number].provenance.origins]


def lost(gathered: Gathered) -> list[tuple[str, str | None, Reason]]:
    """What it noted as unread: call, subject, reason."""
    return [(entry.call, entry.subject, entry.reason) for entry in gathered.unreads]


def _model(call: Call) -> Any:
    service, operation = call.op.split(":", 1)
    return SESSION.get_service_model(service).operation_model(operation)


def _fits(value: Mapping[str, Any], shape: Any, what: str) -> None:
    if shape is None:
        assert not value, f"{what}: nothing is modelled"
        return
    report = ParamValidator().validate(value, shape)
    assert not report.has_errors(), f"{what}: {report.generate_report()}"
    unknown = set(value) - set(shape.members)
    assert not unknown, f"{what}: {sorted(unknown)}"


def _refused(call: Call, refusal: Refusal) -> UnreadError | AbsentError:
    if refusal.code in call.absent:
        return AbsentError(refusal.code, Answer(content={"Error": {"Code": refusal.code}}, host="https://aws.example"))
    trouble = Trouble(reason=refusal.reason, code=refusal.code, says="refused", cure=f"Grant {call.needs}.")
    return UnreadError(call, trouble)
