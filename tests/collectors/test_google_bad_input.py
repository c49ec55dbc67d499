"""What people get wrong before anything is read from Google: each told apart from the others, each with its cure.

The service account, its signature and the SDK are real; what stands behind Google's hosts is a function.
"""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httplib2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from annexa.collectors import google_cloud, google_workspace
from annexa.collectors._source import CannotStartError, Circumstances, Source
from annexa.collectors.google_workspace._source import CUSTOMER
from annexa.collectors.google_workspace.alerts import LISTED as ALERTS
from annexa.collectors.google_workspace.policies import POLICIES
from annexa.collectors.google_workspace.users import USERS
from annexa.evidence.answer import UnreadError
from annexa.evidence.call import Call
from annexa.evidence.clock import VirtualClock
from annexa.schemas.words import Reason

Answer = tuple[int, Any]
Sender = Callable[..., tuple[Any, bytes]]
ADMIN = "ingrid@acme.example"


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    file = tmp_path_factory.mktemp("key") / "key.json"
    account = "annexa@acme.iam.gserviceaccount.com"
    told = {"type": "service_account", "private_key_id": "1", "private_key": text, "client_email": account,
            "token_uri": "https://oauth2.googleapis.com/token"}  # fmt: skip
    file.write_text(json.dumps(told))
    return file


def error(code: int, reason: str, **more: Any) -> Answer:
    return code, {"error": {"code": code, "message": "m", "errors": [{"reason": reason}], **more}}


def google(tokens: Callable[[str], Answer], answers: dict[str, Answer]) -> Sender:
    """Google: which scope gives a token, and what each path answers."""

    def send(uri: str, method: str = "GET", body: Any = None, *rest: Any, **more: Any) -> tuple[Any, bytes]:
        parts = urlsplit(uri)
        if parts.hostname == "oauth2.googleapis.com":
            assertion = parse_qs(body.decode() if isinstance(body, bytes) else body)["assertion"][0].split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(assertion + "=" * (-len(assertion) % 4)))
            status, content = tokens(claims["scope"])
        else:
            status, content = next(answer for path, answer in answers.items() if path in parts.path)
        head = {"status": str(status), "content-type": "application/json"}
        return httplib2.Response(head), json.dumps(content).encode()

    return send


def given(scope: str) -> Answer:
    return 200, {"access_token": f"ya29.{scope[-8:]}", "expires_in": 3600, "token_type": "Bearer"}


def refused(scope: str) -> Answer:
    return 401, {
        "error": "unauthorized_client",
        "error_description": "Client is unauthorized to retrieve access tokens",
    }


def only(*missing: Call) -> Callable[[str], Answer]:
    return lambda scope: refused(scope) if scope in {call.needs for call in missing} else given(scope)


ME: Answer = (200, {"kind": "admin#directory#customer", "id": "C0123"})


def connect(vendor: Any, sender: Sender, **settings: Any) -> Source:
    lent = Circumstances(
        organisation="acme", clock=VirtualClock(datetime(2026, 9, 1, 6, tzinfo=UTC)), run_id="r", pacing=False,
        prepare=lambda name, http: http.answer_with(sender),
    )  # fmt: skip
    source: Source = vendor.connect(vendor.Settings(**settings), lent)
    return source


CANNOT_START: list[tuple[str, Any, Callable[[str], Answer], dict[str, Answer], str, str]] = [
    ("a key without delegation", google_workspace, refused, {}, "no domain-wide delegation", "exactly the declared scopes"),
    ("the scope to connect with is not authorised", google_workspace, only(CUSTOMER), {}, "this scope is not authorised",
     CUSTOMER.needs),
    ("the administrator does not exist", google_workspace, lambda scope: (400, {"error": "invalid_grant"}), {},
     "signing in failed", f"{ADMIN} exists, is active"),
    ("the API is not enabled", google_workspace, given, {"/customers/": error(403, "accessNotConfigured")},
     "not enabled in the project", "Enable admin.googleapis.com"),
    ("the API is not enabled, in the newer words", google_cloud, given,
     {"/organizations": error(403, "", details=[{"reason": "SERVICE_DISABLED"}])}, "not enabled in the project",
     "Enable cloudresourcemanager.googleapis.com"),
    ("an administrator without the role", google_workspace, given, {"/customers/": error(403, "forbidden")},
     f"{ADMIN}, or the service account, may not", CUSTOMER.needs),
    ("no organisation is visible", google_cloud, given, {"/organizations:search": (200, {})}, "see 0 organisations",
     "grant the role on that organisation"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("vendor", "tokens", "answers", "says", "cure"),
    [case[1:] for case in CANNOT_START],
    ids=[c[0] for c in CANNOT_START],
)
def test_what_keeps_a_source_from_starting(
    vendor: Any, tokens: Callable[[str], Answer], answers: dict[str, Answer], says: str, cure: str, key_file: Path
) -> None:
    with pytest.raises(CannotStartError) as told:
        connect(vendor, google(tokens, answers), key_file=str(key_file), subject=ADMIN, attempts=1)
    assert says in told.value.says
    assert cure in told.value.cure


def test_the_named_organisation_is_not_visible(key_file: Path) -> None:
    sender = google(given, {"/organizations/42": error(403, "forbidden", status="PERMISSION_DENIED")})
    with pytest.raises(CannotStartError) as told:
        connect(google_cloud, sender, key_file=str(key_file), organization="42", attempts=1)
    assert "may not make this call" in told.value.says
    assert "resourcemanager.organizations.get" in told.value.cure


def test_everything_that_is_told_about_starting_is_different() -> None:
    assert len({(says, cure) for *_, says, cure in CANNOT_START}) == len(CANNOT_START)


READING = [
    ("a scope that is not authorised costs its own calls", ALERTS, only(ALERTS), ADMIN, ME, "this scope", ALERTS.needs),
    ("a subject that is no super administrator", POLICIES, given, ADMIN, error(403, "", status="PERMISSION_DENIED"),
     f"{ADMIN} is no super administrator", "Name a super administrator"),
    ("no subject at all", USERS, given, None, error(403, "forbidden"), "in nobody's name",
     "needs an administrator as `subject`"),
    ("a token without the scope", USERS, given, ADMIN,
     error(403, "", details=[{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]), "the scope was not granted", USERS.needs),
    ("an API that is not enabled", USERS, given, ADMIN, error(403, "accessNotConfigured"), "not enabled", "Enable admin."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "tokens", "subject", "answer", "says", "cure"), [case[1:] for case in READING], ids=[c[0] for c in READING]
)
def test_what_keeps_a_call_from_being_answered(
    call: Call, tokens: Any, subject: str | None, answer: Answer, says: str, cure: str, key_file: Path
) -> None:
    sender = google(tokens, {"/customers/my_customer": ME, "/": answer})
    source = connect(google_workspace, sender, key_file=str(key_file), subject=subject, attempts=1)
    with pytest.raises(UnreadError) as told:
        list(source.wire("C0123").pages(call, call.params))
    trouble = told.value.trouble
    assert (trouble.reason, says in trouble.says, cure in str(trouble.cure)) == (Reason.DENIED, True, True), trouble


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot be read"), ("{}", "no key of a service account"), ("no JSON", "no key")]
)
def test_a_file_that_is_no_key(content: str | None, says: str, tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(CannotStartError, match=says):
        connect(google_workspace, google(given, {}), key_file=str(file), subject=ADMIN)
