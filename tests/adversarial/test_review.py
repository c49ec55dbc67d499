"""Attempts to make what was not read look like good news; each test is one that succeeded once."""

from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest

from annexa.collectors.aws import _buckets, agents, network, policies
from annexa.collectors.aws._pages import LostTokenError, next_params, page_tokens
from annexa.collectors.aws._wire import _not_as_documented
from annexa.collectors.registers import _files as register_files
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Item
from annexa.evidence.manifest import SourceInfo
from annexa.evidence.record import Origin
from annexa.mappings import catalogue
from annexa.mappings.evidence_view import ListEvidence
from annexa.mappings.judge import Judgement, judge
from annexa.mappings.pack import RulePack, load_pack
from annexa.mappings.parameters import SWITCHED_OFF
from annexa.mappings.results import RuleResult
from annexa.mappings.small_run import ACCOUNT, STARTED, SmallRun, every_kind
from annexa.schemas.words import Change, Environment, Result, State

US, EU = f"{ACCOUNT}/us-east-1", f"{ACCOUNT}/eu-west-1"
OTHER = "222233334444"
KEYS = "ACC-AWS-02"
ORIGIN = Origin(call="s3:Get", page="0" * 64, host="https://vendor.example")


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return load_pack()


def result(judged: Judgement, rule: str) -> RuleResult:
    return next(one for one in judged.assessment.rules if one.rule == rule)


def two_regions(day: str = "") -> SmallRun:
    run = SmallRun(day=day, run_id=f"run-{day or 1}")
    run.scope(ACCOUNT, "account")
    for path in (US, EU):
        run.scope(path, "region")
    return run


def keys(day: str, *, account: str = ACCOUNT, found: bool = True, lost: str = "", off: bool = False) -> ListEvidence:
    """A run that looks for Bedrock API keys in two accounts."""
    run = two_regions(day)
    run.scope(OTHER, "account")
    run.scope(f"{OTHER}/us-east-1", "region")
    run.collects("credential", per="account", name="aws.keys")
    if found:
        run.add("credential", account, collector="aws.keys", subject="key-1", **KEY)
    if lost:
        run.lose("aws.keys", lost)
    if off:
        row = {"name": f"{SWITCHED_OFF}{KEYS}", "value": False, "default": True, "set_by": "organisation"}
        run.supply("parameter", [row])
    every_kind(run)
    return run.build()


KEY: dict[str, Any] = {"type": "bedrock_api_key", "owner": "u", "state": "active", "long_term": True}


# What the judge must not be talked into.


def test_a_source_may_have_any_name(pack: RulePack) -> None:
    """mappings/item.py told a vendor by the beginning of our alias: another name emptied every population."""
    run = SmallRun()
    run.sources = {
        "prod": SourceInfo(source="prod", vendor="aws", tenant="o-1", environment=Environment.SANDBOX, started=True)
    }
    run.main = "prod"
    for level, per in (("account", "source"), ("region", "account")):
        run.collects("scope", per=per, name=f"aws.{level}s", lists_scopes=level)
    for path, level in ((ACCOUNT, "account"), (US, "region")):
        name = f"aws.{level}s"
        run.add("scope", path, collector=name, subject=path, state="enabled", level=level, path=path)
    run.collects("credential", per="account", name="aws.keys")
    run.add("credential", ACCOUNT, collector="aws.keys", subject="key-1", **KEY)
    every_kind(run)
    assert result(judge(run.build(), pack=pack), KEYS).result is Result.FAIL


def test_what_is_used_cannot_be_not_applicable(pack: RulePack) -> None:
    """A region that the vendor's list leaves out, while its metrics show model calls there, is no proof of absence."""
    run = SmallRun()
    run.scope(ACCOUNT, "account")
    run.scope(US, "region")
    run.scope(EU, "region", absent_services=("bedrock",))
    log, name = "aws.log", "aws.bedrock.invocation"
    run.collects("log_source", per="region", name=log, where={"name": (name,)})
    run.collects("usage", per="region", name="aws.usage", signals="bedrock", service="cloudwatch")
    run.unit(log, EU, not_applicable="bedrock is not in the vendor's own list")
    run.add("log_source", US, collector=log, name=name, enabled=True, destinations=("arn:aws:s3:::b",))
    for path in (US, EU):
        used = {"signal": "cloudwatch", "service": "bedrock", "count": 1, "since": STARTED, "until": STARTED}
        run.add("usage", path, collector="aws.usage", **used)
    every_kind(run)
    assert result(judge(run.build(), pack=pack), "LOG-AWS-01").result is not Result.PASS


