"""Every named predicate: what passes, what fails, and above all what stays unknown."""

import inspect
from datetime import UTC, datetime
from typing import Any

import pytest

from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Fact, kind_of, unread
from annexa.evidence.kinds import (
    KINDS,
    AccessGrant,
    AiSystem,
    Attestation,
    Credential,
    DataConnection,
    DataStore,
    Decision,
    ExceptionEntry,
    Identity,
    LogSource,
    Parameter,
    Person,
    RegisterEntry,
    Safeguard,
    Scope,
    SoaRow,
    Usage,
)
from annexa.evidence.record import Provenance, Record
from annexa.mappings.context import Context, Joined
from annexa.mappings.decisions import Decisions
from annexa.mappings.item import Outcome, judge_item
from annexa.mappings.parameters import load_parameters
from annexa.mappings.predicates import MODULES, PREDICATES
from annexa.mappings.rule import Criterion as Asked
from annexa.mappings.rule import Example, Remedy, Rule
from annexa.mappings.settings import load_settings
from annexa.schemas.words import Basis, Criterion, Severity, Strength, UnknownReason
from annexa.schemas.words import Result as RuleResult

AS_OF = datetime(2026, 9, 29, 12, tzinfo=UTC)
SCOPE = "111122223333/eu-west-1"
AGENT = "arn:aws:bedrock:eu-west-1:111122223333:agent/A1"
BASE = "arn:aws:bedrock:eu-west-1:111122223333:knowledge-base/K1"
BUCKET = "arn:aws:s3:::contracts"
ROLE = "arn:aws:iam::111122223333:role/ml"
PARAMETERS, SETTINGS = load_parameters(), load_settings()
NOT_SUPPLIED = Joined(reason=UnknownReason.NOT_SUPPLIED)


def record(fact: Fact, name: str = "r1", scope: str = SCOPE, source: str = "aws:main") -> Record:
    provenance = Provenance(collector="c", version="1", identity="i", origins=())
    return Record(
        record_id=name, subject_uid=f"uid-{fact.subject}", kind=kind_of(fact), source=source, scope=scope,
        collected_at="2026-09-29T06:00:00Z", data=fact, provenance=provenance, nonce="0",
    )  # type: ignore[arg-type]  # fmt: skip


def all_of(*facts: Fact) -> Joined:
    return Joined(records=tuple(record(fact, fact.subject) for fact in facts), complete=True, reason=None)


def some_of(*facts: Fact) -> Joined:
    return Joined(records=all_of(*facts).records, complete=False, reason=UnknownReason.UNREAD)


def entry(**fields: Any) -> RegisterEntry:
    usual: dict[str, Any] = {"subject": "entry", "name": "Assistant", "identifiers": (AGENT,), "basis": Basis.ATTESTED}
    return RegisterEntry(**{**usual, **fields})


def decide(setting: str, value: Any, must: Any = "be", applies_to: str = "organisation") -> Decisions:
    fact = Decision(
        subject="decision", setting=setting, must=must, value=value, applies_to=applies_to, because="b",
        approved_by="CISO", approved_on="2026-01-01",
    )  # fmt: skip
    return Decisions([record(fact, "decision")])


def judge(name: str, fact: Fact, *, decisions: Decisions | None = None, own: Any = None, **more: Any) -> Outcome:
    joins = more.pop("joins", {})
    sealed = [record(Parameter(subject=k, name=k, value=v, set_by="organisation")) for k, v in (own or {}).items()]
    around = Context(
        as_of=AS_OF, decisions=decisions or Decisions(), parameters=PARAMETERS.with_records(sealed), settings=SETTINGS,
        joins=joins, **more,
    )  # fmt: skip
    asked = Rule(
        id="T-AWS-01", title="t", statement="s", reads=kind_of(fact), quantifier="every", predicate=name,
        criterion=Asked(inherent=True), severity=Severity.HIGH, strength=Strength.DESIGN, control="A.5.9",
        does_not_show="d", remedy=Remedy(do="x", where="x", role="x", side_effect="x"), owner_role="o",
        examples=(Example(name="e", then=RuleResult.PASS),),
    )  # fmt: skip
    return judge_item(asked, record(fact, "item"), around)


