"""The predicates about AWS: what was not read whole never passes, and a trail or guardrail elsewhere is not mixed up."""

from datetime import UTC, datetime

import msgspec
import pytest

from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Fact, ambiguous, kind_of, unread
from annexa.evidence.kinds import AiSystem, DataStore, Decision, Detection, Enforcement, LogSource, Safeguard, Scope
from annexa.evidence.record import Provenance, Record
from annexa.mappings.context import Context, Joined
from annexa.mappings.decisions import Decisions
from annexa.mappings.outcome import Outcome
from annexa.mappings.pack import load_pack
from annexa.mappings.predicates import PREDICATES
from annexa.schemas.words import Criterion, UnknownReason, Verdict

PACK = load_pack()
GUARD = "arn:aws:bedrock:eu-west-1:1:guardrail/g1"
AGENT = AiSystem(subject="arn:agent/A1", category="agent", provider="bedrock", safeguards=(f"{GUARD}:3",))
TRAIL = LogSource(
    subject="arn:trail/org", name="aws.cloudtrail", enabled=True, multi_region=True, organisation_wide=True,
    integrity=True, event_types=("AWS::Bedrock::AgentAlias", "management"),
)  # fmt: skip
BUCKET = DataStore(subject="arn:aws:s3:::help", type="s3_bucket", role="source")
TYPES = ("AWS::Bedrock::AgentAlias", "AWS::Bedrock::KnowledgeBase")


def record(fact: Fact, scope: str = "1/eu-west-1", source: str = "aws:main") -> Record:
    provenance = Provenance(collector="c", version="1", identity="i", origins=())
    return Record(
        record_id=fact.subject, subject_uid=f"uid-{fact.subject}", kind=kind_of(fact), source=source, scope=scope,
        collected_at="2026-09-29T06:00:00Z", data=fact, provenance=provenance, nonce="0",
    )  # type: ignore[arg-type]  # fmt: skip


def whole(*facts: Fact) -> Joined:
    return Joined(records=tuple(record(fact) for fact in facts), complete=True, reason=None)


def part(*facts: Fact) -> Joined:
    return Joined(records=tuple(record(fact) for fact in facts), reason=UnknownReason.SCOPES_UNREAD)


def judged(
    rule: str, fact: Fact, decided: Decision | None = None, scope: str = "1/eu-west-1", **joins: Joined
) -> Outcome:
    context = Context(
        as_of=datetime(2026, 9, 29, 12, tzinfo=UTC), decisions=Decisions([record(decided)] if decided else ()),
        parameters=PACK.parameters, settings=PACK.settings, joins=joins,
    )  # fmt: skip
    found = PACK.rules[rule]
    return PREDICATES[found.predicate or ""].judge(record(fact, scope), found, context)


def account(number: str = "1") -> Scope:
    return Scope(subject=number, level="account", path=number, at=number, state="enabled")


def changed(fact: LogSource, **fields: object) -> LogSource:
    return msgspec.structs.replace(fact, **fields)


def guard(version: str) -> Safeguard:
    return Safeguard(subject=f"{GUARD}:{version}", type="guardrail", version=version)


def forced(version: object) -> Enforcement:
    return Enforcement(subject="e", safeguard=GUARD, version=version, level="organisation")  # type: ignore[arg-type]


def test_the_version_that_an_agent_uses_is_judged_and_another_is_not() -> None:
    joins = {"ai_system": whole(AGENT), "enforcement": whole()}
    assert judged("CFG-AWS-02", guard("3"), **joins).verdict is Verdict.PASS
    assert not judged("CFG-AWS-02", guard("DRAFT"), **joins).required


def test_a_guardrail_that_the_organisation_forces_is_in_use() -> None:
    joins = {"ai_system": whole(), "enforcement": whole(forced("3"))}
    assert judged("CFG-AWS-02", guard("3"), **joins).verdict is Verdict.PASS
    assert not judged("CFG-AWS-02", guard("4"), **joins).required


@pytest.mark.parametrize(
    ("systems", "enforcements", "reason"),
    [
        (part(AGENT), whole(), UnknownReason.SCOPES_UNREAD),
        (whole(AGENT), part(), UnknownReason.SCOPES_UNREAD),
        (whole(AGENT), whole(forced(NOT_EXPOSED)), UnknownReason.NOT_EXPOSED),
        (
            whole(AiSystem(subject="a", category="agent", provider="bedrock", safeguards=unread("GetAgent"))),
            whole(),
            UnknownReason.UNREAD,
        ),
        (
            whole(AiSystem(subject="a", category="agent", provider="bedrock", safeguards=ambiguous("g1:3, absent"))),
            whole(),
            UnknownReason.AMBIGUOUS_VALUE,
        ),
    ],
)
def test_a_version_that_may_be_in_use_is_unknown(systems: Joined, enforcements: Joined, reason: UnknownReason) -> None:
    found = judged("CFG-AWS-02", guard("DRAFT"), ai_system=systems, enforcement=enforcements)
    assert (Verdict.UNKNOWN, reason, True) == (found.verdict, found.reason, found.required)


def test_systems_that_can_have_no_guardrail_leave_no_doubt() -> None:
    notebook = AiSystem(subject="n", category="notebook", provider="sagemaker")
    found = judged("CFG-AWS-02", guard("DRAFT"), ai_system=whole(notebook), enforcement=whole())
    assert not found.required


