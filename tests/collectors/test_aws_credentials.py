"""Bedrock API keys and the credential report."""

from typing import Any

from annexa.collectors.aws.credentials import ROUNDS, bedrock_api_keys, credential_report
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors.fake_wire import ACCOUNT, DENIED, FakeWire, calls_cited, collect, facts, lost

KEYS, USERS = "iam:ListServiceSpecificCredentials", "iam:ListUsers"
GENERATE, REPORT = "iam:GenerateCredentialReport", "iam:GetCredentialReport"
WHEN = "2026-03-11T09:05:00Z"
MIA = {
    "Path": "/",
    "UserName": "mia",
    "UserId": "AIDAMIAMIAMIAMIA",
    "Arn": f"arn:aws:iam::{ACCOUNT}:user/x/mia",
    "CreateDate": WHEN,
}


def key(number: int, **more: Any) -> dict[str, Any]:
    return {
        "UserName": "mia", "Status": "Active", "CreateDate": WHEN, "ServiceName": "bedrock.amazonaws.com",
        "ServiceSpecificCredentialId": f"ACCAEXAMPLEKEY00000{number}", **more,
    }  # fmt: skip


def keys(*pages: Any, users: Any = None) -> Any:
    return collect(bedrock_api_keys, {KEYS: list(pages), USERS: users or {"Users": [MIA]}}, scope=ACCOUNT)


def test_keys_over_two_pages_with_and_without_an_end() -> None:
    expiring = key(2, ExpirationDate="2026-12-01T00:00:00Z", Status="Inactive")
    found = keys(
        {"ServiceSpecificCredentials": [key(1)], "IsTruncated": True, "Marker": "m"},
        {"ServiceSpecificCredentials": [expiring]},
    )
    first, second = facts(found)
    assert (first.type, first.owner, first.owner_sort) == ("bedrock_api_key", MIA["Arn"], "user")
    assert (first.expires, first.long_term, first.created, first.state) == (ABSENT, True, WHEN, "active")
    assert (second.expires, second.state) == ("2026-12-01T00:00:00Z", "inactive")
    assert calls_cited(found) == [KEYS, USERS]
    assert found.unit.completeness is Completeness.COMPLETE


def test_all_users_are_asked_for_at_once() -> None:
    wire = FakeWire({KEYS: {"ServiceSpecificCredentials": []}})
    assert facts(collect(bedrock_api_keys, {}, wire=wire, scope=ACCOUNT)) == []
    assert wire.asked == [(KEYS, {"AllUsers": True, "ServiceName": "bedrock.amazonaws.com"})]


def test_denied_keys_are_unread() -> None:
    found = keys(DENIED)
    assert (facts(found), lost(found)) == ([], [(KEYS, None, Reason.DENIED)])


def test_an_owner_without_the_list_of_users_stands_by_name() -> None:
    found = keys({"ServiceSpecificCredentials": [key(1), key(2)]}, users=DENIED)
    assert [it.owner for it in facts(found)] == ["mia", "mia"]
    assert lost(found) == [(USERS, None, Reason.DENIED)]


def test_an_unknown_status_is_kept_raw() -> None:
    state = facts(keys({"ServiceSpecificCredentials": [key(1, Status="Dormant")]}))[0].state
    assert (state.state, state.raw) == (State.UNKNOWN_VALUE, "Dormant")


HEAD = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,"
    "access_key_2_last_rotated,access_key_2_last_used_date"
)
BORN, CHANGED, USED = "2021-02-01T09:00:00+00:00", "2025-03-01T09:00:00+00:00", "2026-08-02T10:00:00+00:00"
ROOT = (
    f"<root_account>,arn:aws:iam::{ACCOUNT}:root,{BORN},not_supported,no_information,not_supported,not_supported,"
    f"true,true,{CHANGED},N/A,false,N/A,N/A"
)
USER = (
    f"mia,arn:aws:iam::{ACCOUNT}:user/x/mia,{BORN},true,2026-08-01T10:00:00+00:00,N/A,N/A,"
    f"false,false,N/A,N/A,false,{CHANGED},{USED}"
)


def report(*rows: str, **more: Any) -> Any:
    content = "\n".join((HEAD, *rows)).encode()
    answers = {GENERATE: {"State": "COMPLETE"}, REPORT: {"Content": content, "ReportFormat": "text/csv"}, **more}
    return collect(credential_report, answers, scope=ACCOUNT)


def test_users_and_their_keys() -> None:
    found = report(ROOT, USER)
    root, root_key, mia, old_key = facts(found)
    assert (root.name, root.sort, root.mfa, root.password, root.last_seen) == (
        "<root_account>",
        "root",
        True,
        NOT_EXPOSED,
        ABSENT,
    )
    assert (root_key.owner_sort, root_key.state, root_key.created, root_key.last_used) == (
        "root",
        "active",
        "2025-03-01T09:00:00Z",
        ABSENT,
    )
    assert (mia.mfa, mia.password, mia.managed, mia.last_seen) == (False, True, "local", "2026-08-02T10:00:00Z")
    assert (old_key.subject, old_key.state) == (f"arn:aws:iam::{ACCOUNT}:user/x/mia/access_key_2", "inactive")
    assert calls_cited(found) == [GENERATE, REPORT]


def test_a_report_without_even_the_root_user_or_cut_short_is_unread() -> None:
    invalid = [(REPORT, None, Reason.INVALID_ANSWER)]
    assert (facts(report()), lost(report()), report().unit.completeness) == ([], invalid, Completeness.UNREAD)
    cut = report(USER.rsplit(",", 6)[0])
    assert (facts(cut), lost(cut)) == ([], invalid)


def test_an_unknown_word_is_kept_raw() -> None:
    mfa = facts(report(USER.replace(",false,false,N/A", ",perhaps,false,N/A", 1)))[0].mfa
    assert (mfa.state, mfa.raw) == (State.UNKNOWN_VALUE, "perhaps")


def test_the_report_is_waited_for_within_bounds() -> None:
    states = iter(["STARTED", "INPROGRESS", "COMPLETE"])
    assert len(facts(report(USER, **{GENERATE: lambda params: {"State": next(states)}}))) == 2
    never = report(USER, **{GENERATE: {"State": "INPROGRESS"}})
    assert (facts(never), lost(never)) == ([], [(GENERATE, None, Reason.ERROR)])
    assert never.unit.calls == ROUNDS


def test_refusals_and_foreign_reports_are_unread() -> None:
    assert lost(report(**{GENERATE: DENIED})) == [(GENERATE, None, Reason.DENIED)]
    assert lost(report(**{REPORT: DENIED})) == [(REPORT, None, Reason.DENIED)]
    assert lost(report(**{REPORT: {"Content": b"<html>"}})) == [(REPORT, None, Reason.INVALID_ANSWER)]
