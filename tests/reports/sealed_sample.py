"""A small sealed vault with one run and one assessment that has every status; written by hand, judged by nobody."""

import hashlib
from pathlib import Path

import msgspec

from annexa.evidence import assessments
from annexa.evidence.canonical import encode, encode_trusted
from annexa.evidence.fact import ABSENT, Fact
from annexa.evidence.keys import SigningKey, generate
from annexa.evidence.kinds import AccessGrant, Decision, LogSource, Scope
from annexa.evidence.manifest import Manifest, Organisation, SourceInfo
from annexa.evidence.record import Origin, Provenance, Record, Unread, make_record_id, subject_uid
from annexa.evidence.statement import RUN_TYPE
from annexa.evidence.vault import Vault
from annexa.mappings import catalogue
from annexa.mappings.results import (
    Assessment,
    BlindSpot,
    ControlResult,
    Counts,
    Finding,
    Headline,
    Input,
    ItemResult,
    NeedResult,
    PageOne,
    RuleResult,
)
from annexa.schemas.words import (
    Basis,
    Change,
    Criterion,
    Environment,
    ExclusionNote,
    NeedState,
    NotAssessedReason,
    Reason,
    Result,
    RunState,
    Severity,
    Status,
    Strength,
    UnknownReason,
    UnmetReason,
    Verdict,
)

RUN = "2026-08-30T060000Z-3f2a9c"
ASSESSMENT = "2026-08-30T061500Z-77aa01"
AT = "2026-08-30T06:05:00Z"
PROD, ACQUIRED = "333344445555", "666677778888"
HOST = "http://127.0.0.1:4566"
REGIONS = ("us-east-1", "eu-west-1", "eu-central-1")
OFF = f"{PROD}/eu-central-1"


def page(call: str) -> bytes:
    """A kept page."""
    return encode({"call": call, "items": [{"enabled": False}]})


def record(fact: Fact, order: int, scope: str, call: str) -> Record:
    """A record of the run with one origin."""
    sha256 = hashlib.sha256(page(call)).hexdigest()
    origin = Origin(call=call, page=sha256, item=order, request_id=f"req-{order}", host=HOST, date=None)
    return Record(
        record_id=make_record_id(RUN, "unit", order, fact),
        subject_uid=subject_uid("harbourline", "o-1", fact.subject),
        kind=str(fact.__struct_config__.tag),
        source="aws:main",
        scope=scope,
        collected_at=AT,
        data=fact,
        provenance=Provenance(
            collector="aws.logging.invocation_logging", version="0.1.0", identity="arn:aws:sts::1:x", origins=(origin,)
        ),
        nonce="00" * 16,
    )


def records() -> list[Record]:
    """Logs in three regions (one off), a grant, a decision, an account."""
    logs = [
        LogSource(
            subject=f"{PROD}/{region}/invocation-logging",
            name="aws.bedrock.invocation",
            enabled=f"{PROD}/{region}" != OFF,
            destinations=ABSENT if f"{PROD}/{region}" == OFF else ("audit-bucket",),
        )
        for region in REGIONS
    ]
    call = "bedrock:GetModelInvocationLoggingConfiguration"
    found = [record(fact, at, f"{PROD}/{REGIONS[at]}", call) for at, fact in enumerate(logs)]
    grant = AccessGrant(
        subject=f"arn:aws:iam::{PROD}:role/reporting",
        grantee=f"arn:aws:iam::{PROD}:role/reporting",
        purpose="use",
        permissions=("bedrock:InvokeModel",),
        target="ai",
        verdict="conditional",
    )
    decision = Decision(
        subject="d-001",
        setting="aws.bedrock.invocation_logging",
        must="be",
        value="required",
        basis=Basis.ATTESTED,
        because="Customers ask for it",
        approved_by="CISO",
        approved_on="2026-01-15",
    )
    account = Scope(subject=PROD, level="account", path=PROD, name="prod \x1b[31mred", state="enabled")
    return [
        *found,
        record(grant, 3, PROD, "iam:GetAccountAuthorizationDetails"),
        record(decision, 4, "registers", "register:decisions"),
        record(account, 5, "o-1", "organizations:ListAccounts"),
    ]


def rule(name: str, title: str, control: str, result: Result, **rest: object) -> RuleResult:
    """One rule's result."""
    given = {"severity": Severity.HIGH, "strength": Strength.DESIGN, "counts": Counts(items=1, passed=1), **rest}
    return RuleResult(rule=name, rev=1, title=title, control=control, result=result, **given)


