"""Known AI services: the list, how sure a match is, what a rule may make of it, and what is in use without a source."""

import json
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from annexa.commands.cli import cli
from annexa.evidence.errors import ConfigError, UsageError
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, unread
from annexa.evidence.kinds import Application, RegisterEntry
from annexa.mappings.ai_services import Match, Service, Services
from annexa.mappings.exit_code import exit_code
from annexa.mappings.pack import load_pack
from annexa.mappings.registered_services import named_by
from annexa.mappings.rule import Rule
from annexa.mappings.service_items import service_uid
from annexa.mappings.service_list import FILE, FORMS, load_services, shipped
from annexa.mappings.small_run import ORGANISATION, SmallRun
from annexa.reports import _docs_services
from annexa.schemas.words import Certainty, IdentifierSort, Reason, ServiceCategory
from annexa.tests.mappings.judging import Judged, judged, make_rule, pack_of

ENTRA = "e0476654-c1d5-430b-ab80-70cbd947616a"
GOOGLE = "799222349882-ne3i0s9jdm5s0p7ll2d7tlsi1vc1halt.apps.googleusercontent.com"
OTHER = "11111111-2222-3333-4444-555555555555"
LIST = Services(shipped())
PACK = load_pack()
ANY, OKT, MS, GWS = (PACK.rules[name] for name in ("INV-ANY-02B", "INV-OKT-01", "INV-MS-01", "INV-GWS-01"))
MAPPINGS = Path(str(files("annexa.mappings")))


def app(vendor_id: str = "x", **fields: Any) -> Application:
    return Application(subject="a-1", vendor_id=vendor_id, **fields)


def said(match: Match | None) -> tuple[str, str, bool] | None:
    return (match.service.id, str(match.certainty), match.sure) if match else None


# --- the list


def test_the_list_is_long_and_says_where_everything_was_read() -> None:
    services = shipped()
    assert len(services) >= 60
    assert len({service.id for service in services}) == len(services)
    counts = _docs_services.counts(services)
    assert all(counts.values()), "every sort of identifier is there"
    for service in services:
        for shown in service.identifiers:
            assert shown.source.startswith("https://") or len(shown.source.split(" ", 1)) == 2, shown
            assert FORMS[shown.sort](shown.value)


def test_the_list_fits_its_published_schema() -> None:
    schema = json.loads((files("annexa.schemas") / "ai_services.schema.json").read_text("utf-8"))
    validator = Draft202012Validator(schema)
    raw = yaml.safe_load((MAPPINGS / FILE).read_text("utf-8"))
    assert [error.message for error in validator.iter_errors(raw)] == []
    fields = schema["properties"]["services"]["items"]["properties"]
    assert set(fields) == set(Service.__struct_fields__) - {"no_ai"}
    assert fields["category"]["enum"] == [str(word) for word in ServiceCategory]
    shown = fields["identifiers"]["items"]
    assert shown["properties"]["sort"]["enum"] == [str(word) for word in IdentifierSort]
    wrong = {**raw["services"][0], "identifiers": [{"sort": "slack_app", "value": "no", "source": "x"}]}
    assert not validator.is_valid({"services": [wrong]})


def test_a_publisher_stands_only_where_all_of_its_applications_are_ai() -> None:
    embedded = [service for service in shipped() if service.embedded]
    assert embedded
    assert not [s.id for s in embedded for shown in s.identifiers if shown.sort is IdentifierSort.PUBLISHER]


ONE = {"id": "one", "service": "One", "supplier": "One AG", "category": "search"}
DOMAIN = {"sort": "domain", "value": "one.example", "source": "https://one.example"}