def said(outcome: Outcome) -> str:
    """`pass`, `fail`, `shown`, `left out`, or the reason why it is unknown."""
    if not outcome.required:
        return "left out"
    return outcome.reason or "?" if outcome.verdict == "unknown" else outcome.verdict


def test_every_predicate_can_be_printed_and_names_real_kinds() -> None:
    for name, found in PREDICATES.items():
        assert found.says.split("\n")[0].endswith("."), name
        assert {*found.reads, *found.joins} <= set(KINDS), name
        assert inspect.getmodule(found.judge) in MODULES, name


SYSTEM = AiSystem(subject=AGENT, category="agent", provider="bedrock", name="Helpdesk")
USE = Usage(subject="usage", signal="cloudwatch", service="bedrock", count=3)


@pytest.mark.parametrize(
    ("fact", "register", "expected"),
    [
        (SYSTEM, all_of(entry()), "pass"),
        (SYSTEM, all_of(entry(identifiers=("arn:aws:bedrock:*:111122223333:agent/*",))), "pass"),
        (SYSTEM, all_of(entry(identifiers=("helpdesk",))), "pass"),
        (SYSTEM, all_of(entry(identifiers=("arn:aws:bedrock:*:444455556666:*",))), "fail"),
        (SYSTEM, all_of(entry(identifiers=("bedrock",))), "fail"),
        (SYSTEM, all_of(), "fail"),
        (SYSTEM, some_of(), "unread"),
        (SYSTEM, some_of(entry()), "pass"),
        (SYSTEM, NOT_SUPPLIED, "not_supplied"),
        (USE, all_of(entry(identifiers=("bedrock@111122223333/*",))), "pass"),
        (USE, all_of(entry(identifiers=("bedrock@444455556666/*",))), "fail"),
        (USE, all_of(entry(identifiers=("bedrock",))), "pass"),
    ],
)
def test_in_register(fact: Fact, register: Joined, expected: str) -> None:
    assert said(judge("in_register", fact, joins={"register_entry": register})) == expected


def test_a_register_that_nobody_handed_in_is_an_input_that_is_missing() -> None:
    assert said(judge("in_register", SYSTEM)) == "input_missing"


@pytest.mark.parametrize(
    ("register", "expected"),
    [
        (all_of(entry(owner="ana@harbourline.example")), "pass"),
        (all_of(entry()), "fail"),
        (all_of(entry(owner="")), "fail"),
        (all_of(entry(owner=unread("cut off"))), "unread"),
        (all_of(entry(identifiers=("other",))), "follows_from"),
        (some_of(), "unread"),
        (NOT_SUPPLIED, "not_supplied"),
    ],
)
def test_registered_owner_named(register: Joined, expected: str) -> None:
    assert said(judge("registered_owner_named", SYSTEM, joins={"register_entry": register})) == expected


FULL = {
    "owner": "ana", "supplier": "AWS", "tier": "paid", "purpose": "p", "permitted_class": "internal",
    "reviewed": "2026-03-01",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected", "criterion"),
    [
        ({}, "pass", Criterion.INHERENT),
        ({"supplier": NOT_EXPOSED}, "fail", Criterion.INHERENT),
        ({"tier": ABSENT}, "fail", Criterion.INHERENT),
        ({"purpose": ""}, "fail", Criterion.INHERENT),
        ({"reviewed": NOT_EXPOSED}, "fail", Criterion.INHERENT),
        ({"reviewed": "2025-09-28"}, "fail", Criterion.ANNEXA_DEFAULT),
        ({"reviewed": "2026-09-30"}, "invalid_record", Criterion.INHERENT),
        ({"reviewed": unread("cut off")}, "unread", Criterion.INHERENT),
        ({"owner": unread("cut off")}, "unread", Criterion.INHERENT),
    ],
)
def test_register_entry_complete(changes: Any, expected: str, criterion: Criterion) -> None:
    outcome = judge("register_entry_complete", entry(**{**FULL, **changes}))
    assert (said(outcome), outcome.criterion) == (expected, criterion)


