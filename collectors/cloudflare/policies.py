"""What stands between people and applications: rules of Gateway about applications and leakage, policies of Access."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, inside, text
from annexa.collectors.cloudflare._api import (
    ACCESS_READ,
    APPS,
    PAGE,
    PAGED,
    UNTYPED,
    ZERO_TRUST_READ,
    ident,
    moment_in,
    names,
    objects,
)
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AccessPolicy, Application, Safeguard

RULES = Read(
    op="GET /accounts/{account_id}/gateway/rules", needs=ZERO_TRUST_READ, path="result",
    drop=("identity", "device_posture", "description", "rule_settings"),
)  # fmt: skip
ACCESS_APPS = Read(
    op=APPS, needs=ACCESS_READ, path="result", pager=PAGED, params=PAGE, unconfirmed=UNTYPED,
    drop=("scim_config", "client_secret", "client_id", "custom_attributes", "custom_claims", "cors_headers", "tags",
          "hybrid_and_implicit_options", "refresh_token_options", "read_service_tokens_from_header", "landing_page_design",
          "custom_deny_message", "purpose_justification_prompt"),
)  # fmt: skip
ACTIONS = (
    "on", "off", "allow", "block", "scan", "noscan", "safesearch", "ytrestricted", "isolate", "noisolate", "override",
    "l4_override", "egress", "resolve", "quarantine", "redirect",
)  # fmt: skip
GATEWAY_TYPES = {action: f"gateway.{action}" for action in ACTIONS}
ACCESS_TYPES = {word: f"access.{word}" for word in ("allow", "deny", "non_identity", "bypass")}
SELECTOR = re.compile(r"\b(app(?:\.\w+)+|dlp\.profiles)\b")
TERM = re.compile(r'\b(app(?:\.\w+)+|dlp\.profiles)\[\*\]\s*(?:in\s*\{([^{}]*)\}|==\s*"?([^")\s]+)"?)')
"""How an expression names applications, types of them, their review status and profiles of leakage."""
LEAKAGE: Mapping[str, Any] = {"block": "enforce", "allow": "detect"}


@collects((AccessPolicy, Safeguard), RULES, per="account", where={"safeguard.type": ("dlp_rule",)})
def gateway_rules(handle: Handle) -> Iterator[AccessPolicy | Safeguard]:
    """One record per rule that is about applications, and one per rule that looks for data that must not leave."""
    here = str(handle.known["scope"])
    for item in handle.each(RULES, account_id=here):
        traffic = item.get("traffic") if isinstance(item.get("traffic"), str) else ""
        about = set(SELECTOR.findall(str(traffic)))
        if not about or item.get("deleted_at"):
            continue
        subject, targets = ident(RULES, item), _targets(str(traffic))
        if about - {"dlp.profiles"}:
            yield AccessPolicy(
                subject=subject, name=text(item.get("name")), state=_state(item), targets=targets,
                type=choose(item.get("action"), GATEWAY_TYPES),
            )  # fmt: skip
        if "dlp.profiles" in about:
            yield _leakage(item, subject)


@collects((AccessPolicy, Application), ACCESS_APPS, per="account")
def access_policies(handle: Handle) -> Iterator[AccessPolicy | Application]:
    """One record per policy of an application that Access protects, and one per application that it signs people in to."""
    here = str(handle.known["scope"])
    for item in handle.each(ACCESS_APPS, account_id=here):
        subject, name = ident(ACCESS_APPS, item), text(item.get("name"))
        if item.get("type") == "saas":
            yield _application(item, subject, name)
        for policy in objects(item.get("policies")):
            yield AccessPolicy(
                subject=f"{subject}/{ident(ACCESS_APPS, policy)}", name=text(policy.get("name")), state="enforced",
                targets=_protected(item, subject), type=choose(policy.get("decision"), ACCESS_TYPES),
                requires=_required(policy),
            )  # fmt: skip


def _targets(traffic: str) -> Any:
    """`app.type.ids:25`, one per value; an expression with exceptions names some that it leaves out."""
    terms = TERM.findall(traffic)
    found = tuple(
        sorted({f"{name}:{value.strip(chr(34))}" for name, many, one in terms for value in (many or one).split()})
    )
    if len(terms) < len(SELECTOR.findall(traffic)) or re.search(r"\bnot\b", traffic):
        return ambiguous(", ".join(found) or "-", "the expression has more than a list of applications")
    return found


def _state(item: Item) -> Any:
    on, ended = item.get("enabled"), inside(item, "expiration").get("expired") is True
    return choose(on, {True: "off" if ended else "enforced", False: "off"})


def _leakage(item: Item, subject: str) -> Safeguard:
    mode = choose(item.get("action"), LEAKAGE) if _state(item) == "enforced" else _state(item)
    return Safeguard(
        subject=f"{subject}#dlp", type="dlp_rule", name=text(item.get("name")), state=text(item.get("action")), mode=mode,
        masking=NOT_EXPOSED, channels=names(item.get("filters")), created=moment_in(item, "created_at"),
    )  # fmt: skip


def _protected(item: Item, subject: str) -> tuple[str, ...]:
    """The application's own id, and the places that stand behind Access."""
    places = [item.get("domain"), *(item.get("self_hosted_domains") or ())]
    for one in objects(item.get("destinations")):
        places += [one.get(name) for name in ("uri", "cidr", "hostname", "mcp_server_id")]
    return (subject, *sorted({one for one in places if isinstance(one, str) and one}))


def _required(policy: Mapping[str, Any]) -> Any:
    """What everybody must show, by the vendor's own word for each condition."""
    found = policy.get("require")
    if found is None:
        return NOT_EXPOSED
    if not isinstance(found, list):
        return unknown_value(found)
    said = set[str]()
    for rule in objects(found):
        said |= {
            f"auth_method:{inside(rule, name).get('auth_method')}" if name == "auth_method" else name for name in rule
        }
    return tuple(sorted(said)) or ABSENT


def _application(item: Item, subject: str, name: str | Missing) -> Application:
    saas = inside(item, "saas_app")
    places = [saas.get("consumer_service_url"), *(saas.get("redirect_uris") or ()), saas.get("app_launcher_url")]
    hosts = {urlsplit(one).hostname or "" for one in places if isinstance(one, str) and _whole(one)} - {""}
    return Application(
        subject=subject, vendor_id=subject, name=name, sign_on=text(saas.get("auth_type")),
        domains=tuple(sorted(hosts)) or NOT_EXPOSED, created=moment_in(item, "created_at"),
    )  # fmt: skip


def _whole(address: str) -> bool:
    try:
        urlsplit(address)
    except ValueError:
        return False
    return True
