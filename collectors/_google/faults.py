"""What an error of Google means: a 403 is read by its reason, and the vendor's own words are never kept."""

import re
from collections.abc import Mapping
from typing import Any

from annexa.evidence.answer import Trouble
from annexa.evidence.call import Call
from annexa.schemas.words import Reason

THROTTLES = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded", "RATE_LIMIT_EXCEEDED",
     "RESOURCE_EXHAUSTED", "RESOURCE_QUOTA_EXCEEDED"}
)  # fmt: skip
NOT_ENABLED = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
SUPER = "cloudidentity/v1:policies."
"""Methods that Google answers to super administrators only."""
ADMINISTRATORS = ("admin/", "alertcenter/", "chromepolicy/", "licensing/", "vault/")
"""APIs that answer administrators of a Workspace customer."""
SCOPE = frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions", "insufficient_scope"})


def code_of(status: int, said: Any) -> str:
    """The most telling code of an error's body: its own reason, else its status."""
    error = said.get("error") if isinstance(said, Mapping) else None
    if not isinstance(error, Mapping):
        return f"HTTP {status}"
    found = [detail.get("reason") for detail in _rows(error.get("details"))]
    found += [entry.get("reason") for entry in _rows(error.get("errors"))]
    found.append(error.get("status"))
    words = (word for word in found if isinstance(word, str) and re.fullmatch(r"[A-Za-z_]{2,64}", word))
    return next(words, f"HTTP {status}")


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def reason_of(status: int, code: str) -> Reason:
    """Who must act."""
    if status == 429 or code in THROTTLES:
        return Reason.THROTTLED
    if status in (401, 403):
        return Reason.DENIED
    if status >= 500 or status == 408:
        return Reason.UNREACHABLE
    return Reason.INVALID_ANSWER


def trouble(call: Call, status: int, code: str, *, host: str, subject: str | None, until: str | None = None) -> Trouble:
    """The trouble that a refusal is, with what would cure it."""
    why = reason_of(status, code)
    says, cure = _told(call, why, status, code, subject, until)
    return Trouble(
        reason=why, code="redirect" if 300 <= status < 400 else code, says=says, cure=cure, status=status, host=host
    )


def _told(
    call: Call, why: Reason, status: int, code: str, subject: str | None, until: str | None
) -> tuple[str, str | None]:
    if code in NOT_ENABLED:
        api = call.op.partition("/")[0]
        return "the API is not enabled in the project that asks", f"Enable {api}.googleapis.com there."
    if code in SCOPE:
        return "the scope was not granted", f"Authorise the scope {call.needs} for the service account."
    if status == 401:
        return "the credentials were not accepted", "Check key, delegation and the administrator's account."
    if why is Reason.DENIED and call.op.startswith(SUPER):
        asking = subject or "the account"
        return (
            f"{asking} is no super administrator",
            "Name a super administrator as `subject`: nobody else may make this call.",
        )
    if why is Reason.DENIED and subject is None and call.op.startswith(ADMINISTRATORS):
        return (
            "the account that asks may not make this call, and it asks in nobody's name",
            f"Grant {call.needs} and the role that the vendor's page names; a service account also needs an administrator as "
            "`subject`, in whose name it asks.",
        )
    if why is Reason.DENIED:
        who = f"{subject}, or the service account," if subject else "the service account"
        return f"{who} may not make this call", f"Grant {call.needs} and the role that the vendor's page names."
    if why is Reason.THROTTLED:
        when = f" until {until}" if until else " until every attempt was used"
        return f"throttled{when}", f"Run again{f' after {until}' if until else ', at another hour'}."
    if why is Reason.UNREACHABLE:
        return "the service failed at every attempt", "Run again."
    if 300 <= status < 400:
        return "a redirect, which is never followed", "Check the endpoint in annexa.toml."
    return "an answer that this call does not document", "Run again; if it stays, report it with this code."


def sign_in(call: Call, code: str, subject: str | None, *, delegated: bool = False) -> Trouble:
    """No token: which of the parties to a delegation has to act; `delegated`: for another scope there was one."""
    where = "(Admin console > Security > API controls > Domain-wide delegation)"
    if code == "unauthorized_client":
        says = "this scope is not authorised" if delegated else "the service account has no domain-wide delegation"
        what = f"the scope {call.needs}" if delegated else "exactly the declared scopes"
        cure = f"Authorise the service account's client id for {what} {where}."
        return Trouble(reason=Reason.DENIED, code=code, says=says, cure=cure)
    cures = {
        "invalid_grant": f"Check that {subject or 'the account'} exists, is active, and that this machine's clock is right.",
        "invalid_scope": "Authorise exactly the declared scopes for the service account's client id.",
        "access_denied": "Ask a super administrator to authorise the service account.",
    }
    cure = cures.get(code, "Check the key file and domain-wide delegation.")
    return Trouble(reason=Reason.DENIED, code=code or "sign_in", says="signing in failed", cure=cure)


def invalid(code: str, says: str, *, host: str = "", status: int = 0) -> Trouble:
    """An answer with a good status that is not what the vendor documents."""
    cure = "Run again; if it stays, report it with this code."
    return Trouble(reason=Reason.INVALID_ANSWER, code=code, says=says, cure=cure, status=status, host=host)