@pytest.mark.parametrize(
    ("services", "says", "field"),
    [
        ([{**ONE, "categori": "x"}], "unknown field `categori`", "one"),
        ([{**ONE, "category": "toy"}], "Invalid enum value 'toy'", "one category"),
        ([{"id": "one", "service": "One", "category": "search"}], "missing required field `supplier`", "one"),
        ([{**ONE, "identifiers": [{"sort": "domain", "value": "a.example"}]}], "`source`", "one identifiers[0]"),
        ([{**ONE, "identifiers": [{**DOMAIN, "value": "One"}]}], "'One' is no domain", "one identifiers[0].value"),
        ([{**ONE, "identifiers": [DOMAIN, DOMAIN]}], "stands there twice", "one identifiers[1].value"),
        ([ONE, {**ONE, "service": "Two"}], "stands there twice", "one id"),
        ([ONE, {**ONE, "id": "two"}], "stands under one too", "two service"),
        ([ONE, {**ONE, "id": "two", "service": "Two", "names": ["ONE"]}], "stands under one too", "two names[0]"),
        (
            [{**ONE, "identifiers": [DOMAIN]}, {**ONE, "id": "two", "service": "Two", "identifiers": [DOMAIN]}],
            "stands under one too", "two identifiers[0].value",
        ),
        (["one"], "Expected `object`", "service 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_list_is_named(tmp_path: Path, services: list[Any], says: str, field: str) -> None:
    path = tmp_path / FILE
    path.write_text(yaml.safe_dump({"services": services}), "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_services(path)
    told = "\n".join(caught.value.lines())
    assert says in told and field in told and FILE in told


def test_a_file_without_services_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("- id: one\n", "utf-8")
    with pytest.raises(ConfigError, match="is no list of services"):
        load_services(tmp_path / FILE)


def test_the_list_is_an_input_of_every_assessment(tmp_path: Path) -> None:
    for name in ("needs.yaml", "parameters.yaml", "pack.yaml"):
        shutil.copy(MAPPINGS / name, tmp_path / name)
    for path in MAPPINGS.glob("settings*.yaml"):
        shutil.copy(path, tmp_path / path.name)
    shutil.copytree(MAPPINGS / "rules", tmp_path / "rules", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    without = load_pack(tmp_path)
    assert without.services == shipped(), "a folder without a list is judged with the shipped one"
    (tmp_path / FILE).write_text(yaml.safe_dump({"services": [{**ONE, "identifiers": [DOMAIN]}]}), "utf-8")
    own = load_pack(tmp_path)
    assert [service.id for service in own.services] == ["one"]
    assert own.sha256 != without.sha256


# --- how sure a match is


@pytest.mark.parametrize(
    ("vendor", "fact", "expected"),
    [
        ("microsoft", app(ENTRA), ("chatgpt", "exact", True)),
        ("microsoft", app(ENTRA.upper(), name="Something else"), ("chatgpt", "exact", True)),
        ("google_workspace", app(GOOGLE), ("chatgpt", "exact", True)),
        ("github", app("coderabbitai"), ("coderabbit", "exact", True)),
        ("slack", app("A08SF47R6P4"), ("claude", "exact", True)),
        ("okta", app("openai"), ("chatgpt", "exact", True)),
        ("okta", app("zoomus"), ("zoom", "exact", False)),
        ("github", app("openai"), None),
        ("example", app(ENTRA), None),
        ("microsoft", app(OTHER, publisher="Anthropic PBC", verified=True), ("claude", "verified", True)),
        ("microsoft", app(OTHER, publisher="OpenAI", verified=True, name="Codex"), ("codex", "verified", True)),
        ("microsoft", app(OTHER, publisher="OpenAI", verified=False), None),
        ("microsoft", app(OTHER, publisher="OpenAI"), None),
        ("microsoft", app(OTHER, publisher="OpenAIX", verified=True), None),
        ("okta", app(domains=("app.fireflies.ai",)), ("fireflies", "domain", False)),
        ("okta", app(domains=("auth.openai.com",)), ("openai", "domain", False)),
        ("microsoft", app(OTHER, publisher="otter.ai"), ("otter", "domain", False)),
        ("okta", app(domains=("fireflies.ai.evil.example", "notfireflies.ai")), None),
        ("okta", app(name="ChatGPT"), ("chatgpt", "name", False)),
        ("okta", app(name="My ChatGPT prompts"), ("chatgpt", "name", False)),
        ("okta", app(name="OpenAI Codex"), ("codex", "name", False)),
        ("okta", app(name="Claude for Sheets"), ("claude", "name", False)),
        ("okta", app(name="Claude Monet Museum"), None),
        ("okta", app(name="Make a wish"), None),
        ("okta", app(name="Slack notifier for Jira"), None),
        ("okta", app(name="Grammarlyze"), None),
        ("okta", app(name=NOT_EXPOSED), None),
    ],
)
def test_how_sure_a_match_is(vendor: str, fact: Application, expected: Any) -> None:
    assert said(LIST.match(fact, vendor)) == expected


def test_the_surest_sign_speaks() -> None:
    fact = app(ENTRA, name="Perplexity", domains=("claude.ai",), publisher="Otter.ai, Inc.", verified=True)
    found = LIST.match(fact, "microsoft")
    assert found is not None and (found.service.id, found.certainty) == ("chatgpt", Certainty.EXACT)
    found = LIST.match(msgspec.structs.replace(fact, vendor_id=OTHER), "microsoft")
    assert found is not None and (found.service.id, found.certainty) == ("otter", Certainty.VERIFIED)


# --- which service a row of the AI register names


@pytest.mark.parametrize(
    ("name", "identifiers", "supplier", "expected"),
    [
        ("Anything", ["chatgpt"], ABSENT, ["chatgpt"]),
        ("Anything", [ENTRA], ABSENT, ["chatgpt"]),
        ("Anything", ["chatgpt.com", "claude"], ABSENT, ["chatgpt", "claude"]),
        ("ChatGPT Enterprise", ["x"], ABSENT, ["chatgpt"]),
        ("Claude of the engineers", ["x"], ABSENT, []),
        ("Claude of the engineers", ["x"], "Anthropic", ["claude"]),
        ("Meeting notes", ["x"], "Fireflies.ai Corp", ["fireflies"]),
        ("Assistant", ["x"], "OpenAI", []),
        ("Freight assistants", ["arn:aws:bedrock:*"], "AWS", []),
    ],
)
def test_which_service_an_entry_names(name: str, identifiers: list[str], supplier: Any, expected: list[str]) -> None:
    entry = RegisterEntry(subject="r", name=name, identifiers=tuple(identifiers), supplier=supplier)
    assert named_by(entry, LIST) == expected


# --- what a rule makes of it


class Tenants(SmallRun):
    """A run of some tenants, each of which lists its applications completely."""

    def __init__(self, *vendors: str, **more: Any) -> None:
        super().__init__("okta", **more)
        for vendor in ("okta", *vendors):
            if vendor != "okta":
                self.source(f"{vendor}:main", f"tenant-{vendor}")
            self.collects("application", per="source", name=f"{vendor}.application")

    def app(self, vendor: str = "okta", **fields: Any) -> None:
        given = {"subject": f"{vendor}-app", "vendor_id": "none", **fields}
        self.add("application", self.sources[f"{vendor}:main"].tenant, source=f"{vendor}:main", **given)

    def register(self, *entries: dict[str, Any]) -> "Tenants":
        rows = [{"identifiers": ["register-only"], **entry} for entry in entries]
        self.supply("register_entry", rows or [{"name": "Nothing of it", "identifiers": ["nothing"]}])
        return self

    def own(self, *rows: dict[str, Any], state: str = "read") -> "Tenants":
        self.supply("ai_service", rows, state=state)
        return self


def one(vendor: str = "okta", **fields: Any) -> Tenants:
    run = Tenants(*(() if vendor == "okta" else (vendor,)))
    run.app(vendor, **fields)
    return run


EXACT, VERIFIED = {"vendor_id": "openai"}, {"vendor_id": OTHER, "publisher": "Otter.ai, Inc.", "verified": True}
QUESTIONS = [
    {"domains": ["app.fireflies.ai"]},
    {"name": "Fireflies.ai"},
    {"vendor_id": "zoomus", "name": "Zoom"},
]


@pytest.mark.parametrize(("vendor", "fields"), [("okta", EXACT), ("microsoft", VERIFIED)])
def test_only_what_is_sure_fails(vendor: str, fields: dict[str, Any]) -> None:
    made = judged(one(vendor, **fields).register(), ANY)
    assert made.found("INV-ANY-02B") == ("fail", None)


@pytest.mark.parametrize("fields", QUESTIONS)
def test_what_is_not_sure_is_a_question_and_no_pass(fields: dict[str, Any]) -> None:
    made = judged(one(**fields).register(), ANY)
    assert made.found("INV-ANY-02B") == ("unknown", "possible_match")
    (item,) = made.items
    assert "suggests" in str(item.observed) or "is a part of it" in str(item.observed)
    assert made.findings == ()


@pytest.mark.parametrize("fields", [EXACT, *QUESTIONS])
def test_a_registered_service_passes_however_sure_the_match(fields: dict[str, Any]) -> None:
    entry = {"name": "Registered", "identifiers": ["chatgpt", "fireflies", "zoom"]}
    assert judged(one(**fields).register(entry), ANY).found("INV-ANY-02B") == ("pass", None)


def test_an_id_that_any_source_shows_registers_the_service_at_all_of_them() -> None:
    run = Tenants("microsoft")
    run.app("okta", subject="0oa77", vendor_id="openai")
    run.app("microsoft", subject="sp-1", vendor_id=ENTRA, listed_in="enterprise_applications")
    run.register({"name": "Writing help", "identifiers": ["0oa77"]})
    made = judged(run, ANY, MS, OKT)
    assert {name: made.found(name)[0] for name in (ANY.id, MS.id, OKT.id)} == dict.fromkeys(
        (ANY.id, MS.id, OKT.id), "pass"
    )
    assert [item.subject for item in made.items] == ["chatgpt"] * 3, "one item of each rule"


@pytest.mark.parametrize("field", ["name", "publisher", "domains", "verified"])
def test_what_could_not_be_read_is_never_no_match(field: str) -> None:
    fields: dict[str, Any] = {"name": "Payroll"}
    assert judged(one(**fields).register(), ANY).found(ANY.id) == ("no_population", None)
    fields[field] = msgspec.to_builtins(unread("apps.list: denied"))
    assert judged(one(**fields).register(), ANY).found(ANY.id) == ("unknown", "unread")
    assert judged(one(vendor_id="openai", **fields).register(), ANY).found(ANY.id) == ("fail", None)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"state": "restricted"}, "no_population"),
        ({"state": "INACTIVE"}, "no_population"),
        ({"consented": "none"}, "no_population"),
        ({"consented": "none", "sign_on": {"state": "absent"}}, "fail"),
        ({"state": "active", "consented": "some"}, "fail"),
        ({"state": {"state": "unread"}}, "fail"),
    ],
)
def test_what_nobody_can_use_is_not_in_use(fields: dict[str, Any], expected: str) -> None:
    run = one(**EXACT, **fields).register()
    assert judged(run, ANY).found(ANY.id)[0] == expected


def test_without_the_register_nothing_is_known() -> None:
    run = one(**EXACT)
    run.supply("register_entry", state="not_supplied")
    assert judged(run, ANY).found(ANY.id) == ("unknown", "not_supplied")
    run.supply("register_entry", state="invalid_rows")
    assert judged(run, ANY).found(ANY.id)[0] == "unknown"


# --- one service at three sources


def three(**more: Any) -> Tenants:
    run = Tenants("microsoft", "google_workspace", **more)
    run.collects("access_grant", per="source", name="google_workspace.access_grant")
    run.app("okta", subject="0oa1", vendor_id="openai", name="ChatGPT")
    run.app("microsoft", subject="sp-1", vendor_id=ENTRA, name="ChatGPT", listed_in="enterprise_applications")
    run.app("google_workspace", subject=GOOGLE, vendor_id=GOOGLE, name="ChatGPT")
    for user in ("kim", "mia"):
        token(run, user)
    return run.register()


def token(run: SmallRun, user: str, grantee: str = GOOGLE, **fields: Any) -> None:
    given = {
        "grantee_sort": "application", "on_behalf_of": "user", "purpose": "read", "permissions": ["drive.readonly"],
        "target": "google_workspace", "verdict": "allowed", **fields,
    }  # fmt: skip
    run.add(
        "access_grant", "tenant-google_workspace", source="google_workspace:main", collector="google_workspace.access_grant",
        subject=f"{user}/{grantee}", grantee=grantee, **given,
    )  # fmt: skip


def test_three_sightings_are_one_item_and_one_finding() -> None:
    made = judged(three(), ANY, MS, OKT, GWS)
    names = [rule.id for rule in (ANY, MS, OKT, GWS)]
    assert {name: made.found(name)[0] for name in names} == dict.fromkeys(names, "fail")
    assert {name: made.rule(name).counts.items for name in names} == dict.fromkeys(names, 1)
    uid = service_uid(ORGANISATION, "chatgpt")
    assert {item.subject_uid for item in made.items} == {uid}
    assert {item.rule: item.folded_under for item in made.items} == {
        "INV-ANY-02B": None, "INV-GWS-01": "INV-ANY-02B", "INV-MS-01": "INV-ANY-02B", "INV-OKT-01": "INV-ANY-02B",
    }  # fmt: skip
    (finding,) = made.findings
    assert (finding.rule, finding.control, finding.subject, finding.status) == (
        "INV-ANY-02B",
        "A.5.9",
        "chatgpt",
        "gap",
    )
    places = {word for word in finding.sightings if not word.startswith("INV-")}
    assert places == {
        "google_workspace:main tenant-google_workspace",
        "microsoft:main tenant-microsoft",
        "okta:main o-example",
    }
    assert {word.split(" ")[0] for word in finding.sightings if word.startswith("INV-")} == {MS.id, OKT.id, GWS.id}
    assert len(finding.records) == 3
    seen = made.item("chatgpt", "INV-GWS-01").observed
    assert "google_workspace:main (2 times)" in str(seen)


def test_a_finding_keeps_its_id_when_another_source_shows_the_service() -> None:
    first = judged(one(**EXACT).register(), ANY)
    later = judged(three(), ANY)
    assert [finding.finding_uid for finding in first.findings] == [finding.finding_uid for finding in later.findings]


def test_a_failure_stays_until_every_source_was_read_without_the_service() -> None:
    before = three(run_id="run-0", day="2026-08-30")

    def now() -> Tenants:
        return Tenants("microsoft", "google_workspace").register()

    gone = judged(now(), ANY, earlier=[before])
    assert gone.found(ANY.id)[0] == "no_population"
    assert [finding.change for finding in gone.findings] == ["resolved"]
    hidden = now()
    hidden.lose("microsoft.application", "tenant-microsoft", source="microsoft:main")
    still = judged(hidden, ANY, earlier=[before])
    assert still.found(ANY.id)[0] == "fail"
    assert [finding.change for finding in still.findings] == ["not_observed"]


def test_judged_again_it_gives_the_same_bytes() -> None:
    def whole() -> bytes:
        made = judged(three().own(OWN), ANY, MS, OKT, GWS)
        return msgspec.json.encode((made.assessment, made.findings, made.items))

    assert whole() == whole()


# --- what the organisation adds

OWN = {
    "service_id": "parcel_chat", "service": "Parcel Chat", "supplier": "Example AG",
    "identifiers": [{"sort": "okta_app", "value": "acme_parcelchat_1"}],
}  # fmt: skip
NO_AI = {
    "service_id": "crew-app", "service": "Grok", "ai": False, "because": "A rowing club", "approved_by": "CISO",
    "identifiers": [{"sort": "okta_app", "value": "openai"}],
}  # fmt: skip


def test_an_own_service_is_as_good_as_ours() -> None:
    run = one(vendor_id="acme_parcelchat_1", name="Chat").register()
    assert judged(run, ANY).found(ANY.id)[0] == "no_population"
    made = judged(run.own(OWN), ANY)
    assert made.found(ANY.id)[0] == "fail"
    assert [item.subject for item in made.items] == ["parcel_chat"]
    assert judged(run.own({**OWN, "service_id": "chatgpt"}), ANY).items[0].subject == "chatgpt"


def test_an_application_that_is_said_to_be_no_ai_is_left_out_and_listed() -> None:
    made = judged(one(**EXACT).register().own(NO_AI), ANY, OKT)
    assert made.found(ANY.id) == made.found(OKT.id) == ("no_population", None)
    assert made.rule(ANY.id).counts.not_required == 1
    assert made.assessment.page_one.no_ai_services == ("Grok: A rowing club (CISO)",)
    named = judged(one(name="Grok").register().own(NO_AI), ANY)
    assert named.found(ANY.id) == ("no_population", None)


def test_an_own_list_that_could_not_be_read_is_no_comfort() -> None:
    for state in ("unreadable", "invalid_rows"):
        for fields in (EXACT, {"name": "Payroll"}):
            made = judged(one(**fields).register().own(state=state), ANY)
            assert made.found(ANY.id)[0] == "unknown", (state, fields)
        entry = {"name": "x", "identifiers": ["chatgpt"]}
        assert judged(one(**EXACT).register(entry).own(state=state), ANY).found(ANY.id)[0] == "unknown"
    assert judged(one(**EXACT).register().own(state="not_supplied"), ANY).found(ANY.id)[0] == "fail"


# --- grants


def scopes_rule(**fields: Any) -> Rule:
    given = {
        "reads": "access_grant", "joins": ("application", "register_entry"), "predicate": "ai_scope_approved",
        "population": {"ai": "services"}, "criterion": {"inherent": True},
    }  # fmt: skip
    return make_rule("SCOPES", **{**given, **fields})


def granted(**fields: Any) -> Tenants:
    run = Tenants("google_workspace")
    run.collects("access_grant", per="source", name="google_workspace.access_grant")
    token(run, "kim", **fields)
    return run


@pytest.mark.parametrize(
    ("fields", "entry", "expected"),
    [
        ({}, None, ("fail", None)),
        ({}, {"approved_scopes": ["drive.*"]}, ("pass", None)),
        ({}, {"approved_scopes": ["mail.*"]}, ("fail", None)),
        ({}, {}, ("unknown", "criterion_unset")),
        ({}, {"approved_scopes": {"state": "unread"}}, ("unknown", "criterion_unread")),
        ({"verdict": "conditional"}, {"approved_scopes": ["mail.*"]}, ("unknown", "conditional")),
        ({"verdict": {"state": "unread"}}, {"approved_scopes": ["mail.*"]}, ("unknown", "unread")),
        ({"permissions": []}, {}, ("pass", None)),
        ({"grantee": "x.apps.googleusercontent.com", "grantee_name": "ChatGPT"}, None, ("unknown", "possible_match")),
        ({"grantee": "kim", "grantee_sort": "user"}, None, ("no_population", None)),
    ],
)
def test_scopes_within_what_the_register_approves(fields: Any, entry: Any, expected: tuple[str, str | None]) -> None:
    run = granted(**fields).register(*([] if entry is None else [{"name": "ChatGPT Enterprise", **entry}]))
    assert judged(run, scopes_rule()).found("SCOPES") == expected


def test_a_grant_is_matched_as_the_application_that_holds_it() -> None:
    run = granted(grantee="sp-9").register()
    assert judged(run, scopes_rule()).found("SCOPES")[0] == "no_population"
    run.app("google_workspace", subject="sp-9", vendor_id=GOOGLE)
    assert judged(run, scopes_rule()).found("SCOPES")[0] == "fail"


def test_each_application_can_be_an_item_of_its_own() -> None:
    run = Tenants()
    for name in ("a", "b"):
        run.app(subject=name, vendor_id="openai", consented="all" if name == "a" else "some")
    run.app(subject="c", vendor_id="payroll", consented="all")
    rule = make_rule(
        reads="application",
        population={"of": "okta", "ai": "applications"},
        condition={"consented": {"none_of": ["all"]}},
    )
    made = judged(run, rule)
    assert {item.subject: str(item.verdict) for item in made.items} == {"a": "fail", "b": "pass"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"reads": "setting", "condition": {"name": {"is": "x"}}}, "kind that can belong to an AI service"),
        ({"reads": "access_grant"}, "add application to joins"),
        ({"reads": "application", "quantifier": "count", "limit": {"at_most": 1}}, "services are items of their own"),
    ],
)
def test_a_population_of_services_that_cannot_be_is_refused(tmp_path: Path, fields: dict[str, Any], says: str) -> None:
    raw = msgspec.to_builtins(ANY)
    raw |= {
        "predicate": None,
        "joins": [],
        "meets": [],
        "condition": {"subject": {"is": "x"}},
        "examples": [],
        **fields,
    }
    for name in ("needs.yaml", "parameters.yaml", "pack.yaml", "settings.yaml"):
        shutil.copy(MAPPINGS / name, tmp_path / name)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "x.yaml").write_text(yaml.safe_dump(raw), "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_pack(tmp_path)
    assert says in "\n".join(caught.value.lines())


# --- in use and not connected


def spots(made: Judged) -> list[tuple[str, str, bool, str]]:
    found = made.assessment.blind_spots
    return [(spot.source, str(spot.reason), spot.curable, str(spot.cure)) for spot in found]


def test_notion_at_okta_without_a_source_is_a_blind_spot_shown_first() -> None:
    run = one(name="Notion", domains=["www.notion.so"]).register()
    run.collects("credential", per="source", name="okta.credential")
    run.lose("okta.credential", "o-example")
    made = judged(run, OKT, make_rule())
    (first, *rest) = spots(made)
    assert first[:3] == ("notion", "not_connected", False)
    assert first[3].startswith("No source of annexa reads it: attest")
    assert [reason for _, reason, _, _ in rest] == ["denied"]
    assert made.assessment.page_one.not_connected == ("notion: application Notion at okta:main",)


def test_what_no_source_can_read_alone_asks_for_no_other_exit_code() -> None:
    made = judged(one(name="Notion", domains=["www.notion.so"]).register(), OKT)
    assert [spot.source for spot in made.assessment.blind_spots] == ["notion"]
    assert exit_code(made.assessment, pack_of(OKT)) == 0


@pytest.mark.parametrize("entry", [{"name": "Notion AI"}, {"name": "Wiki", "identifiers": ["A049JV0H0KC"]}])
def test_what_no_source_can_read_is_told_by_the_register(entry: dict[str, Any]) -> None:
    run = one(name="Notion", domains=["www.notion.so"])
    made = judged(run.register(entry), OKT)
    assert made.assessment.blind_spots == ()
    (listed,) = made.assessment.page_one.not_connected
    assert listed.startswith("notion: ") and listed.endswith("registered; no source of annexa reads it")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"vendor_id": "openai"}, [("chatgpt", "not_connected")]),
        ({"name": "Notion"}, []),
        ({"name": "Notion", "domains": ["notion.so"], "state": "inactive"}, []),
        ({"vendor_id": "slack", "name": "Slack"}, [("slack", "not_connected")]),
    ],
)
def test_a_name_alone_shows_nothing_in_use(fields: dict[str, Any], expected: list[Any]) -> None:
    made = judged(one(**fields).register(), OKT)
    assert [(name, reason) for name, reason, _, _ in spots(made)] == expected