def test_the_organisations_own_review_limit_is_its_own_rule() -> None:
    outcome = judge("register_entry_complete", entry(**FULL), own={"register_review_months": 3})
    assert (said(outcome), outcome.criterion) == ("fail", Criterion.ORGANISATION)


OWNED = AiSystem(subject=AGENT, category="agent", provider="bedrock", owner="ana@harbourline.example")
ANA = {"subject": "p1", "name": "Ana@harbourline.example"}


@pytest.mark.parametrize(
    ("fact", "joins", "expected"),
    [
        (OWNED, {"person": all_of(Person(**ANA, left=ABSENT))}, "pass"),
        (OWNED, {"person": all_of(Person(**ANA, left="2026-09-28"))}, "fail"),
        (OWNED, {"person": all_of(Person(**ANA, left="2026-10-31"))}, "pass"),
        (OWNED, {"person": all_of(Person(**ANA))}, "not_exposed"),
        (OWNED, {"person": all_of(Person(subject="p", aliases=("ana@harbourline.example",), left=ABSENT))}, "pass"),
        (OWNED, {"identity": all_of(Identity(**ANA, state="ACTIVE"))}, "pass"),
        (OWNED, {"identity": all_of(Identity(**ANA, state="suspended"))}, "fail"),
        (OWNED, {"identity": all_of(Identity(**ANA, state="staged"))}, "unknown_value"),
        (OWNED, {"person": all_of()}, "identity_unmatched"),
        (OWNED, {"person": NOT_SUPPLIED}, "not_supplied"),
        (SYSTEM, {"register_entry": all_of()}, "fail"),
        (SYSTEM, {"register_entry": NOT_SUPPLIED}, "not_supplied"),
        (
            SYSTEM,
            {
                "register_entry": all_of(entry(owner="ana@harbourline.example")),
                "person": all_of(Person(**ANA, left=ABSENT)),
            },
            "pass",
        ),
    ],
)
def test_owner_active(fact: Fact, joins: Any, expected: str) -> None:
    assert said(judge("owner_active", fact, joins=joins)) == expected


def grant(**fields: Any) -> AccessGrant:
    usual: dict[str, Any] = {
        "subject": ROLE, "grantee": ROLE, "purpose": "use", "permissions": ("bedrock:InvokeModel",), "target": "ai",
        "verdict": "allowed",
    }  # fmt: skip
    return AccessGrant(**{**usual, **fields})


USERS = all_of(entry(approved_principals=("arn:aws:iam::*:role/ml",)))
ADMINS = all_of(entry(administrators=(ROLE,)))
OTHERS = all_of(entry(approved_principals=("arn:aws:iam::*:role/other",), administrators=("x",)))
LISTED = decide("ai.approved_principals", ("arn:aws:iam::*:role/ml",), "be_one_of")
UNLISTED = decide("ai.approved_principals", ("nobody",), "be_one_of")