def rules() -> tuple[RuleResult, ...]:
    """One rule for each way in which a rule can end."""
    failing = Counts(expected_scopes=18, read_scopes=17, items=3, passed=2, failed=1)
    return (
        rule(
            "ACC-ANY-05",
            "Only approved principals may use AI",
            "A.8.2",
            Result.UNKNOWN,
            reason=UnknownReason.UNREAD,
            counts=Counts(expected_scopes=6, read_scopes=5, items=240, passed=239, unknown=1),
            blind_spots=("b1",),
            missing_scopes=(ACQUIRED,),
        ),
        rule(
            "ACC-AWS-02",
            "Keys are not older than allowed",
            "A.5.17",
            Result.FAIL,
            fails_default=2,
            counts=Counts(items=6, passed=4, failed=2),
            parameters={"key_age_days": {"value": 90, "unit": "days"}},
        ),
        rule(
            "CFG-AWS-01",
            "Data is not kept by the provider",
            "A.5.23",
            Result.FAIL,
            fails_own_rule=6,
            severity=Severity.CRITICAL,
            counts=Counts(items=6, failed=6),
        ),
        rule("GOV-ANY-07", "The register is reviewed", "A.5.9", Result.PASS, strength=Strength.ATTESTED),
        rule(
            "LOG-AWS-01",
            "Prompts and answers are logged",
            "A.8.15",
            Result.FAIL,
            fails_own_rule=1,
            counts=failing,
            blind_spots=("b2", "b3"),
        ),
        rule("LOG-AWS-02", "Administration of AI is logged", "A.8.15", Result.PASS),
        rule(
            "LOG-ANY-09",
            "Logs are kept long enough",
            "A.5.33",
            Result.UNKNOWN,
            reason=UnknownReason.CRITERION_UNSET,
            counts=Counts(items=2, unknown=2),
        ),
        rule(
            "NET-AWS-01",
            "Models are reached privately",
            "A.8.20",
            Result.FAIL,
            fails_own_rule=1,
            fails_accepted=1,
            severity=Severity.LOW,
            counts=Counts(items=240, passed=239, failed=1),
        ),
    )


def finding(name: str, subject: str, status: Status, **rest: object) -> Finding:
    """One finding of a failing rule."""
    result = next(item for item in rules() if item.rule == name)
    given = {
        "criterion": Criterion.ORGANISATION,
        "criterion_ref": "d-001",
        "change": Change.UNCHANGED,
        "last_observed": AT,
        **rest,
    }
    return Finding(
        finding_uid=hashlib.sha256(f"{name}{subject}".encode()).hexdigest()[:32],
        rule=name,
        rev=1,
        title=result.title,
        control=result.control,
        severity=result.severity,
        subject=subject,
        subject_uid=subject_uid("h", "o-1", subject),
        source="aws:main",
        scope=subject.rpartition("/")[0] or PROD,
        observed="enabled is false",
        expected="enabled is true",
        status=status,
        owner_role="platform",
        does_not_show="That anybody reads the log.",
        remedy={
            "do": "Turn model invocation logging on for the region, to the central bucket",
            "where": "Bedrock console > Settings",
            "role": "AWS administrator",
            "side_effect": "Log storage costs",
            "source": None,
        },
        first_seen="2026-07-31T06:05:00Z",
        last_seen=AT,
        item_verdict=Verdict.FAIL,
        **given,
    )


def findings() -> list[Finding]:
    """Findings of every sort, resolved ones included."""
    return [
        *(finding("CFG-AWS-01", f"{PROD}/r{at}", Status.GAP, change=Change.NEW) for at in range(6)),
        finding("LOG-AWS-01", OFF, Status.GAP, change=Change.NOT_OBSERVED, last_observed="2026-07-31T06:05:00Z"),
        finding("LOG-AWS-01", f"{PROD}/us-east-1", Status.GAP, change=Change.RESOLVED),
        finding("NET-AWS-01", f"{PROD}/x", Status.GAP_ACCEPTED, exception="x-1"),
        *(
            finding(
                "ACC-AWS-02",
                f"key{at}",
                Status.BELOW_DEFAULT,
                criterion=Criterion.ANNEXA_DEFAULT,
                criterion_ref="key_age_days",
            )
            for at in range(2)
        ),
    ]


