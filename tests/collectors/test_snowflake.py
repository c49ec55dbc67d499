"""Snowflake's collectors against results that a test writes down, statements that take long, and signing in."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as elliptic
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from annexa import collectors
from annexa.collectors import snowflake
from annexa.collectors._grant import GrantOrder
from annexa.collectors._rest import Address, Read
from annexa.collectors._rest.guard import IN_FLIGHT, InFlight
from annexa.collectors._rest.question import Question
from annexa.collectors._rest.reply import Reply
from annexa.collectors._source import CannotStartError, Circumstances, Source
from annexa.collectors.snowflake._api import API, RESULT, STATEMENTS
from annexa.collectors.snowflake._login import TYPE, fingerprint
from annexa.collectors.snowflake._wire import StatementWire
from annexa.collectors.snowflake.account import CORTEX, NETWORK, POLICIES, cortex, network
from annexa.collectors.snowflake.people import (
    ADMINS,
    CORTEX_USER,
    FUNCTIONS_USER,
    ON_ACCOUNT,
    USERS,
    administrators,
    ai_grants,
    users,
)
from annexa.evidence.answer import UndeclaredCallError, UnreadError
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.evidence.gather import Gathered
from annexa.mappings.settings import load_settings
from annexa.schemas.words import Environment, Reason, State
from annexa.tests.collectors.rest_wire import Status, collect, facts, lost

HANDLE = "01b2-handle"
Row = Mapping[str, Any]


def result(*rows: Row, parts: int = 1, **changed: Any) -> dict[str, Any]:
    """A result whose columns are those of its first row; the rows of its first partition."""
    names = list(rows[0]) if rows else ["name"]
    meta = {"numRows": len(rows), "rowType": [{"name": name.upper()} for name in names],
            "partitionInfo": [{}] * parts, **changed.pop("meta", {})}  # fmt: skip
    first = rows[: -(-len(rows) // parts)]
    return {"code": "090001", "statementHandle": HANDLE, "resultSetMetaData": meta,
            "data": [list(row.values()) for row in first], **changed}  # fmt: skip


class Statements:
    """Answers by the text of the statement; `later` are the answers to questions for a result, in order."""

    def __init__(self, answers: Mapping[str, Any], *later: Any) -> None:
        self.answers, self.later, self.asked = answers, list(later), list[Question]()

    def address(self, read: Read) -> Address:
        return Address(scheme="https", host="acme.snowflakecomputing.com", port=443)

    def ask(self, read: Read, question: Question) -> Reply:
        self.asked.append(question)
        found = self.answers[question.body["statement"]] if question.body else self.later.pop(0)
        status = found if isinstance(found, Status) else Status(200, found)
        return Reply(
            status=status.status, body=msgspec.json.encode(status.body), host="https://acme.snowflakecomputing.com"
        )


def text(call: Read) -> str:
    return str(call.params["statement"])


def asked(collector: Any, answers: Mapping[str, Any], *later: Any) -> tuple[Gathered, Statements]:
    table = Statements(answers, *later)
    return collect(collector, {}, wire=StatementWire(table, api=API, identity="user/ANNEXA")), table


def told(collector: Any, answers: Mapping[str, Any], *later: Any) -> list[Any]:
    return facts(asked(collector, answers, *later)[0])


# --- the way of a statement

USER = {"name": "KIM", "created_on": "1700000000.000000000", "login_name": "kim", "disabled": "false", "has_mfa": "true",
        "type": "PERSON", "last_success_login": "1700000100.184000000 1440", "email": "kim@acme.example"}  # fmt: skip
RUNS_ON = Status(202, {"code": "333334", "statementHandle": HANDLE})


def test_every_partition_is_fetched_by_its_number() -> None:
    five = [{**USER, "name": f"U{number}"} for number in range(5)]
    later = [{"data": [list(row.values()) for row in part]} for part in (five[2:4], five[4:])]
    gathered, table = asked(users, {text(USERS): result(*five, parts=3)}, *later)
    assert [one.subject for one in facts(gathered)] == ["U0", "U1", "U2", "U3", "U4"]
    assert [(one.method, one.path, one.query) for one in table.asked] == [
        ("POST", "/api/v2/statements", ()), ("GET", f"/api/v2/statements/{HANDLE}", (("partition", "1"),)),
        ("GET", f"/api/v2/statements/{HANDLE}", (("partition", "2"),)),
    ]  # fmt: skip
    assert [origin.item for record in gathered.records for origin in record.provenance.origins] == [0, 1, 0, 1, 0]


def test_a_statement_that_runs_on_is_asked_about_until_it_is_done() -> None:
    gathered, table = asked(users, {text(USERS): RUNS_ON}, RUNS_ON, RUNS_ON, result(USER))
    assert [one.subject for one in facts(gathered)] == ["KIM"] and lost(gathered) == []
    assert [one.method for one in table.asked] == ["POST", "GET", "GET", "GET"]


NO_ROWS: list[tuple[Any, list[Any], str, Reason]] = [
    (RUNS_ON, [RUNS_ON] * 19, "still_running", Reason.UNREACHABLE),
    (Status(202, {"code": "333334"}), [], "no_handle", Reason.INVALID_ANSWER),
    (RUNS_ON, [Status(422, {"code": "003001", "message": "no"})], "003001", Reason.DENIED),
    (Status(422, {"code": "002003", "message": "no"}), [], "002003", Reason.DENIED),
    (Status(403), [], "HTTP 403", Reason.DENIED),
    (result(USER, code="391908"), [], "not_done", Reason.INVALID_ANSWER),
    (result(USER, meta={"numRows": 2}), [], "rows_missing", Reason.INVALID_ANSWER),
    (result(USER, meta={"numRows": "1"}), [], "total_missing", Reason.INVALID_ANSWER),
    (result(USER, meta={"partitionInfo": []}), [], "total_missing", Reason.INVALID_ANSWER),
    (result(USER, meta={"numRows": 10_000}), [], "cut_short", Reason.INVALID_ANSWER),
    (result(USER, meta={"rowType": [{"name": "a"}]}), [], "missing_list", Reason.INVALID_ANSWER),
    (result(USER, meta={"rowType": [{"name": "a"}] * 8}), [], "missing_list", Reason.INVALID_ANSWER),
    (result(USER, data=None), [], "missing_list", Reason.INVALID_ANSWER),
    (result(USER, USER, parts=2), [{"data": None}], "missing_list", Reason.INVALID_ANSWER),
    (result(USER, USER, parts=2), [{"data": []}], "rows_missing", Reason.INVALID_ANSWER),
    (result(USER, USER, parts=2), [Status(404)], "HTTP 404", Reason.INVALID_ANSWER),
    ({"data": []}, [], "not_done", Reason.INVALID_ANSWER),
]


@pytest.mark.parametrize(("first", "later", "code", "reason"), NO_ROWS, ids=[one[2] for one in NO_ROWS])
def test_what_is_not_the_whole_result_is_unread(first: Any, later: list[Any], code: str, reason: Reason) -> None:
    gathered, _ = asked(users, {text(USERS): first}, *later)
    (entry,) = gathered.unreads
    assert (entry.reason, entry.detail.split(":")[0]) == (reason, code)
    assert entry.call in (STATEMENTS, RESULT.op)


def test_columns_that_hold_something_private_are_left_out_by_their_names() -> None:
    table = Statements({text(USERS): result(USER)})
    (page,) = StatementWire(table, api=API, identity="x").pages(USERS, USERS.params)
    assert page.content["data"] == [USER] and "email" in USERS.drop and "login_name" not in USERS.drop


def test_every_statement_only_shows_and_none_can_be_changed() -> None:
    calls = [call for item in collectors.of(snowflake) for call in item.calls if call.op == STATEMENTS]
    assert len(calls) == 8 == len({text(call) for call in calls})  # type: ignore[arg-type]
    assert all(str(call.params["statement"]).startswith("SHOW ") and ";" not in str(call.params) for call in calls)
    wire = StatementWire(Statements({}), api=API, identity="x")
    with pytest.raises(UnreadError, match="unsafe_parameter"):
        list(wire.pages(USERS, {"statement": "DROP USER KIM"}))


# --- people


def test_users_with_what_their_row_says() -> None:
    rows = [USER, {**USER, "name": "BOT", "type": "SERVICE", "has_mfa": "false", "last_success_login": None},
            {**USER, "name": "OLD", "type": None, "disabled": "true"}, {**USER, "name": "ODD", "type": "ROBOT"}]  # fmt: skip
    kim, bot, old, odd = told(users, {text(USERS): result(*rows)})
    assert (kim.name, kim.sort, kim.state, kim.mfa) == ("kim", "person", "active", True)
    assert (kim.created, kim.last_seen) == ("2023-11-14T22:13:20Z", "2023-11-14T22:15:00Z")
    assert (bot.sort, bot.mfa, bot.last_seen) == ("service", False, ABSENT)
    assert (old.sort, old.state) == ("person", "disabled") and odd.sort.state is State.UNKNOWN_VALUE


def test_what_is_hidden_of_a_user_is_not_said_to_be_off() -> None:
    hidden = {**dict.fromkeys(USER), "name": "KIM", "created_on": USER["created_on"]}
    gathered, _ = asked(users, {text(USERS): result(hidden)})
    (found,) = facts(gathered)
    assert (found.state, found.mfa, found.sort) == (NOT_EXPOSED, NOT_EXPOSED, NOT_EXPOSED)
    assert lost(gathered) == [(STATEMENTS, None, Reason.VISIBILITY_UNPROVED)]


def granted(name: str, sort: str = "ROLE", **more: str) -> dict[str, str]:
    return {
        "created_on": "1700000000.0",
        "granted_to": sort,
        "grantee_name": name,
        "granted_by": "ACCOUNTADMIN",
        **more,
    }


NOBODY = result()


def test_public_is_everybody_and_one_half_of_a_right_is_no_right() -> None:
    privileges = [granted("PUBLIC", privilege="USE AI FUNCTIONS"), granted("R", privilege="USE AI FUNCTION AI_COMPLETE"),
                  granted("S", privilege="MANAGE GRANTS")]  # fmt: skip
    system, role, every, one = told(ai_grants, {
        text(CORTEX_USER): result(granted("PUBLIC")), text(FUNCTIONS_USER): NOBODY, text(ON_ACCOUNT): result(*privileges),
    })  # fmt: skip
    assert (system.subject, system.category) == ("snowflake.cortex", "service")
    assert (role.grantee, role.on_behalf_of, role.permissions) == ("PUBLIC", "all", ("SNOWFLAKE.CORTEX_USER",))
    assert (every.permissions, one.permissions) == (("USE AI FUNCTIONS",), ("USE AI FUNCTION AI_COMPLETE",))
    assert {grant.verdict for grant in (role, every, one)} == {"conditional"}
    assert all("ACCOUNTADMIN reaches all" in " ".join(grant.not_evaluated) for grant in (role, every, one))
    assert one.on_behalf_of is NOT_EXPOSED


def test_where_nobody_may_use_ai_there_is_none() -> None:
    assert told(ai_grants, {text(CORTEX_USER): NOBODY, text(FUNCTIONS_USER): NOBODY, text(ON_ACCOUNT): NOBODY}) == []


def test_administrators_are_those_who_hold_the_highest_role() -> None:
    kim, odd = told(administrators, {text(ADMINS): result(granted("KIM", "USER"), granted("X", "SHARE"))})
    assert (kim.grantee, kim.grantee_sort, kim.purpose, kim.target) == ("KIM", "user", "administer", "snowflake")
    assert odd.grantee_sort.state is State.UNKNOWN_VALUE


# --- the account


def parameter(key: str, value: str, level: str = "ACCOUNT") -> dict[str, str]:
    return {"key": key, "value": value, "default": "All", "level": level, "description": "", "type": "STRING"}


def test_parameters_of_cortex_as_they_stand() -> None:
    rows = [parameter("CORTEX_MODELS_ALLOWLIST", "mistral-large2", ""), parameter("CORTEX_ENABLED_CROSS_REGION", "AWS_EU"),
            parameter("CORTEX_NEW", "x"), parameter("CORTEX_EMPTY", "")]  # fmt: skip
    models, region, new, empty = told(cortex, {text(CORTEX): result(*rows)})
    assert (models.name, models.value, models.set_by) == (
        "snowflake.cortex_models_allowlist",
        "mistral-large2",
        "default",
    )
    assert (region.value, region.set_by, new.name, empty.value) == (
        "AWS_EU",
        "ACCOUNT",
        "snowflake.cortex_parameter",
        ABSENT,
    )


@pytest.mark.parametrize("value", ["None", "mistral-large2", "mistral-large2,llama3.1-70b", ""])
def test_a_list_of_models_alone_is_never_understood(value: str) -> None:
    """Grants on models allow more than it, and ACCOUNTADMIN reaches every model."""
    found = load_settings().understand("snowflake.cortex_models_allowlist", value)
    assert found.state in (State.AMBIGUOUS, State.UNKNOWN_VALUE)  # type: ignore[union-attr]


def test_the_policy_that_holds_and_those_that_may() -> None:
    def policy(name: str, addresses: str, rules: str) -> dict[str, str]:
        return {"name": name, "entries_in_allowed_ip_list": addresses, "entries_in_allowed_network_rules": rules}

    rows = [policy("OFFICES", "0", "2"), policy("OTHER", "0", "0")]
    setting, holds, other = told(
        network, {text(NETWORK): result(parameter("NETWORK_POLICY", "OFFICES")), text(POLICIES): result(*rows)}
    )
    assert (setting.name, setting.value) == ("snowflake.network_policy", "OFFICES")
    assert (holds.state, holds.targets, holds.requires) == ("enforced", ("account",), ("allowed_address",))
    assert (other.state, other.targets, other.requires) == (NOT_EXPOSED, NOT_EXPOSED, ())
    (setting,) = told(network, {text(NETWORK): result(parameter("NETWORK_POLICY", "")), text(POLICIES): NOBODY})
    assert setting.value is ABSENT
    (setting,) = told(network, {text(NETWORK): NOBODY, text(POLICIES): NOBODY})
    assert setting.value is NOT_EXPOSED


# --- signing in

NOW = datetime(2026, 8, 30, 6, tzinfo=UTC)
ME = result({"region": "AWS_EU_CENTRAL_1", "account": "XY12345", "name": "ANNEXA", "role": "READER"})
TOKEN = {"SNOWFLAKE_ACCOUNT": "acme_org-main", "SNOWFLAKE_TOKEN": "made-up-token"}


@cache
def key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def pem(found: Any) -> str:
    return str(found.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


class Account:
    """Answers the question of connecting; every request is kept."""

    def __init__(self, me: Any = ME, status: int = 200) -> None:
        self.me, self.status, self.clock, self.seen = me, status, VirtualClock(NOW), list[httpx2.Request]()

    def connect(self, environment: Mapping[str, str], **settings: Any) -> Source:
        lent = Circumstances(
            organisation="acme", clock=self.clock, run_id="r", environment=environment, pacing=False,
            prepare=lambda vendor, client: client.answer_with(httpx2.MockTransport(self._answer)),
        )  # fmt: skip
        return snowflake.connect(snowflake.Settings(**{"attempts": 1, **settings}), lent)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        return httpx2.Response(self.status, json=self.me)


def test_a_programmatic_access_token_signs_as_it_stands() -> None:
    account = Account()
    source = account.connect(TOKEN)
    (request,) = account.seen
    assert str(request.url) == "https://acme-org-main.snowflakecomputing.com/api/v2/statements"
    assert (request.headers["authorization"], request.headers[TYPE]) == (
        "Bearer made-up-token",
        "PROGRAMMATIC_ACCESS_TOKEN",
    )
    assert json.loads(request.content)["statement"].startswith("SELECT CURRENT_REGION()")
    assert (source.tenant, source.identities()) == ("AWS_EU_CENTRAL_1.XY12345", ("user/ANNEXA as READER",))
    assert source.environment is Environment.VENDOR


@pytest.mark.parametrize(("account", "who"), [
    ("acmeorg-main", "ACMEORG-MAIN.ANNEXA"), ("xy12345.eu-central-1", "XY12345.ANNEXA"),
])  # fmt: skip
def test_a_key_pair_signs_a_short_statement_of_who_asks(account: str, who: str, tmp_path: Path) -> None:
    (tmp_path / "annexa.p8").write_text(pem(key()))
    asked_of = Account()
    asked_of.connect({}, account=account, user="annexa", private_key_file=str(tmp_path / "annexa.p8"))
    (request,) = asked_of.seen
    head, body, signature = request.headers["authorization"].removeprefix("Bearer ").split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert request.headers[TYPE] == "KEYPAIR_JWT"
    assert claims == {"iss": f"{who}.SHA256:{fingerprint(key())}", "sub": who, "iat": int(NOW.timestamp()),
                      "exp": int((NOW + timedelta(minutes=30)).timestamp())}  # fmt: skip
    key().public_key().verify(
        base64.urlsafe_b64decode(signature + "=="), f"{head}.{body}".encode(), PKCS1v15(), SHA256()
    )


def test_a_statement_that_is_about_to_end_is_made_anew() -> None:
    account = Account()
    wire = account.connect({"SNOWFLAKE_PRIVATE_KEY": pem(key())}, account="a", user="annexa").wire("x")
    for minutes in (0, 10, 20):
        account.clock.sleep(minutes * 60.0)
        list(wire.pages(USERS, USERS.params))
    signed = [request.headers["authorization"] for request in account.seen]
    assert signed[0] == signed[1] == signed[2] != signed[3]


def test_no_other_statement_leaves() -> None:
    wire = Account().connect(TOKEN).wire("x")
    http, url = wire._client._http, "https://acme-org-main.snowflakecomputing.com/api/v2/statements"  # type: ignore[attr-defined]
    flight = InFlight(
        read=USERS, address=Address(scheme="https", host="acme-org-main.snowflakecomputing.com", port=443)
    )
    token = IN_FLIGHT.set(flight)
    try:
        for body in ({"statement": "DROP USER KIM", "timeout": 60}, {**(USERS.body or {}), "role": "ACCOUNTADMIN"}):
            with pytest.raises(UndeclaredCallError):
                http.post(url, json=body)
    finally:
        IN_FLIGHT.reset(token)


@pytest.mark.parametrize(
    ("environment", "settings", "account", "says"),
    [
        ({}, {}, Account(), "account is not named"),
        ({"SNOWFLAKE_ACCOUNT": "a/b"}, {}, Account(), "account is not named"),
        ({"SNOWFLAKE_ACCOUNT": "a"}, {}, Account(), "SNOWFLAKE_TOKEN is not set"),
        ({}, {"account": "a", "user": "u"}, Account(), "SNOWFLAKE_PRIVATE_KEY holds no private key"),
        ({"SNOWFLAKE_PRIVATE_KEY": "secret text"}, {"account": "a", "user": "u"}, Account(), "holds no private key"),
        (TOKEN, {}, Account({"code": "390318"}, 401), "390318"),
        (TOKEN, {}, Account(result({"region": None, "account": "x", "name": "y", "role": None})), "does not say who we are"),
        (TOKEN, {}, Account(RUNS_ON.body, 202), "does not say who we are"),
    ],
)  # fmt: skip
def test_what_keeps_it_from_starting(environment: Any, settings: Any, account: Account, says: str) -> None:
    with pytest.raises(CannotStartError, match=says) as caught:
        account.connect(environment, **settings)
    assert caught.value.cure and "secret text" not in str(caught.value) + caught.value.cure


def test_a_key_of_another_sort_is_told_apart() -> None:
    with pytest.raises(CannotStartError, match="another sort than RSA"):
        Account().connect({"SNOWFLAKE_PRIVATE_KEY": pem(elliptic(SECP256R1()))}, account="a", user="u")


def test_the_grant_says_what_its_privilege_could_do() -> None:
    found = snowflake.grant(GrantOrder(collectors=tuple(collectors.of(snowflake))))
    (text,) = found.documents.values()
    assert (
        "GRANT MANAGE GRANTS ON ACCOUNT TO ROLE ANNEXA_READER" in text
        and "lets its holder give away any privilege" in text
    )