def test_a_trail_of_the_organisation_records_another_account() -> None:
    assert judged("LOG-AWS-02", account("2"), scope="o", log_source=whole(TRAIL)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("fields", "number", "verdict"),
    [
        ({"organisation_wide": False}, "1", Verdict.PASS),
        ({"organisation_wide": False}, "2", Verdict.FAIL),
        ({"organisation_wide": NOT_EXPOSED}, "2", Verdict.UNKNOWN),
        ({"organisation_wide": ABSENT}, "2", Verdict.FAIL),
        ({"multi_region": False}, "1", Verdict.FAIL),
        ({"integrity": False}, "1", Verdict.FAIL),
        ({"integrity": NOT_EXPOSED}, "1", Verdict.UNKNOWN),
        ({"enabled": False}, "1", Verdict.FAIL),
        ({"enabled": unread("GetTrailStatus")}, "1", Verdict.UNKNOWN),
        ({"event_types": ("management (narrowed)",)}, "1", Verdict.FAIL),
        ({"event_types": unread("GetEventSelectors")}, "1", Verdict.UNKNOWN),
        ({"name": "aws.bedrock.invocation"}, "1", Verdict.FAIL),
    ],
)
def test_what_a_trail_must_do(fields: dict[str, object], number: str, verdict: Verdict) -> None:
    found = judged("LOG-AWS-02", account(number), scope="o", log_source=whole(changed(TRAIL, **fields)))
    assert verdict is found.verdict


def test_an_account_whose_number_begins_another_is_not_mixed_up_with_it() -> None:
    own = changed(TRAIL, organisation_wide=False)
    logs = Joined(records=(record(own, scope="12/eu-west-1"),), complete=True, reason=None)
    assert judged("LOG-AWS-02", account("1"), scope="o", log_source=logs).verdict is Verdict.FAIL
    assert judged("LOG-AWS-02", account("12"), scope="o", log_source=logs).verdict is Verdict.PASS


def test_a_trail_of_another_source_records_nothing_here() -> None:
    logs = Joined(records=(record(TRAIL, source="aws:other"),), complete=True, reason=None)
    assert judged("LOG-AWS-02", account(), scope="o", log_source=logs).verdict is Verdict.FAIL


def test_a_missing_trail_is_unknown_while_trails_are_unread() -> None:
    found = judged("LOG-AWS-02", account(), scope="o", log_source=part())
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, UnknownReason.SCOPES_UNREAD)


def decision(must: str) -> Decision:
    return Decision(
        subject="d", setting="aws.cloudtrail.ai_data_events", must=must, value=TYPES, because="b", approved_by="a",
        approved_on="2026-01-01",
    )  # type: ignore[arg-type]  # fmt: skip


def test_two_trails_together_record_what_was_decided() -> None:
    other = changed(TRAIL, subject="arn:trail/second", event_types=("AWS::Bedrock::KnowledgeBase",))
    found = judged("LOG-AWS-02B", account(), decision("contain_all"), "o", log_source=whole(TRAIL, other))
    assert (found.verdict, found.criterion, found.criterion_ref) == (Verdict.PASS, Criterion.ORGANISATION, "d")


@pytest.mark.parametrize(
    ("logs", "verdict", "reason"),
    [
        (whole(TRAIL), Verdict.FAIL, None),
        (whole(changed(TRAIL, event_types=("AWS::Bedrock::KnowledgeBase (narrowed)", *TYPES[:1]))), Verdict.FAIL, None),
        (whole(changed(TRAIL, event_types=TYPES, enabled=False)), Verdict.FAIL, None),
        (part(TRAIL), Verdict.UNKNOWN, UnknownReason.SCOPES_UNREAD),
        (whole(changed(TRAIL, enabled=unread("GetTrailStatus"))), Verdict.UNKNOWN, UnknownReason.UNREAD),
        (whole(changed(TRAIL, event_types=unread("GetEventSelectors"))), Verdict.UNKNOWN, UnknownReason.UNREAD),
    ],
)
def test_a_type_of_data_event_that_is_not_recorded(
    logs: Joined, verdict: Verdict, reason: UnknownReason | None
) -> None:
    found = judged("LOG-AWS-02B", account(), decision("contain_all"), "o", log_source=logs)
    assert (verdict, reason) == (found.verdict, found.reason)


def test_a_decision_that_does_not_say_contain_all_cannot_be_followed() -> None:
    found = judged("LOG-AWS-02B", account(), decision("be_one_of"), "o", log_source=whole(TRAIL))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, UnknownReason.CRITERION_UNREAD)


def search(enabled: object, bucket: str = BUCKET.subject) -> Detection:
    return Detection(subject=f"macie:{bucket}", service="macie.bucket", enabled=enabled)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("detections", "verdict", "reason"),
    [
        (whole(search(True)), Verdict.PASS, None),
        (whole(search(False)), Verdict.FAIL, None),
        (whole(search(NOT_EXPOSED)), Verdict.UNKNOWN, UnknownReason.NOT_EXPOSED),
        (whole(search(True, "arn:aws:s3:::other")), Verdict.UNKNOWN, UnknownReason.VISIBILITY_UNPROVED),
        (part(), Verdict.UNKNOWN, UnknownReason.SCOPES_UNREAD),
        (part(search(False)), Verdict.FAIL, None),
    ],
)
def test_whether_macie_looks_into_a_bucket(detections: Joined, verdict: Verdict, reason: UnknownReason | None) -> None:
    found = judged("DLP-AWS-01", BUCKET, detection=detections)
    assert (verdict, reason) == (found.verdict, found.reason)