def items() -> list[ItemResult]:
    """Items of the logging rule (one fails, many pass) and of the access rule (one is unknown)."""
    found = records()
    decision = found[4].record_id
    logs = [
        ItemResult(
            rule="LOG-AWS-01",
            subject=log.scope,
            subject_uid=subject_uid("h", "o-1", log.scope),
            source="aws:main",
            scope=log.scope,
            verdict=Verdict.FAIL if log.scope == OFF else Verdict.PASS,
            criterion=Criterion.ORGANISATION,
            criterion_ref=decision,
            observed=f"enabled is {str(log.scope != OFF).lower()}",
            expected="enabled is true",
            records=(log.record_id,),
            last_observed="2026-07-31T06:05:00Z" if log.scope == OFF else None,
        )
        for log in found[:3]
    ]
    many = [
        ItemResult(
            rule="ACC-ANY-05",
            subject=f"arn:aws:iam::{PROD}:role/r{at:03}",
            subject_uid=f"{at:032}",
            source="aws:main",
            scope=PROD,
            verdict=Verdict.PASS,
        )
        for at in range(239)
    ]
    unknown = ItemResult(
        rule="ACC-ANY-05",
        subject=ACQUIRED,
        subject_uid="f" * 32,
        source="aws:main",
        scope=ACQUIRED,
        verdict=Verdict.UNKNOWN,
        reason=UnknownReason.UNREAD,
        blind_spot="b1",
        records=("0" * 32,),
    )
    return [*many, unknown, *logs]


def blind_spots() -> tuple[BlindSpot, ...]:
    """A denied call, and one that was unreachable in two regions."""
    return (
        BlindSpot(
            id="b1",
            source="aws:main",
            scope=ACQUIRED,
            call="iam:GetAccountAuthorizationDetails",
            permission="iam:GetAccountAuthorizationDetails",
            reason=Reason.DENIED,
            detail="AccessDenied: the role may not",
            cure="grant iam:GetAccountAuthorizationDetails to the role annexa-collector in 666677778888",
            rules=("ACC-ANY-05",),
            controls=("A.8.2", "A.5.15", "A.5.18", "A.5.3"),
            curable=True,
        ),
        *(
            BlindSpot(
                id=f"b{at}",
                source="aws:main",
                scope=f"{account}/eu-west-1",
                call="bedrock:GetModelInvocationLoggingConfiguration",
                permission="bedrock:GetModelInvocationLoggingConfiguration",
                reason=Reason.UNREACHABLE,
                detail="the host name does not resolve",
                cure="run again when the host answers",
                rules=("LOG-AWS-01",),
                controls=("A.8.15",),
                curable=True,
            )
            for at, account in ((2, PROD), (3, ACQUIRED))
        ),
    )


def need(name: str, state: NeedState, says: str, **rest: object) -> NeedResult:
    """One need."""
    return NeedResult(id=name, says=says, state=state, **{"supplied_by": "systems", **rest})


_JUDGED: dict[str, dict[str, object]] = {
    "A.5.1": {
        "status": Status.ON_FILE,
        "needs": (need("A.5.1/policy", NeedState.MET, "A policy is in force.", document="AI policy"),),
    },
    "A.5.9": {
        "status": Status.SUPPORTED,
        "weakest_strength": Strength.DESIGN,
        "needs": (need("A.5.9/register", NeedState.MET, "The register is complete.", rules=("GOV-ANY-07",)),),
    },
    "A.5.17": {
        "status": Status.BELOW_DEFAULT,
        "needs": (need("A.5.17/age", NeedState.FAILED, "Keys are renewed.", rules=("ACC-AWS-02",)),),
    },
    "A.5.18": {"status": Status.STALE, "needs": (need("A.5.18/review", NeedState.STALE, "Access is reviewed."),)},
    "A.5.23": {
        "status": Status.GAP,
        "needs": (need("A.5.23/kept", NeedState.FAILED, "Nothing is kept.", rules=("CFG-AWS-01",)),),
    },
    "A.8.2": {
        "status": Status.INCOMPLETE,
        "scopes_read": 5,
        "scopes_expected": 6,
        "needs": (need("A.8.2/who", NeedState.UNREAD, "Only those approved.", rules=("ACC-ANY-05",)),),
    },
    "A.8.15": {
        "status": Status.GAP,
        "scopes_read": 17,
        "scopes_expected": 18,
        "needs": (
            need(
                "A.8.15/prompts",
                NeedState.FAILED,
                "Every used region keeps a log of prompts and answers.",
                rules=("LOG-AWS-01",),
            ),
            need("A.8.15/admin", NeedState.MET, "Administration leaves a log.", rules=("LOG-AWS-02",)),
            need(
                "A.8.15/kept", NeedState.UNMET, "Logs are kept as long as decided.", reason=UnmetReason.CRITERION_UNSET
            ),
            need(
                "A.8.15/rule",
                NeedState.MISSING,
                "A rule says what is logged.",
                document="Logging rule",
                supplied_by="people",
            ),
        ),
    },
    "A.8.20": {
        "status": Status.GAP_ACCEPTED,
        "needs": (need("A.8.20/net", NeedState.FAILED, "Private.", rules=("NET-AWS-01",)),),
    },
    "A.8.25": {
        "status": Status.EXCLUDED,
        "exclusion": ExclusionNote.ACTIVITY_SEEN,
        "exclusion_detail": "2 agents run.",
        "needs": (),
    },
}