@pytest.mark.parametrize(
    ("fields", "register", "decisions", "expected"),
    [
        ({}, USERS, None, "pass"),
        ({}, ADMINS, None, "pass"),
        ({}, OTHERS, None, "fail"),
        ({}, OTHERS, LISTED, "pass"),
        ({}, NOT_SUPPLIED, LISTED, "pass"),
        ({}, NOT_SUPPLIED, UNLISTED, "fail"),
        ({}, NOT_SUPPLIED, None, "not_supplied"),
        ({}, all_of(entry()), None, "criterion_unset"),
        ({}, some_of(entry(approved_principals=("x",))), None, "unread"),
        ({}, all_of(entry(approved_principals=unread("cut off"))), None, "criterion_unread"),
        ({}, OTHERS, Decisions(unreadable=True), "criterion_unread"),
        ({}, OTHERS, decide("ai.approved_principals", ("x",), "contain_all"), "criterion_unread"),
        ({"purpose": "administer"}, ADMINS, None, "pass"),
        ({"purpose": "administer"}, OTHERS, None, "fail"),
        ({"purpose": "administer"}, USERS, None, "criterion_unset"),
        ({"verdict": "conditional"}, OTHERS, None, "shown"),
        ({"verdict": "conditional"}, USERS, None, "pass"),
        ({"verdict": unread("policy denied")}, OTHERS, None, "unread"),
        ({"verdict": unread("policy denied")}, USERS, None, "pass"),
        ({"vendor_managed": True}, OTHERS, None, "left out"),
    ],
)
def test_principal_approved(fields: Any, register: Joined, decisions: Decisions | None, expected: str) -> None:
    outcome = judge("principal_approved", grant(**fields), decisions=decisions, joins={"register_entry": register})
    assert said(outcome) == expected
    if expected in ("pass", "fail"):
        assert outcome.criterion is Criterion.ORGANISATION


ACCOUNT = Scope(subject="account", level="account", path="111122223333")


def administrators(number: int, **fields: Any) -> list[AccessGrant]:
    return [grant(subject=f"g{n}", grantee=f"{ROLE}{n}", purpose="administer", **fields) for n in range(number)]


@pytest.mark.parametrize(
    ("grants", "own", "expected", "criterion"),
    [
        (all_of(*administrators(5)), None, "pass", Criterion.ANNEXA_DEFAULT),
        (all_of(*administrators(6)), None, "fail", Criterion.ANNEXA_DEFAULT),
        (all_of(*administrators(5)), 4, "fail", Criterion.ORGANISATION),
        (some_of(*administrators(6)), None, "fail", Criterion.ANNEXA_DEFAULT),
        (some_of(*administrators(1)), None, "unread", Criterion.INHERENT),
        (all_of(*administrators(6, verdict="conditional")), None, "conditional", Criterion.INHERENT),
        (all_of(*administrators(9, vendor_managed=True)), None, "pass", Criterion.ANNEXA_DEFAULT),
        (all_of(*administrators(9, at="444455556666")), None, "pass", Criterion.ANNEXA_DEFAULT),
        (all_of(*administrators(2), *administrators(2, target="x")), 2, "pass", Criterion.ORGANISATION),
    ],
)
def test_administrators_within_limit(grants: Joined, own: int | None, expected: str, criterion: Criterion) -> None:
    limit = {"ai_administrators_max": own} if own else None
    outcome = judge("administrators_within_limit", ACCOUNT, joins={"access_grant": grants}, own=limit)
    assert (said(outcome), outcome.criterion) == (expected, criterion)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"last_used": "2026-09-01T00:00:00Z"}, "pass"),
        ({"last_used": "2026-06-01T00:00:00Z"}, "fail"),
        ({"last_used": "2026-06-01T00:00:00Z", "granted": "2026-05-01T00:00:00Z"}, "fail"),
        ({"last_used": ABSENT, "granted": "2026-09-20T00:00:00Z"}, "pass"),
        ({"last_used": ABSENT, "granted": "2026-01-20T00:00:00Z"}, "fail"),
        ({"last_used": ABSENT}, "history_too_short"),
        ({"last_used": NOT_EXPOSED}, "not_exposed"),
        ({"last_used": unread("job failed")}, "unread"),
    ],
)
def test_last_used_within(fields: Any, expected: str) -> None:
    assert said(judge("last_used_within", grant(**fields))) == expected