def test_a_service_that_annexa_could_read_is_connected_or_said_to_be_curable() -> None:
    run = one(vendor_id="slack", name="Slack").register()
    rule = make_rule("SLACK", population={"of": "slack"})
    made = judged(run, OKT, rule)
    assert made.found("SLACK") == ("unknown", "not_connected")
    (spot,) = made.assessment.blind_spots
    assert (spot.source, spot.rules, spot.curable, spot.reason) == ("slack", ("SLACK",), True, Reason.NOT_CONNECTED)
    run.source("slack:main", "T1")
    assert not [spot for spot in judged(run, OKT, rule).assessment.blind_spots if spot.reason is Reason.NOT_CONNECTED]


def test_the_organisations_own_register_shows_what_is_in_use() -> None:
    run = Tenants().register({"name": "GitHub Copilot"}, {"name": "Helper", "supplier": "Cohere Inc."})
    made = judged(run, OKT)
    assert {name for name, *_ in spots(made)} == {"github"}
    assert [listed.split(":")[0] for listed in made.assessment.page_one.not_connected] == ["cohere", "github"]
    both = Tenants().register({"name": "Assistant of staff", "supplier": "OpenAI"})
    assert {name for name, *_ in spots(judged(both, OKT))} == {"chatgpt", "openai"}
    both.source("openai:main", "org-1")
    assert spots(judged(both, OKT)) == []


def test_a_vendor_that_only_a_name_suggests_is_neither_used_nor_unused() -> None:
    rule = make_rule("SLACK", population={"of": "slack"})
    run = one(name="Slack").register()
    made = judged(run, OKT, rule)
    assert (made.found("SLACK"), made.assessment.page_one.not_used) == (("unknown", "not_connected"), ())
    made = judged(one(name="Payroll").register(), OKT, rule)
    assert made.found("SLACK") == ("no_population", None)
    assert made.assessment.page_one.not_used == ("slack, as far as these 2 sources show",)


# --- what people read


def test_the_command_and_the_page_list_every_service() -> None:
    result = CliRunner().invoke(cli, ["controls", "--services", "--format", "json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert {one["id"] for one in told} == {service.id for service in shipped()}
    page = _docs_services.page(shipped())
    for service in shipped():
        assert f"| `{service.id}` | {service.service}" in page
        assert all(f"| `{shown.value}` | {shown.source}" in page for shown in service.identifiers)
    both = CliRunner().invoke(cli, ["controls", "--services", "--parameters"])
    assert isinstance(both.exception, UsageError)
