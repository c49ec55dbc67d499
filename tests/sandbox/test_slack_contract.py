"""The stand-in of Slack answers as the vendor does: its own SDK reads it over loopback, and its own examples have the fields.

Slack publishes no description of these methods any more. The last one, of 2021, lies beside the project where it is
developed; it holds examples and no schemas, so that fields are compared by their names and sorts.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from annexa.sandbox._http import loopback
from annexa.sandbox.vendors import slack as played

SPEC = Path(__file__).parents[3] / "shared" / "specs" / "slack-admin-get.2021-archived.json"
described = pytest.mark.skipif(not SPEC.is_file(), reason="the vendor's description does not lie beside the project")
PLANTED = played.play("planted", "second")
DATA = PLANTED.world.data
ENTERPRISE, CUSTOMS = DATA["whoami"]["enterprise_id"], "T0HBLCUSTOMS"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a stand-in without the faults that the planted company has."""
    with loopback(played.play("clean", "second").standin().handle) as found:
        yield found


@pytest.fixture(scope="module")
def web(url: str) -> Any:
    sdk = pytest.importorskip("slack_sdk")
    return sdk.WebClient(token=played.TOKEN, base_url=f"{url}/api/", retry_handlers=[])


@pytest.fixture(scope="module")
def audit(url: str) -> Any:
    sdk = pytest.importorskip("slack_sdk.audit_logs")
    return sdk.AuditLogsClient(token=played.TOKEN, base_url=f"{url}/audit/v1/", retry_handlers=[])


def test_the_vendors_own_client_knows_whose_token_it_is(web: Any) -> None:
    found = web.api_call("auth.test")
    assert (found["enterprise_id"], found["is_enterprise_install"]) == (ENTERPRISE, True)


LISTS: dict[str, Callable[[Any], Any]] = {
    "teams": lambda web: web.api_call("admin.teams.list", params={"limit": 2}),
    "users": lambda web: web.api_call("admin.users.list", params={"limit": 90}),
    "approved_apps": lambda web: web.admin_apps_approved_list(enterprise_id=ENTERPRISE, limit=1),
    "restricted_apps": lambda web: web.admin_apps_restricted_list(team_id=CUSTOMS),
}
HAS = {"teams": 3, "users": 242, "approved_apps": 2, "restricted_apps": 1}


@pytest.mark.parametrize("name", LISTS)
def test_the_vendors_own_client_reads_every_page(web: Any, name: str) -> None:
    found = [row for page in LISTS[name](web) for row in page[name]]
    assert len(found) == HAS[name]
    assert len({json.dumps(row, sort_keys=True) for row in found}) == HAS[name]


def test_the_vendors_own_client_reads_the_audit_log(audit: Any) -> None:
    found = audit.logs(limit=2, oldest=int(PLANTED.now.timestamp()) - 7 * 86400)
    assert [entry.action for entry in found.typed_body.entries] == ["user_login"] * 2
    first, second = found.typed_body.entries
    assert first.date_create > second.date_create and first.actor.user.team == "T0HBLSTAFF"


def test_certified_apps_come_only_to_those_who_ask_for_them(web: Any) -> None:
    usual = web.admin_apps_approved_list(enterprise_id=ENTERPRISE)["approved_apps"]
    certified = web.admin_apps_approved_list(enterprise_id=ENTERPRISE, certified="true")["approved_apps"]
    assert {row["app"]["name"] for row in usual} == {"Simple Poll", "Dispatch alerts"}
    assert {row["app"]["name"] for row in certified} == {"ChatGPT"}


@pytest.mark.parametrize("place", [{}, {"team_id": CUSTOMS, "enterprise_id": ENTERPRISE}, {"team_id": "T0NOBODY"}])
def test_a_list_of_apps_needs_exactly_one_place(web: Any, place: dict[str, str]) -> None:
    errors = pytest.importorskip("slack_sdk.errors")
    with pytest.raises(errors.SlackApiError) as caught:
        web.admin_apps_approved_list(**place)
    assert caught.value.response["error"] in ("invalid_arguments", "team_not_found")


def refused(kind: str, **how: Any) -> Any:
    """What the vendor's client says of a stand-in that refuses."""
    sdk, errors = pytest.importorskip("slack_sdk"), pytest.importorskip("slack_sdk.errors")
    standin = PLANTED.standin([PLANTED.fault("POST /admin.teams.list", kind, **how)])
    with loopback(standin.handle) as found, pytest.raises(errors.SlackApiError) as caught:
        sdk.WebClient(token=played.TOKEN, base_url=f"{found}/api/", retry_handlers=[]).api_call("admin.teams.list")
    return caught.value.response


def test_refusals_are_the_clients_own_errors() -> None:
    assert refused("denied")["error"] == "missing_scope" and refused("denied").status_code == 200
    assert refused("denied")["needed"] and refused("denied")["provided"]
    assert refused("ok_false", code="feature_not_enabled")["error"] == "feature_not_enabled"
    throttled = refused("throttled")
    assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "2")


def test_the_planted_audit_log_says_no_with_a_good_status() -> None:
    status, _, body = PLANTED.standin().handle(
        "GET", "https://api.slack.com/audit/v1/logs?limit=1", {"authorization": f"Bearer {played.TOKEN}"}, b""
    )
    assert (status, json.loads(body)) == (200, {"ok": False, "error": "user_not_authorized"})


# --- the vendor's examples of 2021


@cache
def examples() -> dict[str, Any]:
    paths = json.loads(SPEC.read_text("utf-8"))["paths"]
    return {
        name: paths[f"/{name}"]["get"]["responses"]["200"]["examples"]["application/json"]
        for name in (
            "auth.test",
            "admin.teams.list",
            "admin.users.list",
            "admin.apps.approved.list",
            "admin.apps.restricted.list",
        )
    }


def sorts(value: Any) -> Any:
    """The fields of an answer, each with the sort of its value; of a list those of its first item."""
    if isinstance(value, dict):
        return {name: sorts(one) for name, one in value.items()}
    if isinstance(value, list):
        return [sorts(one) for one in value[:1]]
    return type(value)


def holds(shown: Any, wanted: Any) -> bool:
    """Whether everything that the example has is there, with the same sort of value."""
    if isinstance(wanted, dict):
        return isinstance(shown, dict) and all(
            name in shown and holds(shown[name], one) for name, one in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(shown, list) and (not wanted or not shown or holds(shown[0], wanted[0]))
    return bool(shown == wanted)


@described
@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("auth.test", {}), ("admin.teams.list", {}), ("admin.users.list", {}),
        ("admin.apps.approved.list", {"enterprise_id": ENTERPRISE}),
        ("admin.apps.restricted.list", {"team_id": CUSTOMS}),
    ],
)  # fmt: skip
def test_every_field_of_the_vendors_example_is_played(web: Any, name: str, params: dict[str, str]) -> None:
    wanted = sorts(examples()[name])
    for holder in (wanted.get("approved_apps"), wanted.get("restricted_apps")):
        for row in holder or ():
            row["app"].pop("icons", None)
    found = sorts(web.api_call(name, params=params).data)
    assert holds(found, wanted), (found, wanted)
