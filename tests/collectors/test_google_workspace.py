"""The Workspace collectors: the reduction of policies as Google documents it, and what answers make of records."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from harbourline import Company

from annexa import collectors
from annexa.collectors import google_workspace
from annexa.collectors._grant import GrantOrder
from annexa.collectors.google_workspace import _clauses, gemini, licences, policies, tokens
from annexa.collectors.google_workspace._clauses import Target, UnknownClauseError
from annexa.collectors.google_workspace._reduction import (
    Reducer,
    UnreadablePolicyError,
    in_order,
    policy_of,
    reduce,
)
from annexa.evidence.fact import Missing
from annexa.evidence.record import Record, Unread
from annexa.mappings.evidence_view import VaultEvidence
from annexa.schemas.words import Basis, Reason, State

ROOT, SALES, FIELD, LAB = "root", "sales", "field", "lab"
ABOVE = {ROOT: {ROOT}, SALES: {SALES, ROOT}, FIELD: {FIELD, SALES, ROOT}, LAB: {LAB, ROOT}}
"""The make-believe units with those above them: field sales is a part of sales."""
PLUS = "/product/Google-Apps/sku/1010020020"


def unit(name: str) -> str:
    return f"entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{name}'))"


def group(name: str) -> str:
    return f"entity.groups.exists(group, group.group_id == groupId('{name}'))"


def licence(name: str) -> str:
    return f"entity.licenses.exists(license, license in ['{name}'])"


def policy(order: float | str, query: str, sort: str = "ADMIN", **value: Any) -> dict[str, Any]:
    return {
        "name": f"policies/{order}", "type": sort, "policyQuery": {"query": query, "sortOrder": order},
        "setting": {"type": "settings/app.thing", "value": value},
    }  # fmt: skip


def at(where: str, *groups: str, licences: Iterable[str] = ()) -> Target:
    return Target(units=frozenset(ABOVE[where]), groups=frozenset(groups), licenses=frozenset(licences))


ON, OFF = {"state": "ON"}, {"state": "OFF"}
FIELD_OFF, GROUP_ON = policy(203, unit(FIELD), **OFF), policy(399.00018, f"{unit(ROOT)} && {group('g')}", **ON)
WITH = policy(201, f"{unit(ROOT)} && {licence(PLUS)}", **ON)
WITHOUT = policy(200, f"{unit(ROOT)} && !{licence(PLUS)}", **OFF)
SYSTEM_ON = policy(201.00001, unit(ROOT), "SYSTEM", state="ON")
CASES: list[tuple[str, list[dict[str, Any]], Target, Reducer, dict[str, Any] | None]] = [
    ("no policy at all", [], at(ROOT), "max", None),
    ("a policy of Google's own", [SYSTEM_ON], at(FIELD), "max", ON),
    ("an administrator's goes before Google's own", [SYSTEM_ON, policy(201.00031, unit(ROOT), **OFF)], at(LAB), "max", OFF),
    ("in whatever order they are told", [policy(201.00031, unit(ROOT), **OFF), SYSTEM_ON], at(LAB), "max", OFF),
    ("the order decides, not who made it", [policy(201.1, unit(ROOT), "SYSTEM", **ON), policy(200, unit(ROOT), **OFF)],
     at(ROOT), "max", ON),
    ("a unit inherits", [policy(202, unit(SALES), **OFF)], at(FIELD), "max", OFF),
    ("the unit above does not", [policy(202, unit(FIELD), **OFF)], at(SALES), "max", None),
    ("nor the unit beside it", [policy(202, unit(SALES), **OFF)], at(LAB), "max", None),
    ("the unit's own goes before the one above", [policy(201, unit(ROOT), **ON), policy(203, unit(FIELD), **OFF)],
     at(FIELD), "max", OFF),
    ("a group goes before the unit", [FIELD_OFF, GROUP_ON],
     at(FIELD, "g"), "max", ON),
    ("others do not follow the group", [FIELD_OFF, GROUP_ON],
     at(FIELD), "max", OFF),
    ("of two groups the greater order", [policy(399.1, group("g"), **ON), policy(399.2, group("h"), **OFF)],
     at(ROOT, "g", "h"), "max", OFF),
    ("with a licence", [WITH, WITHOUT],
     at(ROOT, licences=[PLUS]), "max", ON),
    ("without that licence", [WITH, WITHOUT],
     at(ROOT), "max", OFF),
    ("either of two units", [policy(201, f"({unit(LAB)} || {unit(SALES)})", **ON)], at(LAB), "max", ON),
    ("max takes the whole policy", [policy(201, unit(ROOT), a=1, b=1), policy(202, unit(ROOT), a=2)],
     at(ROOT), "max", {"a": 2}),
    ("merge goes field by field", [policy(201, unit(ROOT), a=1, b=1), policy(202, unit(ROOT), a=2)], at(ROOT), "merge",
     {"a": 2, "b": 1}),
    ("merge puts lists together", [policy(201, unit(ROOT), names=["a"]), policy(202, unit(ROOT), names=["b"])],
     at(ROOT), "merge", {"names": ["b", "a"]}),
    ("a map keeps one entry per key, whole", [
        policy(201, unit(ROOT), apps=[{"id": "x", "on": True, "note": "old"}, {"id": "y", "on": True}]),
        policy(202, unit(ROOT), apps=[{"id": "x", "on": False}])],
     at(ROOT), "max_map", {"apps": [{"id": "x", "on": False}, {"id": "y", "on": True}]}),
    ("a map that merges goes into the entries", [
        policy(201, unit(ROOT), apps=[{"id": "x", "on": True, "note": "old"}]),
        policy(202, unit(ROOT), apps=[{"id": "x", "on": False}])],
     at(ROOT), "merge_map", {"apps": [{"id": "x", "on": False, "note": "old"}]}),
    ("orders are compared as numbers, not as text", [
        policy("201.00100", unit(ROOT), **ON), policy("201.0009", unit(ROOT), **OFF)],
     at(ROOT), "max", ON),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "target", "reducer", "value"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_the_documented_reduction(
    rows: list[dict[str, Any]], target: Target, reducer: Reducer, value: dict[str, Any] | None
) -> None:
    found = reduce([policy_of(row) for row in rows], target, reducer, "id")
    assert (dict(found.value) if found else None) == value


def test_a_list_is_put_in_order_and_not_reduced() -> None:
    rows = [policy_of(policy(order, unit(name), n=order)) for order, name in ((201, ROOT), (203, SALES), (202, LAB))]
    assert [one.order for one in in_order(rows, at(FIELD))] == [Decimal(203), Decimal(201)]
    with pytest.raises(ValueError, match="not reduced"):
        reduce(rows, at(FIELD), "list")


def test_what_decides_is_named() -> None:
    rows = [policy(201, unit(ROOT), "SYSTEM", a=1), policy(202, unit(ROOT), a=2, b=2), policy(203, unit(SALES), a=3)]
    found = reduce([policy_of(row) for row in rows], at(SALES), "merge")
    assert found is not None
    assert [one.name for one in found.decided_by] == ["policies/203", "policies/202"]
    assert not found.system


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (unit(ROOT).replace("org_units", "devices"), "whom"),
        (f"{unit(ROOT)} && entity.age > 18", "whom"),
        (f"{unit(ROOT)} &&", "whom"),
        (f"({unit(ROOT)}", "whom"),
        ("", "whom"),
    ],
)
def test_a_query_that_is_not_documented_is_not_guessed(query: str, says: str) -> None:
    with pytest.raises(UnreadablePolicyError, match=says):
        policy_of(policy(1, query))
    with pytest.raises(UnknownClauseError):
        _clauses.parse(query)


@pytest.mark.parametrize("change", [{"type": "FUTURE"}, {"policyQuery": {"query": unit(ROOT), "sortOrder": "last"}}])
def test_a_policy_that_is_not_documented_is_not_guessed(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadablePolicyError) as caught:
        policy_of(policy(1, unit(ROOT)) | change)
    assert caught.value.setting == "app.thing"


def test_the_helper_fields_speak_where_there_is_no_query() -> None:
    row = policy(1, "", state="ON")
    row["policyQuery"] = {"orgUnit": "orgUnits/sales", "group": "groups/g", "sortOrder": 5}
    assert [policy_of(row).applies(target) for target in (at(FIELD, "g"), at(FIELD), at(LAB, "g"))] == [
        True,
        False,
        False,
    ]


def test_scopes_tell_reading_from_writing() -> None:
    drive = "https://www.googleapis.com/auth/drive"
    assert not tokens.writes(("openid", f"{drive}.readonly", "https://www.googleapis.com/auth/userinfo.email"))
    assert tokens.writes((drive,))
    assert tokens.writes(("https://mail.google.com/",))


@pytest.mark.parametrize(("raw", "value"), [("true", True), ("false", False), ("TRUE", True)])
def test_a_logged_value(raw: str, value: bool) -> None:
    assert gemini._value({"NEW_VALUE": raw}) is value


def test_a_logged_value_that_is_none_is_not_known() -> None:
    for said, state in (({}, State.NOT_EXPOSED), ({"NEW_VALUE": "INHERIT_FROM_PARENT"}, State.UNKNOWN_VALUE)):
        found = gemini._value(said)
        assert isinstance(found, Missing) and found.state is state


# --- over the make-believe customer, through the SDK


class Collected:
    """What one day left of this vendor."""

    def __init__(self, folder: Path, faults: Iterable[Any] = (), scenario: str = "clean") -> None:
        company = Company(folder, vendors=("google_workspace",))
        manifest = company.collect(scenario, "first", faults)  # type: ignore[arg-type]
        self.vault, self.evidence = company.vault, VaultEvidence(company.vault.run(manifest.run_id))
        self.calls = company.standin.calls

    def records(self, kind: str) -> list[Record]:
        return list(self.evidence.records(kind))

    def unreads(self) -> list[Unread]:
        return [one for one in self.evidence.unreads() if one.source == "google_workspace:main"]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Collected:
    return Collected(tmp_path_factory.mktemp("clean"))


def counts(found: Collected) -> dict[str, Any]:
    """How many people there are, and of how many the apps are known."""
    return {row.data.name: row.data.value for row in found.records("setting") if row.data.name in
            (tokens.ASKED, tokens.READ, tokens.SUSPENDED)}  # fmt: skip


def fault(op: str, kind: str, **how: Any) -> Any:
    from annexa.sandbox._rest import RestFault

    return RestFault(op, kind=kind, **how)


def test_everything_is_read_and_nothing_else_is_asked(clean: Collected) -> None:
    assert clean.unreads() == []
    declared = {call.op for one in collectors.of(google_workspace) for call in one.calls}
    assert {seen.op for seen in clean.calls} == declared | {"admin/directory_v1:customers.get"}
    assert {seen.status for seen in clean.calls} == {200}


def test_units_are_the_scopes(clean: Collected) -> None:
    found = {row.data.path: row.data.name for row in clean.records("scope")}
    assert set(found.values()) == {"/", "/Freight", "/Freight/Customs", "/Data science"}
    assert not any(path.startswith("id:") for path in found), "policies name units without the prefix"


def test_half_of_the_people_are_here(clean: Collected) -> None:
    users = [row.data for row in clean.records("identity")]
    assert len(users) == 120
    assert {(one.state, one.mfa, one.sort) for one in users} == {("active", True, "person")}


def test_values_take_effect_by_unit_group_and_licence(clean: Collected) -> None:
    rows = {row.data.subject: row for row in clean.records("setting")}
    customs, gemini_app = "03ph8a2z1custo1", "google_workspace.gemini_app.service_status"
    assert rows[f"{customs}/{gemini_app}"].data.value == "DISABLED"
    assert rows[f"{customs}/{gemini_app}"].data.set_by == "policies/admgemini2"
    assert rows[f"{customs}/{gemini_app}"].scope == customs
    assert rows[f"03ph8a2z1frght1/{gemini_app}"].data.value == "ENABLED", "the unit above keeps what it inherits"
    notebook = "google_workspace.notebooklm.service_status"
    assert rows[f"{customs}/{notebook}"].data.value == "DISABLED"
    assert rows[f"{customs}/03oy7u29pilots1/{notebook}"].data.value == "ENABLED"
    region = rows[f"{customs}/product/Google-Apps/sku/1010020020/google_workspace.data_regions.data_at_rest_region"]
    assert region.data.value == "EUROPE"
    usual = rows[f"{customs}/google_workspace.data_regions.data_at_rest_region"].data.value
    assert isinstance(usual, Missing) and usual.state is State.NOT_EXPOSED, "without the licence nobody tells"


def test_a_documented_default_is_said_to_be_one(clean: Collected) -> None:
    rows = [row.data for row in clean.records("setting") if row.data.name.endswith("drive_and_docs.drive_sdk")]
    assert {(one.value, one.basis) for one in rows} == {(True, Basis.VENDOR_DEFAULT)}


def test_a_policy_that_cannot_be_understood_makes_its_setting_ambiguous(tmp_path: Path) -> None:
    new = Collected(tmp_path, [fault(policies.POLICIES.op, "unknown_enum", place="type")])
    values = [
        row.data.value for row in new.records("setting") if row.data.name in {one.name for one in policies.READ[:4]}
    ]
    assert values and all(isinstance(value, Missing) and value.state is State.AMBIGUOUS for value in values)
    assert {unread.reason for unread in new.unreads()} == {Reason.INVALID_ANSWER}, "rules against leakage are not known"


def test_licences_say_when_they_were_last_used(clean: Collected) -> None:
    seats = [row.data for row in clean.records("access_grant") if row.data.target == licences.SEATS]
    assert len(seats) == 8
    assert {one.last_used for one in seats} == {"2026-08-30T03:00:00Z"}


def test_users_whose_tokens_cannot_be_read_are_named(tmp_path: Path) -> None:
    lost = "113570000000012"
    found = Collected(tmp_path, [fault(tokens.TOKENS.op, "denied", scope=lost)])
    assert [(one.subject, one.reason) for one in found.unreads()] == [(lost, Reason.DENIED)]
    assert counts(found) == {tokens.ASKED: 120, tokens.READ: 119, tokens.SUSPENDED: 0}


@pytest.mark.parametrize("kind", ["throttled", "html", "denied", "truncated", "repeated_token"])
def test_a_list_that_breaks_off_is_never_an_empty_one(tmp_path: Path, kind: str) -> None:
    found = Collected(tmp_path, [fault(policies.POLICIES.op, kind)])
    assert {one.call for one in found.unreads()} == {policies.POLICIES.op}
    assert not found.records("safeguard")
    assert not {row.data.name for row in found.records("setting")} & {one.name for one in policies.READ}


def test_a_customer_without_users_is_not_believed(tmp_path: Path) -> None:
    found = Collected(tmp_path, [fault("admin/directory_v1:users.list", "empty_list")])
    assert {one.reason for one in found.unreads()} == {Reason.VISIBILITY_UNPROVED}


def test_a_list_of_units_that_lacks_one_is_not_believed(tmp_path: Path) -> None:
    found = Collected(tmp_path, [fault("admin/directory_v1:orgunits.list", "shortened")])
    assert {one.reason for one in found.unreads()} == {Reason.VISIBILITY_UNPROVED}


def test_nothing_private_is_asked_for_or_kept(clean: Collected) -> None:
    kept = b"".join(file.read_bytes() for file in sorted(clean.vault.path.rglob("*")) if file.is_file())
    for word in (b"OfNobody", b"203.0.113.9", b"+1555", b"Calendar", b"ya29."):
        assert (word in kept) is (word == b"Calendar"), word


def test_what_to_hand_out(clean: Collected) -> None:
    (text,) = google_workspace.grant(GrantOrder(collectors=collectors.of(google_workspace))).documents.values()
    reading, _, other = text.partition("No read-only scope exists")
    assert "admin.directory.user.security" not in reading and "License Read" in other
    assert "cloud-identity.policies.readonly" in reading