@pytest.mark.parametrize("rule", ["CFG-AWS-02", "CFG-AWS-03", "CFG-AWS-03B"])
def test_a_guardrail_that_an_agent_names_and_no_list_shows_blocks_the_pass(pack: RulePack, rule: str) -> None:
    """A shortened list of guardrails: the one that the second agent uses was never looked at."""
    run = two_regions()
    run.collects("safeguard", per="region", name="aws.guards")
    run.collects("ai_system", per="region", name="aws.agents")
    good = {"type": "guardrail", "name": "g", "version": "1", "pinned": True, "masks_input": True, "masks_output": True}
    run.add("safeguard", US, collector="aws.guards", subject="arn:g1:1", prompt_attack="HIGH", **good)
    for path, guard in ((US, "arn:g1:1"), (EU, "arn:g2:1")):
        agent = {"category": "agent", "provider": "bedrock", "name": guard, "safeguards": (guard,)}
        run.add("ai_system", path, collector="aws.agents", subject=f"agent-{guard}", **agent)
    every_kind(run)
    assert result(judge(run.build(), pack=pack), rule).result is not Result.PASS


def test_a_rule_that_was_off_for_one_run_forgets_no_violation(pack: RulePack) -> None:
    """R6: seen to fail, switched off once, then unread: it stays a fail until it is seen mended."""
    before = [keys("2026-07-29"), keys("2026-08-29", off=True)]
    now = keys("2026-09-29", found=False, lost=ACCOUNT)
    assert result(judge(now, before[:1], pack=pack), KEYS).result is Result.FAIL
    assert result(judge(now, before, pack=pack), KEYS).result is Result.FAIL


def test_resolved_needs_a_complete_read_of_the_population(pack: RulePack) -> None:
    """Gone from its account, while another account could not be read."""
    judged = judge(keys("2026-09-29", found=False, lost=OTHER), [keys("2026-08-29")], pack=pack)
    (finding,) = [one for one in judged.findings if one.rule == KEYS]
    assert finding.change is not Change.RESOLVED


def test_a_row_for_no_control_of_annex_a_is_not_counted_as_one(tmp_path: Any) -> None:
    """GOV-ANY-07B counts rows: 92 controls decided and one that does not exist were 93."""
    known = [control.id for control in catalogue.load().controls if control.id.startswith("A.")]
    rows = [f"- {{control: {name}, applicable: true}}" for name in [*known, "A.8.99", "A.6.9", "A.5.01"]]
    (tmp_path / "soa.yaml").write_text("\n".join(rows))
    found = register_files.read(tmp_path, "soa", "2026-08-30")
    assert found is not None
    assert (len(found.rows), len(found.invalid)) == (93, 3)


# What the AWS adapter and its collectors must not take for an answer.


def model(service: str, operation: str) -> Any:
    return botocore.session.Session().get_service_model(service).operation_model(operation)


@pytest.mark.parametrize(
    "body",
    [
        b"<html><head><title>Sign in</title></head><body/></html>",
        b'<?xml version="1.0"?>\n<!DOCTYPE html><html/>',
        b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    ],
)
def test_a_web_page_is_no_answer_without_fields(body: bytes) -> None:
    """A lenient XML parser makes `{}` of it: no lifecycle rule, so kept for ever."""
    assert _not_as_documented(model("s3", "GetBucketLifecycleConfiguration"), body, {}, {"HTTPStatusCode": 200})


def test_a_good_answer_is_one() -> None:
    body = b'<?xml version="1.0"?><LifecycleConfiguration><Rule/></LifecycleConfiguration>'
    assert _not_as_documented(model("s3", "GetBucketLifecycleConfiguration"), body, {}, {}) is None