@pytest.mark.parametrize(
    ("created", "expires", "expected", "criterion"),
    [
        ("2026-09-01T00:00:00Z", "2026-11-01T00:00:00Z", "pass", Criterion.INHERENT),
        ("2026-09-01T00:00:00Z", "2027-09-01T00:00:00Z", "fail", Criterion.ANNEXA_DEFAULT),
        ("2026-09-01T00:00:00Z", ABSENT, "fail", Criterion.INHERENT),
        ("2026-09-01T00:00:00Z", NOT_EXPOSED, "not_exposed", Criterion.INHERENT),
        (NOT_EXPOSED, "2027-09-01T00:00:00Z", "fail", Criterion.ANNEXA_DEFAULT),
        (NOT_EXPOSED, "2026-10-01T00:00:00Z", "history_too_short", Criterion.INHERENT),
    ],
)
def test_credential_expires(created: Any, expires: Any, expected: str, criterion: Criterion) -> None:
    key = Credential(subject="k", type="bedrock_api_key", owner="u", created=created, expires=expires)
    outcome = judge("credential_expires", key)
    assert (said(outcome), outcome.criterion) == (expected, criterion)


def system(subject: str, role: Any = ROLE) -> AiSystem:
    return AiSystem(subject=subject, category="agent", provider="bedrock", role=role)


@pytest.mark.parametrize(
    ("role", "systems", "expected"),
    [
        (ROLE, all_of(system("a")), "pass"),
        (ROLE, all_of(system("a"), system("b")), "fail"),
        (ROLE, some_of(system("a"), system("b")), "fail"),
        (ROLE, some_of(system("a")), "unread"),
        (ROLE, all_of(system("a"), system("b", f"{ROLE}2")), "pass"),
        (ABSENT, all_of(), "left out"),
        (unread("denied"), all_of(), "unread"),
    ],
)
def test_role_unshared(role: Any, systems: Joined, expected: str) -> None:
    assert said(judge("role_unshared", system("a", role), joins={"ai_system": systems})) == expected


@pytest.mark.parametrize(
    ("role", "grants", "expected"),
    [
        (ROLE, all_of(grant()), "pass"),
        (ROLE, all_of(grant(purpose="administer")), "fail"),
        (ROLE, all_of(grant(permissions=("bedrock:*",))), "fail"),
        (ROLE, some_of(grant(purpose="administer")), "fail"),
        (ROLE, all_of(grant(purpose="administer", verdict="conditional")), "conditional"),
        (ROLE, some_of(), "unread"),
        (unread("denied"), all_of(), "unread"),
    ],
)
def test_role_not_broad(role: Any, grants: Joined, expected: str) -> None:
    assert said(judge("role_not_broad", system("a", role), joins={"access_grant": grants})) == expected


def link(**fields: Any) -> DataConnection:
    usual: dict[str, Any] = {
        "subject": "link", "ai_system": BASE, "reached_by": ABSENT, "store": BUCKET, "direction": "read",
        "classification": "internal",
    }  # fmt: skip
    return DataConnection(**{**usual, **fields})


NOBODY = all_of()
BASE_MAY = all_of(entry(identifiers=(BASE,), permitted_class="restricted"))


@pytest.mark.parametrize(
    ("fields", "register", "expected"),
    [
        ({"permitted_class": "internal"}, NOBODY, "pass"),
        ({"permitted_class": "public"}, NOBODY, "fail"),
        ({}, BASE_MAY, "pass"),
        ({}, NOBODY, "not_exposed"),
        ({"permitted_class": "public"}, BASE_MAY, "fail"),
        ({"classification": "restricted", "permitted_class": "restricted", "readers": (f"{AGENT}=internal",)}, NOBODY,
         "fail"),
        ({"classification": "restricted", "readers": (f"{AGENT}=internal",)}, NOBODY, "fail"),
        ({"permitted_class": "restricted", "reached_by": (AGENT,)}, NOBODY, "not_exposed"),
        ({"permitted_class": "restricted", "reached_by": (AGENT,)}, all_of(entry(permitted_class="internal")), "pass"),
        ({"permitted_class": "restricted", "reached_by": unread("denied")}, NOBODY, "unread"),
        ({"permitted_class": "restricted", "reached_by": NOT_EXPOSED}, NOBODY, "not_exposed"),
        ({"permitted_class": "public", "reached_by": unread("denied")}, NOBODY, "fail"),
        ({"classification": ABSENT, "permitted_class": "public"}, NOBODY, "not_exposed"),
        ({"classification": unread("denied"), "permitted_class": "public"}, NOBODY, "unread"),
        ({"classification": "blue", "permitted_class": "public"}, NOBODY, "unknown_value"),
        ({"permitted_class": "blue"}, NOBODY, "unknown_value"),
    ],
)  # fmt: skip
def test_class_permitted(fields: Any, register: Joined, expected: str) -> None:
    assert said(judge("class_permitted", link(**fields), joins={"register_entry": register})) == expected


