"""Purview's policies against leakage (`Get-DlpCompliancePolicy`) and their rules, which no API of Microsoft shows."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors.imports._dlp_rows import EXPECTED, read, together
from annexa.collectors.imports._dlp_values import acts, channels, conditions, everybody, policy_mode, rule_mode
from annexa.collectors.imports._kind import ImportKind, call
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unread
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Safeguard
from annexa.evidence.kinds.settings import Masking
from annexa.schemas.words import Basis

KIND = ImportKind(
    name="dlp",
    parts={"policies": "DLP policies, by Get-DlpCompliancePolicy", "rules": "DLP rules, by Get-DlpComplianceRule"},
    expected=EXPECTED,
    how=(
        "As somebody who may view DLP policies, in Security & Compliance PowerShell (Connect-IPPSSession): "
        "Get-DlpCompliancePolicy | ConvertTo-Json -Depth 10 > policies.json; "
        "Get-DlpComplianceRule | ConvertTo-Json -Depth 10 > rules.json."
    ),
    read=read,
    check=together,
)
POLICIES, RULES = call("dlp", "policies"), call("dlp", "rules")
POLICY, RULE = "dlp_policy", "dlp_rule"


@collects(Safeguard, POLICIES, per="source", where={"safeguard.type": (POLICY,)})
def policies(handle: Handle) -> Iterator[Safeguard]:
    """One record per policy: whether it is enforced, where it watches, and whom it covers."""
    for row in handle.each(POLICIES):
        yield Safeguard(
            subject=_subject(POLICY, row), type=POLICY, name=row["Name"], state=_state(row.get("Mode")), basis=Basis.IMPORTED,
            mode=policy_mode(row), channels=channels(row), everybody=everybody(row),
        )  # fmt: skip


@collects(Safeguard, RULES, POLICIES, per="source", where={"safeguard.type": (RULE,)})
def rules(handle: Handle) -> Iterator[Safeguard]:
    """One record per rule: whether it stops anything, as far as its own policy lets it, and what it looks for."""
    known = handle.detail(POLICIES, lambda: {str(row["Name"]): row for row in handle.each(POLICIES)})
    for row in handle.each(RULES):
        policy = None if isinstance(known, Missing) else known.get(row["ParentPolicyName"])
        with handle.citing(row, *([policy] if policy is not None else [])):
            yield _rule(row, policy)


def _rule(row: Item, policy: Item | None) -> Safeguard:
    if policy is None:
        nobody = unread(f"{POLICIES.op}: no policy of the name {row['ParentPolicyName']} was imported")
        return _record(row, mode=nobody, channels=nobody, everybody=nobody)
    return _record(
        row, mode=rule_mode(row, policy), part_of=_subject(POLICY, policy), channels=channels(policy),
        everybody=everybody(policy),
    )  # fmt: skip


def _record(row: Item, **policy: Any) -> Safeguard:
    return Safeguard(
        subject=_subject(RULE, row), type=RULE, name=row["Name"], state=_disabled(row.get("Disabled")), basis=Basis.IMPORTED,
        masking=_masking(row), **policy,
    )  # fmt: skip


def _masking(row: Item) -> tuple[Masking, ...] | Missing:
    found, action = conditions(row), acts(row)
    if isinstance(found, Missing):
        return found
    if isinstance(action, Missing):
        return action
    return tuple(Masking(entity=name, input_action=action or "NONE", output_action="NONE") for name in found) or ABSENT


def _subject(sort: str, row: Mapping[str, Any]) -> str:
    """A policy's or rule's own id; its name, which is unique in the tenant, where the export leaves the id out."""
    found = row.get("Guid")
    return f"{sort}/{found.lower()}" if isinstance(found, str) and found else f"{sort}/{row['Name']}"


def _state(value: Any) -> str | Missing:
    return value if isinstance(value, str) and value else NOT_EXPOSED


def _disabled(value: Any) -> str | Missing:
    return "Disabled" if value is True else "Enabled" if value is False else NOT_EXPOSED
