"""What the tests of the judge share: rules written for a test, small runs, and one look at everything that was judged."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import msgspec

from annexa.mappings.evidence_view import Evidence
from annexa.mappings.judge import judge
from annexa.mappings.pack import RulePack
from annexa.mappings.parameters import Parameters, load_parameters
from annexa.mappings.results import Assessment, ControlResult, Finding, ItemResult, NeedResult, RuleResult
from annexa.mappings.rule import ControlNeeds, Rule
from annexa.mappings.settings import Settings, load_settings
from annexa.mappings.small_run import SmallRun

ACCOUNT = "111122223333"
EU, US, ASIA = f"{ACCOUNT}/eu-west-1", f"{ACCOUNT}/us-east-1", f"{ACCOUNT}/ap-south-1"
LOGGING = "aws.bedrock.invocation_logging"
RETENTION = "aws.bedrock.data_retention"
REMEDY = {"do": "Mend it.", "where": "There", "role": "admin", "side_effect": "None."}
DECIDED = {"because": "So decided.", "approved_by": "ciso@example.com", "approved_on": "2026-01-15"}


def make_rule(name: str = "T-1", **fields: Any) -> Rule:
    """A rule with everything filled in; by default every key is active, an inherent rule of A.8.15."""
    plain = {
        "id": name, "title": name, "statement": f"{name} holds.", "reads": "credential", "quantifier": "every",
        "criterion": {"inherent": True}, "severity": "high", "strength": "design", "control": "A.8.15",
        "does_not_show": "Much.", "remedy": REMEDY, "owner_role": "platform", "examples": (),
    }  # fmt: skip
    if not {"condition", "predicate"} & set(fields) and fields.get("quantifier") != "none":
        plain["condition"] = {"state": {"is": "active"}}
    return msgspec.convert({**plain, **fields}, Rule)


def logging_rule(name: str = "LOG", **fields: Any) -> Rule:
    """Every region in which Bedrock is used has a log that is on; required by a default of ours."""
    given: dict[str, Any] = {
        "reads": "log_source", "quantifier": "at_least_one",
        "population": {"of": "aws", "scopes": "region", "used": "bedrock"},
        "condition": {"enabled": {"is": True}}, "criterion": {"decided": LOGGING, "default": "required"},
    }  # fmt: skip
    return make_rule(name, **{**given, **fields})


@cache
def defaults() -> tuple[Settings, Parameters]:
    return load_settings(), load_parameters()


def pack_of(*rules: Rule, needs: Mapping[str, Iterable[Mapping[str, Any]]] | None = None) -> RulePack:
    """A pack of these rules; `needs`: control to its needs, whose ids and sentences may be left out."""
    settings, parameters = defaults()
    recipes = {}
    for control, found in (needs or {}).items():
        rows = [
            {"id": f"{control}/{number}", "says": f"Need {number}.", **need} for number, need in enumerate(found, 1)
        ]
        recipes[control] = msgspec.convert({"control": control, "needs": rows}, ControlNeeds)
    return RulePack(
        rules={rule.id: rule for rule in sorted(rules, key=lambda rule: rule.id)}, needs=recipes, settings=settings,
        parameters=parameters, version="test", sha256="0" * 64,
    )  # fmt: skip


class Judged:
    """An assessment with its items and findings, easy to look into."""

    def __init__(self, run: Evidence, pack: RulePack, earlier: Iterable[Evidence], **asked: Any) -> None:
        self.items: list[ItemResult] = []
        made = judge(run, earlier, pack=pack, items=self.items.append, **asked)
        self.pack = pack
        self.assessment: Assessment = made.assessment
        self.findings: tuple[Finding, ...] = made.findings

    def rule(self, name: str = "T-1") -> RuleResult:
        return next(rule for rule in self.assessment.rules if rule.rule == name)

    def found(self, name: str = "T-1") -> tuple[str, str | None]:
        """Result and reason."""
        rule = self.rule(name)
        return str(rule.result), None if rule.reason is None else str(rule.reason)

    def control(self, ref: str = "A.8.15") -> ControlResult:
        return next(control for control in self.assessment.controls if control.ref == ref)

    def need(self, number: int = 1, ref: str = "A.8.15") -> NeedResult:
        return self.control(ref).needs[number - 1]

    def state(self, number: int = 1, ref: str = "A.8.15") -> tuple[str, str | None]:
        """State and reason of a need."""
        need = self.need(number, ref)
        return str(need.state), None if need.reason is None else str(need.reason)

    def item(self, subject: str, name: str | None = None) -> ItemResult:
        (found,) = [item for item in self.items if item.subject == subject and name in (None, item.rule)]
        return found


def judged(
    run: SmallRun | Evidence,
    *rules: Rule,
    earlier: Iterable[SmallRun | Evidence] = (),
    needs: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
    **asked: Any,
) -> Judged:
    """Judge a small run against some rules."""
    built = [one.build() if isinstance(one, SmallRun) else one for one in (run, *earlier)]
    return Judged(built[0], pack_of(*rules, needs=needs), built[1:], **asked)


def accounts(*names: str, run: SmallRun | None = None) -> SmallRun:
    """A run over some accounts in which keys are read account by account."""
    run = run or SmallRun()
    for name in names or ("a",):
        run.scope(name, "account")
    run.collects("credential", per="account")
    return run


def key(run: SmallRun, scope: str = "a", subject: str = "key-1", state: Any = "active", **fields: Any) -> None:
    """A key in an account; it is in order as long as its state is active."""
    run.add("credential", scope, subject=subject, type="key", owner="kim", state=state, **fields)


def regions(*paths: str, used: Iterable[str] | None = None, run: SmallRun | None = None) -> SmallRun:
    """A run over regions of one account; logs and the signal of use are read region by region."""
    run = run or SmallRun()
    run.scope(ACCOUNT, "account")
    for path in paths or (EU,):
        run.scope(path, "region")
    run.collects("log_source", per="region")
    run.collects("usage", per="region", name="aws.signal", signals="bedrock", service="cloudwatch")
    for path in paths or (EU,) if used is None else used:
        run.add("usage", path, collector="aws.signal", signal="metrics", service="bedrock", count=7)
    return run


def log(run: SmallRun, scope: str = EU, *, enabled: Any = True, **fields: Any) -> None:
    """A log in a region."""
    given = {"name": "aws.bedrock.invocation", "subject": f"log of {scope}", **fields}
    run.add("log_source", scope, enabled=enabled, **given)


def decide(run: SmallRun, *decisions: Mapping[str, Any]) -> SmallRun:
    """A register of decisions."""
    run.supply("decision", [{"must": "be", **DECIDED, **decision} for decision in decisions])
    return run


def set_parameters(run: SmallRun, **values: Any) -> SmallRun:
    """Parameters that the organisation set."""
    rows = [{"name": name, "value": value, "set_by": "organisation"} for name, value in values.items()]
    run.supply("parameter", rows)
    return run


def switch_off(run: SmallRun, rule: str) -> SmallRun:
    run.supply("parameter", [{"name": f"rule:{rule}", "value": False, "set_by": "organisation"}])
    return run