STORED = all_of(entry(identifiers=(BASE,), approved_stores=("arn:aws:s3:::con*",)))


@pytest.mark.parametrize(
    ("register", "decisions", "expected"),
    [
        (STORED, None, "pass"),
        (all_of(entry(identifiers=(BASE,))), None, "fail"),
        (all_of(entry(identifiers=("other",), approved_stores=(BUCKET,))), None, "fail"),
        (some_of(), None, "unread"),
        (NOT_SUPPLIED, None, "not_supplied"),
        (all_of(entry(identifiers=(BASE,), approved_stores=unread("cut off"))), None, "criterion_unread"),
        (NOT_SUPPLIED, decide("ai.transfer", "approved", applies_to=BUCKET), "pass"),
        (NOT_SUPPLIED, decide("ai.transfer", "approved", applies_to=BASE), "pass"),
        (STORED, decide("ai.transfer", "forbidden", applies_to="111122223333"), "fail"),
        (STORED, decide("ai.transfer", "maybe"), "criterion_unread"),
        (STORED, Decisions(unreadable=True), "criterion_unread"),
    ],
)
def test_transfer_approved(register: Joined, decisions: Decisions | None, expected: str) -> None:
    outcome = judge("transfer_approved", link(), decisions=decisions, joins={"register_entry": register})
    assert said(outcome) == expected
    if expected in ("pass", "fail"):
        assert outcome.criterion is Criterion.ORGANISATION


def test_a_reader_that_could_not_be_read_may_be_the_one_that_is_approved() -> None:
    hidden = link(reached_by=unread("denied"))
    assert said(judge("transfer_approved", hidden, joins={"register_entry": NOBODY})) == "unread"
    assert said(judge("transfer_approved", hidden, joins={"register_entry": STORED})) == "pass"


@pytest.mark.parametrize(
    ("origin", "register", "decisions", "expected"),
    [
        ("s3://models/x", all_of(entry(approved_stores=("s3://models/*",))), None, "pass"),
        ("s3://elsewhere/x", all_of(entry(approved_stores=("s3://models/*",))), None, "fail"),
        ("s3://models/x", NOT_SUPPLIED, decide("ai.model_sources", ("s3://models/*",), "be_one_of"), "pass"),
        ("s3://elsewhere/x", NOT_SUPPLIED, decide("ai.model_sources", ("s3://models/*",), "be_one_of"), "fail"),
        ("s3://models/x", NOT_SUPPLIED, None, "not_supplied"),
        ("s3://models/x", NOBODY, Decisions(unreadable=True), "criterion_unread"),
        (ABSENT, NOBODY, None, "fail"),
        (unread("denied"), NOBODY, None, "unread"),
        (NOT_EXPOSED, NOBODY, None, "not_exposed"),
    ],
)
def test_source_approved(origin: Any, register: Joined, decisions: Decisions | None, expected: str) -> None:
    model = AiSystem(subject=AGENT, category="imported_model", provider="bedrock", source_location=origin)
    outcome = judge("source_approved", model, decisions=decisions, joins={"register_entry": register})
    assert said(outcome) == expected


