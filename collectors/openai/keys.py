"""Keys and certificates: whose they are, since when, until when, and when they were last used. Never a key itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, inside, text
from annexa.collectors.openai._api import LAST_ID, MANAGEMENT, PAGE, UNTOLD, ident, moment_in
from annexa.collectors.openai.people import USERS, state
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Flag, Missing, Text, When
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Credential

SECRET = ("redacted_value", "value")
"""The vendor shows the first and last letters of a key; nobody needs them here."""
ADMIN_KEYS = Read(
    op="GET /organization/admin_api_keys", needs=MANAGEMENT, path="data", pager=LAST_ID, params=PAGE, drop=SECRET
)
PROJECT_KEYS = Read(
    op="GET /organization/projects/{project_id}/api_keys", needs=MANAGEMENT, path="data", pager=LAST_ID,
    params={**PAGE, "owner_project_access": "any"}, drop=SECRET,
)  # fmt: skip
CERTIFICATES = Read(
    op="GET /organization/certificates", needs=MANAGEMENT, path="data", pager=LAST_ID, params=PAGE, drop=("content",),
    unconfirmed=UNTOLD,
)  # fmt: skip
PROJECT_CERTIFICATES = Read(
    op="GET /organization/projects/{project_id}/certificates", needs=MANAGEMENT, path="data", pager=LAST_ID, params=PAGE,
    drop=("content",), unconfirmed=UNTOLD,
)  # fmt: skip
ADMIN_KEY, PROJECT_KEY, CERTIFICATE = "openai_admin_key", "openai_project_key", "openai_mtls_certificate"
OWNERS: Mapping[str, Any] = {"user": "person", "service_account": "service"}


@collects(Credential, ADMIN_KEYS, USERS, per="source", where={"credential.type": (ADMIN_KEY,)})
def admin_keys(handle: Handle) -> Iterator[Credential]:
    """One record per admin key of the organization, with the state of the user or service account that it belongs to."""
    users: dict[str, Item] | Missing | None = None
    for key in handle.each(ADMIN_KEYS):
        users = handle.detail(USERS, lambda: _by_id(handle)) if users is None else users
        owner, ends = inside(key, "owner"), moment_in(key, "expires_at")
        user = None if isinstance(users, Missing) else users.get(str(owner.get("id")))
        with handle.citing(key, *((user,) if user else ())):
            yield Credential(
                subject=ident(ADMIN_KEYS, key), type=ADMIN_KEY, owner=str(owner.get("id") or ""),
                owner_sort=choose(owner.get("type"), OWNERS), owner_state=_owner_state(owner, user, users),
                privilege=text(owner.get("role")), long_term=_endless(ends),
                created=moment_in(key, "created_at", NOT_EXPOSED), expires=ends,
                last_used=moment_in(key, "last_used_at"),
            )  # fmt: skip


def _by_id(handle: Handle) -> dict[str, Item]:
    return {ident(USERS, user): user for user in handle.each(USERS)}


def _owner_state(owner: Mapping[str, Any], user: Item | None, users: object) -> Text:
    """The state of the owner; a person whom the organization does not list is gone, a service account may be elsewhere."""
    if isinstance(users, Missing):
        return users
    if user is not None:
        return state(user)
    return ABSENT if owner.get("type") == "user" and owner.get("id") else NOT_EXPOSED


@collects(Credential, PROJECT_KEYS, per="project", where={"credential.type": (PROJECT_KEY,)})
def project_keys(handle: Handle) -> Iterator[Credential]:
    """One record per enabled key of the project, those included whose owner has no access to it any more."""
    for key in handle.each(PROJECT_KEYS, project_id=str(handle.known["scope"])):
        sort, ends = inside(key, "owner").get("type"), moment_in(key, "expires_at")
        owner = inside(inside(key, "owner"), str(sort))
        yield Credential(
            subject=ident(PROJECT_KEYS, key), type=PROJECT_KEY, owner=str(owner.get("id") or ""),
            owner_sort=choose(sort, OWNERS),
            owner_has_access=choose(key.get("owner_project_access"), {"active": True, "inactive": False}),
            privilege=text(owner.get("role")), state="enabled", long_term=_endless(ends),
            created=moment_in(key, "created_at", NOT_EXPOSED), expires=ends, last_used=moment_in(key, "last_used_at"),
        )  # fmt: skip


@collects(Credential, CERTIFICATES, per="source", where={"credential.type": (CERTIFICATE,)})
def certificates(handle: Handle) -> Iterator[Credential]:
    """One record per certificate with which clients of the organization can prove themselves."""
    for certificate in handle.each(CERTIFICATES):
        yield _certificate(certificate, ident(CERTIFICATES, certificate), "organization")


@collects(Credential, PROJECT_CERTIFICATES, per="project", where={"credential.type": (CERTIFICATE,)})
def project_certificates(handle: Handle) -> Iterator[Credential]:
    """One record per certificate of the organization and whether it counts in this project."""
    here = str(handle.known["scope"])
    for certificate in handle.each(PROJECT_CERTIFICATES, project_id=here):
        yield _certificate(certificate, f"{here}/{ident(PROJECT_CERTIFICATES, certificate)}", here)


def _certificate(item: Item, subject: str, owner: str) -> Credential:
    told = inside(item, "certificate_details")
    ends = moment_in(told, "expires_at", NOT_EXPOSED)
    return Credential(
        subject=subject, type=CERTIFICATE, owner=owner, state=choose(item.get("active"), {True: "active", False: "inactive"}),
        long_term=_endless(ends), created=moment_in(item, "created_at", NOT_EXPOSED), expires=ends,
    )  # fmt: skip


def _endless(ends: When) -> Flag:
    """Whether it lives on until somebody ends it."""
    if isinstance(ends, Missing):
        return True if ends is ABSENT else ends
    return False
