"""Imported DLP policies, from the bytes of an export to what the rule says: nothing unknown, cut off or old is a pass."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from annexa import collectors, runner
from annexa.collectors import imports
from annexa.collectors._collect import Collecting, Done, Means
from annexa.collectors._plan import Plan
from annexa.collectors._source import Circumstances
from annexa.collectors.imports import BadExportError, load, write
from annexa.collectors.imports._powershell import objects
from annexa.evidence.clock import VirtualClock, parse, stamp
from annexa.evidence.fact import Missing
from annexa.evidence.kinds import Safeguard
from annexa.evidence.manifest import IsmsInfo, Manifest, Organisation, SourceInfo, declare
from annexa.evidence.record import Record
from annexa.evidence.redact import Redactor
from annexa.mappings.boundary import Boundary
from annexa.mappings.evidence_view import ListEvidence
from annexa.mappings.judge import judge
from annexa.mappings.pack import RulePack, load_pack
from annexa.mappings.results import RuleResult
from annexa.mappings.small_run import SmallRun
from annexa.schemas.words import Basis, Environment, Reason, Result, RunState, State, UnknownReason

NOW, DAY = "2026-09-29T06:00:00Z", "2026-09-20"
PACK = load_pack()
SMALL = RulePack(
    rules={"DLP-MS-02": PACK.rules["DLP-MS-02"]}, needs={}, settings=PACK.settings, parameters=PACK.parameters,
    version=PACK.version, sha256=PACK.sha256, services=PACK.services,
)  # fmt: skip
GUID = "470f2276-e011-4e9d-a6ec-20768be3a4b0"
ALL = [{"Type": "Tenant", "Identity": "All"}]
GROUP = [{"Type": "Group", "Identity": "fef0dead-5668-4bfb-9fc2-9879a47f9bdb"}]
Row = dict[str, Any]


def place(**changes: Any) -> str:
    return json.dumps([{"Workload": "Applications", "Location": GUID, "Inclusions": ALL, "Exclusions": [], **changes}])


def policy(**changes: Any) -> Row:
    return {
        "Name": "P", "Guid": "p-1", "Mode": "Enable", "Enabled": True, "Workload": "Applications", "Locations": place(),
        "EnforcementPlanes": ["CopilotExperiences"], **changes,
    }  # fmt: skip


def rule(**changes: Any) -> Row:
    return {
        "Name": "R", "Guid": "r-1", "ParentPolicyName": "P", "Disabled": False, "BlockAccess": None, "AdvancedRule": None,
        "RestrictAccess": [{"setting": "ExcludeContentProcessing", "value": "Block"}],
        "ContentContainsSensitiveInformation": [{"name": "Credit Card Number", "mincount": "1"}], **changes,
    }  # fmt: skip


def collected(folder: Path | None) -> list[Done]:
    clock = VirtualClock(parse(NOW))
    lent = Circumstances(organisation="o", clock=clock, run_id="r")
    source = imports.connect(imports.Settings(folder=str(folder) if folder else None), lent)
    means = Means(
        organisation="o", run_id="r", version="1", clock=clock, redactor=Redactor(b"k" * 32), token=lambda: "0" * 32
    )
    found = collectors.of(imports)
    return list(Collecting(means, Plan(), runner.contained, lambda work, done: None).run([(source, found)]))


def judged(done: list[Done]) -> RuleResult:
    """What DLP-MS-02 finds in an import alone."""
    source = SourceInfo(source="imports:main", vendor="imports", tenant="o", environment=Environment.SANDBOX)
    manifest = Manifest(
        run_id="r", organisation=Organisation(id="o", name="O"), state=RunState.COMPLETE, planned=NOW, started=NOW,
        finished=stamp(parse(NOW)), environment=Environment.SANDBOX, version="1", sources=(source,),
        collectors=tuple(declare(one.work.collector) for one in done),
    )  # fmt: skip
    evidence = ListEvidence(
        manifest, records(done), [one.gathered.unit for one in done],
        [unread for one in done for unread in one.gathered.unreads],
    )  # fmt: skip
    return judge(evidence, pack=SMALL, as_of=NOW).assessment.rules[0]


def records(done: list[Done]) -> list[Record]:
    return [record for one in done for record in one.gathered.records]


def taken_in(folder: Path, files: Mapping[str, Any], day: str = DAY) -> list[Done]:
    bodies = {name: json.dumps(rows).encode() for name, rows in files.items()}
    load("dlp").together(bodies)
    write(folder, "dlp", bodies, exported_on=day, imported_at=NOW)
    return collected(folder)


def both(**changes: Any) -> dict[str, list[Row]]:
    return {"p.json": [policy(**changes)], "r.json": [rule()]}


def ruled(**changes: Any) -> dict[str, list[Row]]:
    return {"p.json": [policy()], "r.json": [rule(**changes)]}


OK, BAD = (Result.PASS, None), (Result.FAIL, None)
NO_MODE = (Result.UNKNOWN, UnknownReason.NOT_EXPOSED)
ODD, OPEN = (Result.UNKNOWN, UnknownReason.UNKNOWN_VALUE), (Result.UNKNOWN, UnknownReason.AMBIGUOUS_VALUE)
CASES: dict[str, tuple[dict[str, Any], tuple[Result, UnknownReason | None]]] = {
    "enforced for everybody": (both(), OK),
    "both in one list": ({"all.json": [policy(), rule()]}, OK),
    "one object each": ({"p.json": policy(), "r.json": rule()}, OK),
    "wrapped by Windows PowerShell": ({"p.json": {"value": [policy()], "Count": 1}, "r.json": rule()}, OK),
    "a mode as a pair": (both(Mode={"value": 0, "Value": "Enable"}), OK),
    "locations as objects": (both(Locations=json.loads(place())), OK),
    "locations as texts, one by one": (both(Locations=[json.dumps(json.loads(place())[0])]), OK),
    "an older policy without planes": (both(EnforcementPlanes=[]), OK),
    "the action as a text": (ruled(RestrictAccess='[{"setting":"ExcludeContentProcessing","value":"Block"}]'), OK),
    "in simulation with notifications": (both(Mode="TestWithNotifications"), BAD),
    "in simulation without": (both(Mode="TestWithoutNotifications"), BAD),
    "switched off": (both(Mode="Disable"), BAD),
    "about to be deleted": (both(Mode="PendingDeletion"), BAD),
    "enforced and not enabled": (both(Enabled=False), BAD),
    "the rule is disabled": (ruled(Disabled=True), BAD),
    "the rule only reports": (ruled(RestrictAccess=None), BAD),
    "the policy has no rule": ({"p.json": [policy(), policy(Name="Q", Guid="p-2", Locations=None, EnforcementPlanes=[],
                                Workload="Exchange")], "r.json": [rule(ParentPolicyName="Q")]}, BAD),
    "another location": (both(Locations=place(Location="49baeafd"), EnforcementPlanes=["Entra"]), BAD),
    "mail alone": (both(Locations=None, EnforcementPlanes=None, Workload="Exchange"), BAD),
    "a mode that nobody documents": (both(Mode="Audit"), ODD),
    "a mode as a number": (both(Mode=1), ODD),
    "no mode": (both(Mode=None), NO_MODE),
    "the rule has a mode of its own": (ruled(Mode="AuditAndNotify"), ODD),
    "the rule does not say whether it is on": (ruled(Disabled=None), NO_MODE),
    "the action does something else": (ruled(RestrictAccess=[{"setting": "ExcludeContentProcessing", "value": "Warn"}]), ODD),
    "another action": (ruled(RestrictAccess=[{"setting": "UploadText", "value": "Block"}]), OPEN),
    "web search alone": (ruled(RestrictAccess=None, RestrictWebGrounding=True), OPEN),
    "the action of mail": (ruled(RestrictAccess=None, BlockAccess=True), OPEN),
    "the plane without the location": (both(Locations=place(Location="Copilot.M365")), OPEN),
    "the location under another plane": (both(EnforcementPlanes=["Browser"]), OPEN),
    "locations that are no JSON": (both(Locations="[{Type:x"), OPEN),
    "a group alone": (both(Locations=place(Inclusions=GROUP)), OPEN),
    "everybody but a group": (both(Locations=place(Exclusions=GROUP)), OPEN),
    "an administrative unit": (both(PolicyRBACScopes=["unit-1"]), OPEN),
    "no locations": ({"p.json": [{"Name": "P", "Mode": "Enable"}], "r.json": [rule()]}, NO_MODE),
    "policies alone": ({"p.json": [policy()]}, (Result.UNKNOWN, UnknownReason.NOT_SUPPLIED)),
    "rules alone": ({"r.json": [rule()]}, (Result.UNKNOWN, UnknownReason.NOT_SUPPLIED)),
    "a policy is missing": ({"p.json": [policy(Name="Q")], "r.json": [rule()]}, (Result.UNKNOWN, UnknownReason.UNREAD)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_an_export_shows(tmp_path: Path, case: str) -> None:
    files, expected = CASES[case]
    found = judged(taken_in(tmp_path, files))
    assert (found.result, found.reason) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-07-01", OK),
        ("2026-06-30", (Result.UNKNOWN, UnknownReason.STALE)),
        ("2026-09-29", OK),
        ("2026-09-30", (Result.UNKNOWN, UnknownReason.INVALID_RECORD)),
    ],
)
def test_an_export_ages_by_its_own_day(tmp_path: Path, day: str, expected: tuple[Result, UnknownReason | None]) -> None:
    found = judged(taken_in(tmp_path, both(), day))
    assert (found.result, found.reason) == expected


def test_nothing_imported_is_not_supplied_and_says_what_to_do(tmp_path: Path) -> None:
    for folder in (None, tmp_path / "nowhere"):
        done = collected(folder)
        assert (judged(done).result, judged(done).reason) == (Result.UNKNOWN, UnknownReason.NOT_SUPPLIED)
        (unread,) = next(one for one in done if one.work.collector.name == "imports.dlp.policies").gathered.unreads
        assert unread.reason is Reason.NOT_SUPPLIED
        assert unread.cure and "annexa import dlp" in unread.cure and "Get-DlpCompliancePolicy" in unread.cure


@pytest.mark.parametrize(("supplier", "expected"), [("AWS", Result.NO_POPULATION), ("Microsoft", Result.UNKNOWN)])
def test_where_microsoft_is_not_used_nobody_asks_for_an_export(supplier: str, expected: Result) -> None:
    """Not used, as far as a whole AI register and the other sources show; else the export is asked for."""
    run = SmallRun("aws")
    run.source("imports:main", "org-1")
    run.supply("register_entry", [{"name": "Assistant", "identifiers": (), "supplier": supplier}])
    run.lose(run.collects("safeguard", per="source", name="imports.dlp.rules"), "org-1", reason=Reason.NOT_SUPPLIED,
             source="imports:main")  # fmt: skip
    assert judge(run.build(), pack=SMALL, as_of=NOW).assessment.rules[0].result is expected


def test_what_is_imported_belongs_to_every_management_system() -> None:
    systems = (IsmsInfo(id="a", sources=("aws:*",)), IsmsInfo(id="b", sources=("imports:*",)))
    assert Boundary(systems, "a").inside("imports:main", "o")


BROKEN: dict[str, Callable[[Path], object]] = {
    "bytes changed": lambda folder: next((folder / "dlp").iterdir()).write_bytes(b"[]"),
    "bytes gone": lambda folder: next((folder / "dlp").iterdir()).unlink(),
    "note changed": lambda folder: (folder / "dlp.json").write_text('{"exported_on": "soon"}'),
    "note cut": lambda folder: (folder / "dlp.json").write_bytes((folder / "dlp.json").read_bytes()[:40]),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_an_import_that_was_touched_is_refused(tmp_path: Path, what: str) -> None:
    taken_in(tmp_path, both())
    BROKEN[what](tmp_path)
    done = collected(tmp_path)
    assert records(done) == []
    assert {unread.reason for one in done for unread in one.gathered.unreads} == {Reason.INVALID_ANSWER}
    assert judged(done).result is Result.UNKNOWN


def test_a_later_import_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    taken_in(tmp_path, both())
    taken_in(tmp_path, {"all.json": [policy(), rule()]})
    assert len(list((tmp_path / "dlp").iterdir())) == 1


def test_records_say_what_and_whence(tmp_path: Path) -> None:
    labels = [{"name": "label-1", "type": "Sensitivity"}]
    groups = [{"Operator": "Or", "name": "Default", "labels": labels}]
    asked = [{"ConditionName": "ContentContainsSensitiveInformation", "Value": [{"groups": groups}]}]
    advanced = {"Version": "1.0", "Condition": {"Operator": "And", "SubConditions": asked}}
    mail = policy(Name="Q", Guid="P-2", Workload="Exchange, Teams", Locations=None, EnforcementPlanes=None)
    done = taken_in(
        tmp_path,
        {
            "p.json": [policy(), mail],
            "r.json": [
                rule(),
                rule(Name="S", Guid=None, ContentContainsSensitiveInformation=None, AdvancedRule=json.dumps(advanced)),
                rule(Name="T", Guid="r-3", ParentPolicyName="Q", RestrictAccess=None, BlockAccess=True),
            ],
        },
    )
    found: dict[str, Safeguard] = {
        one.data.subject: one.data for one in records(done) if isinstance(one.data, Safeguard)
    }
    assert {one.basis for one in found.values()} == {Basis.IMPORTED}
    first, labelled, mails = found["dlp_rule/r-1"], found["dlp_rule/S"], found["dlp_rule/r-3"]
    assert [(one.entity, one.input_action) for one in _masking(first)] == [
        ("Credit Card Number", "ExcludeContentProcessing=Block")
    ]
    assert [one.entity for one in _masking(labelled)] == ["label:label-1"]
    assert (mails.mode, mails.channels, mails.part_of) == ("enforce", ("Exchange", "Teams"), "dlp_policy/p-2")
    assert isinstance(mails.everybody, Missing) and mails.everybody.state is State.NOT_EXPOSED
    copilot = found["dlp_policy/p-1"]
    assert (copilot.state, copilot.mode, copilot.everybody) == ("Enable", "enforce", True)
    page = next(one for one in records(done) if one.data.subject == "dlp_rule/r-1").provenance.origins
    assert {origin.date for origin in page} == {DAY} and len(page) == 2
    kept = [json.loads(body) for one in done for body in one.pages.values()]
    assert {(one["file"], one["exported_on"]) for one in kept} == {("p.json", DAY), ("r.json", DAY)}
    assert all(len(one["sha256"]) == 64 for one in kept)


def _masking(fact: Safeguard) -> tuple[Any, ...]:
    assert not isinstance(fact.masking, Missing)
    return fact.masking


WRONG = {
    "nothing": (b"", "is empty"),
    "white space": (b"\xef\xbb\xbf \r\n", "is empty"),
    "an empty list": (b"[]", "empty list"),
    "null": (b"null", "empty list"),
    "no JSON": (b"Name Mode\n---- ----\nP Enable", "is no JSON"),
    "half of it": (json.dumps([policy()]).encode()[:-5], "is no JSON"),
    "UTF-16 without its mark": (json.dumps([policy(Name="Ü")]).encode("utf-16-le"), "no JSON"),
    "Latin-1": ('[{"Name": "Ü", "Mode": "Enable"}]'.encode("latin-1"), "neither UTF-8 nor UTF-16"),
    "a number": (b"3", "no list of objects"),
    "a list of texts": (b'["P"]', "no list of objects"),
    "something else": (b'[{"Name": "Vorlage", "Id": 4}]', "neither a DLP policy"),
    "no name": (b'[{"Mode": "Enable"}]', "has no Name"),
    "a name twice in one object": (b'[{"Name": "P", "Name": "Q", "Mode": "Enable"}]', "stands twice"),
    "not a number": (b'[{"Name": "P", "Mode": "Enable", "Priority": NaN}]', "no number"),
    "too deep": (b"[" * 100_000, "is no JSON"),
    "cut off": (json.dumps([rule(RestrictAccess=["System.Collections.Hashtable"])]).encode(), "was cut off"),
    "the same policy twice": (json.dumps([policy(), policy()]).encode(), "stands twice"),
    "half a character": (b'[{"Name": "\\ud800", "Mode": "Enable"}]', "cannot be kept"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_export_is_refused_by_name(what: str) -> None:
    body, says = WRONG[what]
    with pytest.raises(BadExportError) as raised:
        load("dlp").together({"x.json": body})
    assert says in str(raised.value) and raised.value.expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_every_encoding_that_a_shell_writes(encoding: str) -> None:
    text = ("\ufeff" if encoding == "utf-16-be" else "") + json.dumps([policy(Name="Kä")], ensure_ascii=False)
    assert objects(text.encode(encoding), "x")[0]["Name"] == "Kä"


def test_fractions_become_texts() -> None:
    assert objects(b'[{"Name": "P", "Share": 0.25}]', "x") == [{"Name": "P", "Share": "0.25"}]