@pytest.mark.parametrize(
    ("attached", "enforced", "expected"),
    [
        ((AGENT,), ABSENT, "pass"),
        (ABSENT, (SCOPE,), "pass"),
        (unread("denied"), (SCOPE,), "pass"),
        (ABSENT, ABSENT, "left out"),
        ((), ABSENT, "left out"),
        (ABSENT, unread("denied"), "unread"),
        (NOT_EXPOSED, ABSENT, "not_exposed"),
    ],
)
def test_safeguard_in_use(attached: Any, enforced: Any, expected: str) -> None:
    guard = Safeguard(subject="g", type="guardrail", attached_to=attached, enforced_on=enforced)
    assert said(judge("safeguard_in_use", guard)) == expected


def test_a_gate_that_does_not_open_keeps_a_failing_condition_unknown() -> None:
    asked = Rule(
        id="T-AWS-02", title="t", statement="s", reads="safeguard", quantifier="every", predicate="safeguard_in_use",
        condition={"masks_input": {"is": True}}, criterion=Asked(inherent=True), severity=Severity.HIGH,
        strength=Strength.DESIGN, control="A.8.11", does_not_show="d", owner_role="o",
        remedy=Remedy(do="x", where="x", role="x", side_effect="x"), examples=(),
    )  # fmt: skip
    around = Context(as_of=AS_OF, decisions=Decisions(), parameters=PARAMETERS, settings=SETTINGS)
    for attached, expected in (((AGENT,), "fail"), (unread("denied"), "unread"), (ABSENT, "left out")):
        guard = Safeguard(subject="g", type="guardrail", attached_to=attached, enforced_on=ABSENT, masks_input=False)
        assert said(judge_item(asked, record(guard), around)) == expected


@pytest.mark.parametrize(
    ("destinations", "stores", "expected"),
    [
        (("logs",), all_of(DataStore(subject="arn:logs", type="s3_bucket", name="logs")), "pass"),
        (("logs",), all_of(), "fail"),
        (("logs",), some_of(), "unread"),
        (ABSENT, all_of(), "fail"),
        ((), some_of(), "fail"),
        (NOT_EXPOSED, all_of(), "not_exposed"),
    ],
)
def test_destinations_found(destinations: Any, stores: Joined, expected: str) -> None:
    log = LogSource(subject="l", name="aws.bedrock.invocation", destinations=destinations)
    assert said(judge("destinations_found", log, joins={"data_store": stores})) == expected


def row(**fields: Any) -> SoaRow:
    usual: dict[str, Any] = {
        "subject": "A.8.25", "control": "A.8.25", "applicable": False, "justification": "we build nothing",
        "version": "3", "approved_by": "CEO", "approved_on": "2026-01-01",
    }  # fmt: skip
    return SoaRow(**{**usual, **fields})


@pytest.mark.parametrize(
    ("fields", "rows", "expected"),
    [
        ({}, all_of(row()), "pass"),
        ({}, all_of(row(), row(subject="again")), "fail"),
        ({"justification": NOT_EXPOSED}, all_of(row()), "fail"),
        ({"version": ABSENT}, all_of(row()), "fail"),
        ({"approved_by": ""}, all_of(row()), "fail"),
        ({"approved_on": unread("cut off")}, all_of(row()), "unread"),
        ({"approved_on": "2026-09-30"}, all_of(row()), "invalid_record"),
    ],
)
def test_soa_row_complete(fields: Any, rows: Joined, expected: str) -> None:
    assert said(judge("soa_row_complete", row(**fields), joins={"soa_row": rows})) == expected


SEEN, NONE_SEEN, DENIED = all_of(SYSTEM), all_of(), some_of()
CLAIM = ("ai_agents",)