def controls() -> tuple[ControlResult, ...]:
    """Every control of the catalogue; nine of them with something to say."""
    found = []
    for entry in (*catalogue.load().controls, *catalogue.load().clauses):
        given = dict(
            _JUDGED.get(entry.id, {"status": Status.NOT_ASSESSED, "reason": NotAssessedReason.NO_RULE_YET, "needs": ()})
        )
        needs: tuple[NeedResult, ...] = given["needs"]  # type: ignore[assignment]
        states = [item.state for item in needs]
        found.append(
            ControlResult(
                ref=entry.id,
                title=entry.title,
                theme=entry.theme,
                relevance=entry.relevance,
                needs_met=states.count(NeedState.MET),
                needs_failed=states.count(NeedState.FAILED),
                needs_unread=states.count(NeedState.UNREAD),
                needs_counted=len(needs),
                systems_can_show=sum(item.supplied_by == "systems" for item in needs),
                **given,
            )
        )
    return tuple(found)


def assessment(environment: Environment = Environment.SANDBOX) -> Assessment:
    """The whole."""
    return Assessment(
        schema="https://annexa.dev/schemas/assessment/1",
        assessment_id=ASSESSMENT,
        as_of=AT,
        run_ids=(RUN,),
        inputs=(Input(what="run", id=RUN, sha256="ab" * 32),),
        mapping_version="1",
        mapping_sha256="cd" * 32,
        organisation=Organisation(id="harbourline", name="Harbourline"),
        isms="main",
        environment=environment,
        hosts=(HOST,),
        headline=Headline(
            breaks_your_own_rule=2, no_rule_set=2, not_seen=1, not_yet_supplied=1, supported=1, on_file=1
        ),
        page_one=PageOne(
            looser_parameters=("key_age_days 365 days (annexa: 90)", "access_review_days 180 days (annexa: 90)"),
            disabled_rules=("DLP-ANY-02",),
            refused_exceptions=("x-9: aimed_at_unknown",),
        ),
        blind_spots=blind_spots(),
        controls=controls(),
        rules=rules(),
        findings_total=len(findings()),
        items_total=len(items()),
        complete=True,
    )


def seal(folder: Path, environment: Environment = Environment.SANDBOX) -> tuple[Vault, Path]:
    """Write the vault under `folder`; returns it, and the path of the public key."""
    key = generate(folder / "signing.pem")
    vault = Vault.open(folder / "vault", create=True)
    statement = _seal_run(vault, key, environment)
    writer = vault.start_assessment(ASSESSMENT)
    predicate = {"inputs": {"runs": [{"run_id": RUN, "statement_sha256": statement}]}}
    assessments.write(writer, assessment(environment), items(), findings(), predicate=predicate, key=key)
    return vault, folder / "signing.pub.pem"


def _seal_run(vault: Vault, key: SigningKey, environment: Environment) -> str:
    with vault.start_run(RUN) as writer:
        for item in records():
            for origin in item.provenance.origins:
                writer.page(page(origin.call))
            writer.line(f"records/{item.kind}", encode_trusted(item))
        unread = Unread(
            source="aws:main",
            scope=ACQUIRED,
            collector="aws.grants.grants",
            call="iam:GetAccountAuthorizationDetails",
            permission="iam:GetAccountAuthorizationDetails",
            reason=Reason.DENIED,
            detail="AccessDenied: no",
        )
        writer.line("unread", encode_trusted(unread))
        manifest = Manifest(
            run_id=RUN,
            organisation=Organisation(id="harbourline", name="Harbourline"),
            state=RunState.COMPLETE,
            planned=AT,
            started=AT,
            finished=AT,
            environment=environment,
            version="0.1.0",
            collectors=(),
            sources=(SourceInfo(source="aws:main", vendor="aws", tenant="o-1", environment=environment),),
        )
        stated = msgspec.to_builtins(manifest)
        writer.file("run.json", encode(stated) + b"\n")
        named = {name: stated[name] for name in ("organisation", "environment", "started", "finished", "previous")}
        return writer.finish(predicate_type=RUN_TYPE, predicate=named, key=key).statement_sha256