def test_more_to_come_without_a_token_is_no_end() -> None:
    """IAM says `IsTruncated` and gives no `Marker`: the rest of the keys would be missing without a word."""
    tokens = page_tokens({}, model("iam", "ListServiceSpecificCredentials"))
    with pytest.raises(LostTokenError):
        next_params(tokens, {"ServiceSpecificCredentials": [], "IsTruncated": True}, {})
    assert next_params(tokens, {"ServiceSpecificCredentials": [], "IsTruncated": False}, {}) is None


def answer(**content: Any) -> Item:
    return Item(content, ORIGIN)


def test_a_policy_status_without_its_word_is_not_private() -> None:
    flags: dict[str, bool | Missing] = dict.fromkeys(_buckets.FLAGS, False) | {"IgnorePublicAcls": True}
    assert _buckets._public(answer(), flags) is NOT_EXPOSED
    assert _buckets._public(answer(IsPublic=False), flags) is False


def test_a_rule_that_deletes_on_one_day_is_not_kept_for_ever() -> None:
    rule = {"Status": "Enabled", "Expiration": {"Date": "2026-10-01T00:00:00Z"}, "Filter": {}}
    kept = _buckets._retention(answer(Rules=[rule]), "")
    assert isinstance(kept, Missing) and kept.state is State.AMBIGUOUS
    assert _buckets._retention(answer(Rules=[{**rule, "Status": "Disabled"}]), "") is ABSENT


@pytest.mark.parametrize(
    ("action", "narrower"),
    [("*", False), ("bedrock:*", False), (["*:*"], False), (["bedrock:InvokeModel"], True), ("sagemaker:*", False)],
)
def test_every_action_of_the_service_is_every_action(action: object, narrower: bool) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}
    assert network._restrictive({"Statement": [statement]}) is narrower


def test_a_forced_guardrail_without_a_guardrail_is_none() -> None:
    noted: list[str] = []
    policy = answer(PolicyContent='{"bedrock": {"guardrail_inference": {"us-east-1": {"c1": {}}}}}')
    handle: Any = SimpleNamespace(
        known={"account": ACCOUNT}, find=lambda call: policy, note=lambda *args, **more: noted.append(more["subject"])
    )
    assert list(policies.bedrock.gather(handle)) == []
    assert noted == [f"{ACCOUNT}/us-east-1/bedrock_policy/c1"]
    assert policies._models([], none=()) == ()


def test_an_alias_that_leads_nowhere_leaves_the_version_open() -> None:
    """Else the draft, with its guardrail, stands for a version that nobody looked at."""
    lists = [{"agentAliasId": "PROD"}], [{"agentAliasId": "TSTALIASID"}]
    found = []
    for aliases in lists:
        handle: Any = SimpleNamespace(detail=lambda call, read: read(), each=lambda call, a=aliases, **params: iter(a))
        found.append(agents.versions_in_use(handle, "A1"))
    assert found == [NOT_EXPOSED, (agents.DRAFT,)]


@pytest.mark.parametrize("names", [("decisions.csv",), ("Decisions.yaml",), ("decisions.yaml", "decisions.yml")])
def test_a_register_under_another_name_is_not_passed_over(tmp_path: Any, names: tuple[str, ...]) -> None:
    """A register that is there and is not read must not fall back to our defaults."""
    for name in names:
        (tmp_path / name).write_text("[]\n")
    with pytest.raises(register_files.BadRegisterError):
        register_files.read(tmp_path, "decisions", "2026-08-30")


def test_a_register_that_leads_nowhere_is_unreadable(tmp_path: Any) -> None:
    (tmp_path / "decisions.yaml").symlink_to(tmp_path / "gone.yaml")
    with pytest.raises(register_files.BadRegisterError):
        register_files.read(tmp_path, "decisions", "2026-08-30")


def test_what_lies_beside_the_registers_does_not_matter(tmp_path: Any) -> None:
    for name in ("README.md", "decisions.yaml~", ".decisions.yaml.swp", "decisions.yaml.bak", "notes.csv"):
        (tmp_path / name).write_text("x")
    assert register_files.read(tmp_path, "decisions", "2026-08-30") is None