@pytest.mark.parametrize(
    ("fields", "agents", "models", "expected"),
    [
        ({"claims_none_of": CLAIM}, SEEN, NONE_SEEN, "fail"),
        ({"claims_none_of": CLAIM}, some_of(SYSTEM), DENIED, "fail"),
        ({"claims_none_of": CLAIM}, NONE_SEEN, NONE_SEEN, "pass"),
        ({"claims_none_of": CLAIM}, DENIED, NONE_SEEN, "unread"),
        ({"claims_none_of": CLAIM}, NONE_SEEN, SEEN, "challenge"),
        ({}, SEEN, NONE_SEEN, "challenge"),
        ({}, DENIED, NONE_SEEN, "unread"),
        ({}, NONE_SEEN, DENIED, "unread"),
        ({}, NONE_SEEN, NONE_SEEN, "pass"),
        ({"justification": NOT_EXPOSED}, NONE_SEEN, NONE_SEEN, "fail"),
        ({"justification": unread("cut off")}, NONE_SEEN, NONE_SEEN, "unread"),
        ({"claims_none_of": ("unheard_of",)}, NONE_SEEN, NONE_SEEN, "input_missing"),
        ({"applicable": True}, SEEN, SEEN, "left out"),
    ],
)
def test_soa_contradiction(fields: Any, agents: Joined, models: Joined, expected: str) -> None:
    against = {"A.8.25": ("ai_agents", "custom_models")}
    populations = {"ai_agents": agents, "custom_models": models}
    outcome = judge("soa_contradiction", row(**fields), populations=populations, contradicted_by=against)
    assert said(outcome) == expected


def exception(**fields: Any) -> ExceptionEntry:
    usual: dict[str, Any] = {
        "subject": "E1", "exception_id": "E1", "rule": "LOG-AWS-01", "subjects": ("x",), "reason": "r",
        "requester": "ana", "approver": "ben", "start": "2026-06-01", "expires": "2026-10-01",
    }  # fmt: skip
    return ExceptionEntry(**{**usual, **fields})


@pytest.mark.parametrize(
    ("fields", "own", "expected", "criterion"),
    [
        ({}, {}, "pass", Criterion.INHERENT),
        ({"expires": "2026-09-29"}, {}, "pass", Criterion.INHERENT),
        ({"expires": "2026-09-28"}, {}, "fail", Criterion.INHERENT),
        ({"approver": "Ana "}, {}, "fail", Criterion.INHERENT),
        ({"approver": NOT_EXPOSED}, {}, "fail", Criterion.INHERENT),
        ({"reason": ""}, {}, "fail", Criterion.INHERENT),
        ({"start": "2026-11-01"}, {}, "fail", Criterion.INHERENT),
        ({"expires": "2026-11-29"}, {}, "fail", Criterion.ANNEXA_DEFAULT),
        ({}, {"exception_days": 60}, "fail", Criterion.ORGANISATION),
        ({"rule": "ACC-ANY-02"}, {}, "fail", Criterion.ANNEXA_DEFAULT),
        ({"approver": unread("cut off")}, {}, "unread", Criterion.INHERENT),
    ],
)
def test_exception_in_order(fields: Any, own: Any, expected: str, criterion: Criterion) -> None:
    severities = {"ACC-ANY-02": Severity.CRITICAL, "LOG-AWS-01": Severity.HIGH}
    outcome = judge("exception_in_order", exception(**fields), own=own, severities=severities)
    assert (said(outcome), outcome.criterion) == (expected, criterion)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "pass"),
        ({"approver": NOT_EXPOSED}, "attestation_incomplete"),
        ({"document_sha256": ABSENT}, "attestation_incomplete"),
        ({"stated_on": "2026-10-01"}, "invalid_record"),
        ({"next_review": "2026-09-28"}, "stale"),
    ],
)
def test_attestation_in_order(fields: Any, expected: str) -> None:
    usual: dict[str, Any] = {
        "subject": "t", "statement": "s", "about": "x", "attester": "ana", "role": "CISO", "stated_on": "2026-06-01",
        "period_from": "2026-01-01", "period_until": "2026-12-31", "document": "d.pdf", "document_sha256": "0",
        "version": "1", "approver": "ben", "next_review": "2027-01-01",
    }  # fmt: skip
    assert said(judge("attestation_in_order", Attestation(**{**usual, **fields}))) == expected
