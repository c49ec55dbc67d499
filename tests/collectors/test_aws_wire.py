"""The AWS adapter over real HTTP: pages, what errors mean, and the guard on the wire."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from annexa.collectors._source import Circumstances
from annexa.collectors.aws import _guard
from annexa.collectors.aws._faults import principal
from annexa.collectors.aws._settings import AwsSettings
from annexa.collectors.aws._source import AwsSource
from annexa.collectors.aws._wire import AwsWire
from annexa.evidence.answer import AbsentError, UndeclaredCallError, UnreadError, fetch
from annexa.evidence.call import Call
from annexa.evidence.clock import VirtualClock
from annexa.sandbox._errors import AwsError
from annexa.sandbox._question import Question
from annexa.sandbox.aws_server import AwsStandIn, Fault, serve
from annexa.schemas.words import Environment, Reason

NOW = datetime(2026, 8, 30, 6, tzinfo=UTC)
ACCOUNT = "111111111111"
LOGGING = Call(
    op="bedrock:GetModelInvocationLoggingConfiguration", needs="bedrock:GetModelInvocationLoggingConfiguration"
)
GUARDRAILS = Call(op="bedrock:ListGuardrails", needs="bedrock:ListGuardrails", path="guardrails")
GUARDRAIL = Call(op="bedrock:GetGuardrail", needs="bedrock:GetGuardrail")
USERS = Call(op="iam:ListUsers", needs="iam:ListUsers", path="Users")
TAGS = Call(op="s3:GetBucketTagging", needs="s3:GetBucketTagging", path="TagSet", absent=("NoSuchTagSet",))
TRAILS = Call(op="cloudtrail:DescribeTrails", needs="cloudtrail:DescribeTrails", path="trailList")


class SmallWorld:
    """One account, a few answers."""

    now = NOW
    services = ("bedrock", "iam", "s3", "sts", "organizations", "cloudtrail")

    def caller(self, access_key: str) -> tuple[str, str] | None:
        return (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/annexa")

    def resolves(self, service: str, region: str) -> bool:
        return True

    def answer(self, question: Question) -> dict[str, Any]:
        return getattr(self, question.operation)(question)  # type: ignore[no-any-return]

    def GetCallerIdentity(self, question: Question) -> dict[str, Any]:
        return {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/annexa", "UserId": "AIDA"}

    def DescribeOrganization(self, question: Question) -> dict[str, Any]:
        raise AwsError("AWSOrganizationsNotInUseException", "no organisation", 400)

    def GetModelInvocationLoggingConfiguration(self, question: Question) -> dict[str, Any]:
        return {}

    def ListGuardrails(self, question: Question) -> dict[str, Any]:
        return {"guardrails": [_guardrail(number) for number in range(5)]}

    def GetGuardrail(self, question: Question) -> dict[str, Any]:
        found = _guardrail(int(question.params["guardrailIdentifier"][1:]))
        found.update(guardrailId=found.pop("id"), guardrailArn=found.pop("arn"))
        return {**found, "blockedInputMessaging": "a secret wording", "blockedOutputsMessaging": "no"}

    def ListUsers(self, question: Question) -> dict[str, Any]:
        user = {"Path": "/", "UserName": "mia", "UserId": "AIDAMIAMIAMIAMIA", "Arn": f"arn:aws:iam::{ACCOUNT}:user/mia"}
        return {"Users": [{**user, "CreateDate": NOW}]}

    def GetBucketTagging(self, question: Question) -> dict[str, Any]:
        if question.params["Bucket"] == "untagged":
            raise AwsError("NoSuchTagSet", "none", 404)
        return {"TagSet": [{"Key": "classification", "Value": "restricted"}]}

    def GetTrailStatus(self, question: Question) -> dict[str, Any]:
        said = "The service is not enabled." if question.params["Name"] == "off" else "User is not authorized."
        raise AwsError("AccessDeniedException", said, 403)

    def DescribeTrails(self, question: Question) -> dict[str, Any]:
        return {"trailList": []}


def _guardrail(number: int) -> dict[str, Any]:
    arn = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/g{number}"
    name = f"guardrail-{number}"
    return {
        "id": f"g{number}",
        "arn": arn,
        "status": "READY",
        "name": name,
        "version": "DRAFT",
        "createdAt": NOW,
        "updatedAt": NOW,
    }


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "must-never-be-used")


def connected(url: str, pool: ThreadPoolExecutor | None = None) -> AwsSource:
    lent = Circumstances(
        organisation="acme",
        environment={"AWS_ACCESS_KEY_ID": "AKIASMALLWORLD000000", "AWS_SECRET_ACCESS_KEY": "none"},
        clock=VirtualClock(NOW),
        run_id="r1",
        pool=pool,
        pacing=False,
        read_timeout=2,
        sandbox=True,
    )
    return AwsSource(AwsSettings(endpoint=url, attempts=1), lent)


@pytest.fixture
def wire() -> Iterator[AwsWire]:
    with serve(AwsStandIn(SmallWorld(), page_size=2)) as url:
        yield connected(url).wire(f"{ACCOUNT}/us-east-1")


def failing(call: Call, kind: Any, **params: Any) -> UnreadError:
    service, operation = call.op.split(":")
    standin = AwsStandIn(SmallWorld(), (Fault(service, operation, kind=kind, seconds=3.0),), page_size=2)
    with serve(standin) as url:
        ended = fetch(connected(url).wire(f"{ACCOUNT}/us-east-1"), call, params).ended
    assert isinstance(ended, UnreadError)
    return ended


def test_connecting_learns_who_we_are() -> None:
    with serve(AwsStandIn(SmallWorld())) as url:
        source = connected(url)
        assert (source.tenant, source.organisation_id) == (ACCOUNT, None)
        assert source.identities() == (f"arn:aws:iam::{ACCOUNT}:user/annexa",)
        assert source.environment is Environment.SANDBOX
        assert source.hosts() == (url,)


def test_every_page_is_read_in_order(wire: AwsWire) -> None:
    pages = list(wire.pages(GUARDRAILS, {}))
    assert [item["id"] for page in pages for item in page.content["guardrails"]] == ["g0", "g1", "g2", "g3", "g4"]
    assert [len(page.content["guardrails"]) for page in pages] == [2, 2, 1]
    assert all(page.body and page.request_id and page.date for page in pages)


def test_times_are_rfc_3339_in_utc_in_every_protocol(wire: AwsWire) -> None:
    assert next(wire.pages(GUARDRAILS, {})).content["guardrails"][0]["createdAt"] == "2026-08-30T06:00:00Z"
    assert next(wire.pages(USERS, {})).content["Users"][0]["CreateDate"] == "2026-08-30T06:00:00Z"


def test_replies_keep_their_order_with_a_pool() -> None:
    with serve(AwsStandIn(SmallWorld())) as url, ThreadPoolExecutor(8) as pool:
        asked = [{"guardrailIdentifier": f"g{number}"} for number in range(40)]
        wire = connected(url, pool).wire(f"{ACCOUNT}/us-east-1")
        assert [got.answers[0].content["guardrailId"] for got in wire.ahead(GUARDRAIL, asked)] == [
            f"g{n}" for n in range(40)
        ]


def test_a_declared_absence_is_an_answer_and_an_undeclared_one_is_not(wire: AwsWire) -> None:
    with pytest.raises(AbsentError) as absent:
        list(wire.pages(TAGS, {"Bucket": "untagged"}))
    assert absent.value.answer.content == {"Error": {"Code": "NoSuchTagSet"}}
    undeclared = Call(op=TAGS.op, needs=TAGS.needs, path="TagSet")
    with pytest.raises(UnreadError) as unread:
        list(wire.pages(undeclared, {"Bucket": "untagged"}))
    assert unread.value.trouble.reason is Reason.ERROR


def test_one_code_with_two_meanings_is_told_apart_by_its_words(wire: AwsWire) -> None:
    off = Call(op="cloudtrail:GetTrailStatus", needs="x", absent=("AccessDeniedException: is not enabled",))
    with pytest.raises(AbsentError):
        list(wire.pages(off, {"Name": "off"}))
    with pytest.raises(UnreadError) as denied:
        list(wire.pages(off, {"Name": "denied"}))
    assert denied.value.trouble.reason is Reason.DENIED


def test_a_cure_names_the_role_and_not_the_session() -> None:
    session = "arn:aws:sts::111111111111:assumed-role/annexa-collector/annexa-r1"
    assert principal(session) == "arn:aws:iam::111111111111:role/annexa-collector"
    assert principal("arn:aws:iam::111111111111:user/mia") == "arn:aws:iam::111111111111:user/mia"


def test_what_the_model_marks_as_sensitive_is_known(wire: AwsWire) -> None:
    assert ("blockedInputMessaging",) in wire.sensitive(GUARDRAIL)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("denied", Reason.DENIED),
        ("unauthorised", Reason.DENIED),
        ("expired", Reason.DENIED),
        ("not_found", Reason.ERROR),
        ("conflict", Reason.ERROR),
        ("throttled", Reason.THROTTLED),
        ("server_error", Reason.ERROR),
        ("timeout", Reason.UNREACHABLE),
        ("cut", None),
        ("truncated", Reason.INVALID_ANSWER),
        ("html", Reason.INVALID_ANSWER),
        ("redirect", Reason.INVALID_ANSWER),
    ],
)
@pytest.mark.parametrize("call", [LOGGING, USERS, TAGS, TRAILS], ids=lambda call: call.op)
def test_no_refusal_looks_like_an_answer(call: Call, kind: str, reason: Reason | None) -> None:
    params = {"Bucket": "tagged"} if call is TAGS else {}
    trouble = failing(call, kind, **params).trouble
    expected = {reason} if reason else {Reason.UNREACHABLE, Reason.INVALID_ANSWER}
    if call is TAGS and kind in ("cut", "truncated", "html"):
        expected.add(Reason.ERROR)  # botocore turns an answer of S3 that is no XML into a server error
    assert trouble.reason in expected
    if reason is Reason.DENIED and kind == "denied":
        assert call.needs in (trouble.cure or "")


def test_a_repeated_page_token_ends_in_an_unread() -> None:
    assert failing(GUARDRAILS, "repeated_token").trouble.code == "repeated_token"


class Sent:
    """A request as botocore would send it."""

    def __init__(self, method: str, url: str, body: str = "", target: str = "") -> None:
        self.method, self.url, self.body, self.headers = method, url, body, {"X-Amz-Target": target}


@pytest.mark.parametrize(
    ("call", "sent"),
    [
        (USERS, Sent("POST", "{base}/", "Action=DeleteUser&UserName=mia&Version=2010-05-08")),
        (USERS, Sent("POST", "{base}/", "Action=ListUsers&Action=DeleteUser")),
        (USERS, Sent("POST", "{base}/?Action=DeleteUser", "Action=ListUsers")),
        (TAGS, Sent("PUT", "{base}/bucket?tagging")),
        (TAGS, Sent("GET", "{base}/bucket?policy")),
        (TAGS, Sent("GET", "{base}/bucket")),
        (TAGS, Sent("GET", "{base}/bucket/key?tagging")),
        (TRAILS, Sent("POST", "{base}/", target="com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.DeleteTrail")),
        (GUARDRAIL, Sent("DELETE", "{base}/guardrails/g1")),
        (GUARDRAIL, Sent("GET", "{base}/guardrails/g1/versions")),
        (GUARDRAIL, Sent("GET", "http://127.0.0.1:9/guardrails/g1")),
        (GUARDRAIL, Sent("GET", "http://bedrock.us-east-1.amazonaws.com/guardrails/g1")),
    ],
)
def test_the_guard_refuses_before_anything_is_sent(call: Call, sent: Sent) -> None:
    standin = AwsStandIn(SmallWorld())
    with serve(standin) as url:
        source = connected(url)
        calls = len(standin.calls)
        service = call.op.split(":")[0]
        client = source._clients.client(service, "us-east-1")

        def rewrite(request: Any, **_: Any) -> None:
            request.method, request.url, request.data = sent.method, sent.url.replace("{base}", url), sent.body
            request.params = {}
            if sent.headers["X-Amz-Target"]:
                request.headers.replace_header("X-Amz-Target", sent.headers["X-Amz-Target"])

        client.meta.events.register_first("request-created", rewrite)
        asked = {TAGS.op: {"Bucket": "bucket"}, GUARDRAIL.op: {"guardrailIdentifier": "g1"}}.get(call.op, {})
        with pytest.raises(UndeclaredCallError):
            list(source.wire(f"{ACCOUNT}/us-east-1").pages(call, asked))
        assert len(standin.calls) == calls


def test_a_call_outside_any_collector_is_refused() -> None:
    standin = AwsStandIn(SmallWorld())
    with serve(standin) as url:
        source = connected(url)
        calls = len(standin.calls)
        with pytest.raises(UndeclaredCallError), source._accounts[ACCOUNT][0].in_use():
            source._clients.client("iam", "us-east-1").list_users()
        assert len(standin.calls) == calls
        with pytest.raises(RuntimeError, match="as whom"):
            source._clients.client("iam", "us-east-1").list_users()


def test_a_redirect_to_another_host_is_refused() -> None:
    flight = _guard.InFlight(model=None, endpoint=None, key=(), host="https://s3.us-east-1.amazonaws.com")
    token = _guard.IN_FLIGHT.set(flight)
    try:
        with pytest.raises(UndeclaredCallError, match="redirected"):
            _guard.check(Sent("GET", "https://s3.eu-west-1.amazonaws.com/bucket?tagging"))
    finally:
        _guard.IN_FLIGHT.reset(token)
