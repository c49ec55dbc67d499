"""How people sign in to the proxy, and whether its audit log goes on."""

from collections.abc import Iterator

from annexa.collectors._rest import Read
from annexa.collectors._values import text
from annexa.collectors.litellm._api import VIEWER, moment, prove, stored
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, Names, ambiguous
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import LogSource, Setting
from annexa.schemas.words import Reason, State

SSO = Read(
    op="GET /get/sso_settings", needs=VIEWER, path="values",
    drop=("google_client_secret", "microsoft_client_secret", "generic_client_secret", "saml_idp_metadata_xml",
          "saml_idp_metadata_url", "role_mappings", "team_mappings"),
)  # fmt: skip
LOGS = Read(
    op="GET /audit", needs=VIEWER, path="audit_logs", plan="Enterprise", not_found=Reason.NOT_LICENSED,
    params={"page": 1, "page_size": 1, "sort_by": "updated_at", "sort_order": "desc"},
    drop=("before_value", "updated_values", "changed_by", "changed_by_api_key"),
)  # fmt: skip
CLIENTS = {"generic": "generic_client_id", "google": "google_client_id", "microsoft": "microsoft_client_id"}
"""Ways to sign in, with the field that each cannot do without."""
SAML = ("saml_idp_metadata_url", "saml_idp_metadata_xml")
"""One of these sets up SAML; an older proxy has neither field, and no SAML. They are dropped, but a null stays one."""
SIGN_ON, ACCESS, AUDIT = "litellm.sso", "litellm.ui_access_mode", "litellm.audit"


@collects(Setting, SSO, per="source", where={"setting.name": (SIGN_ON, ACCESS)})
def sign_on(handle: Handle) -> Iterator[Setting]:
    """With whom people sign in to the dashboard, and who may open it."""
    stored(handle, SSO)
    found = handle.one(SSO)
    proxy = str(handle.known["proxy"])
    yield Setting(subject=f"{proxy}/{SIGN_ON}", name=SIGN_ON, value=_providers(found), set_by="proxy")
    yield Setting(subject=f"{proxy}/{ACCESS}", name=ACCESS, value=_access(found), set_by="proxy")


@collects(LogSource, LOGS, per="source", where={"log_source.name": (AUDIT,)})
def audit_log(handle: Handle) -> Iterator[LogSource]:
    """One record: when the audit log last took down a change. Who changed what is dropped."""
    stored(handle, LOGS)
    newest = next(handle.each(LOGS), None)
    silent = ambiguous("[]", "no entry: the audit log is off, or nothing was changed")
    yield LogSource(
        subject=AUDIT, name=AUDIT, enabled=silent if newest is None else True, organisation_wide=True,
        last_event=silent if newest is None else moment(newest.get("updated_at")),
    )  # fmt: skip
    prove(handle, LOGS)


def _access(found: Item) -> str | Missing:
    """Who may open the dashboard: a word, or an object whose sort says it; the group in it stays where it is."""
    if "ui_access_mode" not in found:
        return NOT_EXPOSED
    mode = found["ui_access_mode"]
    return text(mode.get("type") if isinstance(mode, dict) else mode, ABSENT)


def _providers(found: Item) -> Names:
    """The ways that are set up; `absent` where none is."""
    if not all(field in found for field in CLIENTS.values()):
        return Missing(
            state=State.NOT_EXPOSED, why="this version of the proxy does not name all of its ways to sign in"
        )
    saml = ("saml",) if any(found.get(field) for field in SAML) else ()
    return (*(name for name, field in CLIENTS.items() if found[field]), *saml) or ABSENT
