"""Runs one AWS collector against answers that a test writes down, through the real adapter and the stand-in's checks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

import msgspec
import pytest

from annexa.collectors._source import Circumstances
from annexa.collectors.aws._settings import AwsSettings
from annexa.collectors.aws._source import AwsSource
from annexa.evidence.call import Collector
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import Fact
from annexa.evidence.gather import Gathered, gather
from annexa.evidence.handle import Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.record import Record
from annexa.evidence.redact import Redactor
from annexa.sandbox import aws_server
from annexa.sandbox._errors import AwsError, Unsupported
from annexa.sandbox._question import Question
from annexa.sandbox.aws_server import AwsStandIn, Fault, answer_in_process
from annexa.schemas.words import Completeness

NOW = datetime(2026, 8, 30, 6, tzinfo=UTC)
ACCOUNT, REGION = "111122223333", "eu-west-1"
Answers = Mapping[str, Any]
"""`service:Operation` to an answer, an error to raise, or a function of the question."""


def _customers_own(params: Mapping[str, Any]) -> dict[str, Any]:
    """Every key is the customer's own, where a test does not say otherwise."""
    return {"KeyMetadata": {"KeyId": str(params["KeyId"]), "KeyManager": "CUSTOMER"}}


class PlayedAccount:
    """A world that answers from a table and nothing else."""

    now = NOW
    services = (
        "bedrock",
        "bedrock-agent",
        "bedrock-agentcore-control",
        "kms",
        "organizations",
        "s3",
        "sagemaker",
        "sts",
    )

    def __init__(self, answers: Answers) -> None:
        self._answers = {"kms:DescribeKey": _customers_own, **answers}

    def caller(self, access_key: str) -> tuple[str, str] | None:
        return ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/annexa"

    def resolves(self, service: str, region: str) -> bool:
        return True

    def answer(self, question: Question) -> dict[str, Any]:
        if question.operation == "GetCallerIdentity":
            return {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/annexa", "UserId": "AIDA"}
        if question.operation == "DescribeOrganization":
            raise AwsError("AWSOrganizationsNotInUseException", "no organisation", 400)
        found = self._answers.get(f"{question.service}:{question.operation}")
        if found is None:
            raise Unsupported(question.operation)
        if isinstance(found, Exception):
            raise found
        return found(question.params) if callable(found) else found  # type: ignore[no-any-return]


class _Switch:
    """Lets one SDK session, which is slow to make, be answered by another stand-in in every test."""

    def __init__(self) -> None:
        self.standin = AwsStandIn(PlayedAccount({}))

    @property
    def world(self) -> Any:
        return self.standin.world

    def handle(self, *request: Any) -> Any:
        return self.standin.handle(*request)


@dataclass(frozen=True)
class Played:
    """What one unit of work brought, with the pages that it kept."""

    gathered: Gathered
    pages: tuple[str, ...]
    asked: tuple[str, ...]

    @property
    def facts(self) -> list[Fact]:
        return [record.data for record in self.gathered.records]

    @property
    def unread(self) -> list[tuple[str, str | None, str]]:
        """Call, subject and reason of everything that stayed unread."""
        return [(entry.call, entry.subject, str(entry.reason)) for entry in self.gathered.unreads]

    @property
    def completeness(self) -> str:
        return str(self.gathered.unit.completeness)

    def of(self, kind: str) -> list[Any]:
        return [record.data for record in self.gathered.records if record.kind == kind]

    def record(self, kind: str) -> Record:
        return next(record for record in self.gathered.records if record.kind == kind)


Play = Callable[..., Played]


@pytest.fixture(scope="session")
def _connected() -> tuple[AwsSource, _Switch]:
    switch = _Switch()
    lent = Circumstances(
        organisation="acme",
        clock=VirtualClock(NOW),
        run_id="r1",
        environment={"AWS_ACCESS_KEY_ID": "AKIAPLAYEDACCOUNT000", "AWS_SECRET_ACCESS_KEY": "not-a-secret"},
        pacing=False,
        sandbox=True,
        prepare=lambda _, session: answer_in_process(session, switch),  # type: ignore[arg-type]
    )
    return AwsSource(AwsSettings(endpoint="http://127.0.0.1:9", attempts=1), lent), switch


@pytest.fixture
def play(_connected: tuple[AwsSource, _Switch], monkeypatch: pytest.MonkeyPatch) -> Play:
    """Collect once: `play(collector, answers, refused=("s3:GetBucketTagging",), page_size=2)`."""
    source, switch = _connected

    def run(
        collector: Collector,
        answers: Answers,
        *,
        refused: Iterable[str] = (),
        faults: Iterable[Fault] = (),
        page_size: int = 100,
        newer: bool = False,
    ) -> Played:
        if newer:  # the vendor says what the installed description does not know yet
            monkeypatch.setattr(aws_server, "check_output", lambda *_: None)
        planted = [Fault(*op.split(":"), kind="denied") for op in refused]
        switch.standin = AwsStandIn(PlayedAccount(answers), [*planted, *faults], page_size=page_size)
        scope = f"{ACCOUNT}/{REGION}"
        pages: dict[str, str] = {}
        numbers = count(1)

        def store(page: bytes) -> str:
            digest = f"{len(pages):064x}"
            pages[digest] = page.decode()
            return digest

        def token() -> str:
            return f"{next(numbers):032x}"

        wire = source.wire(scope)
        place = Place(
            organisation="acme",
            tenant=source.tenant,
            source="aws:main",
            scope=scope,
            collector=collector.name,
            identity=wire.identity,
        )
        keeper = Keeper(place, store=store, redactor=Redactor(b"key"), clock=VirtualClock(NOW), token=token)
        known = Known(source.known(scope))
        gathered = gather(collector, wire, keeper, known, run_id="r1", version="0", nonce=token)
        _believable(gathered)
        asked = tuple(f"{seen.service}:{seen.operation}" for seen in switch.standin.calls)
        return Played(gathered=gathered, pages=tuple(pages.values()), asked=asked)

    return run


def _believable(gathered: Gathered) -> None:
    """Every record is what its schema says, cites an answer, and nothing is lost without a word."""
    for record in gathered.records:
        again = msgspec.json.decode(msgspec.json.encode(record), type=Record)
        assert again == record
        assert record.provenance.origins
    if gathered.unreads:
        assert gathered.unit.completeness is not Completeness.COMPLETE
