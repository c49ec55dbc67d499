"""Which objects of an export are DLP policies and which are rules, and whether they are whole enough to be used."""

from typing import Any

from annexa.collectors.imports._kind import BadExportError, Rows
from annexa.collectors.imports._powershell import cut_off, objects

EXPECTED = "the JSON of Get-DlpCompliancePolicy or Get-DlpComplianceRule, made with ConvertTo-Json -Depth 10"
NEEDED = ("Locations", "RestrictAccess", "ContentContainsSensitiveInformation", "AdvancedRule", "EnforcementPlanes")
"""Properties that are worth nothing where they were cut off."""


def read(body: bytes) -> Rows:
    """The policies and rules of one file; raises `BadExportError`."""
    rows = objects(body, EXPECTED)
    if not rows:
        says = "is an empty list: that there is none cannot be told from what its maker was not allowed to see"
        raise BadExportError(says, expected=EXPECTED)
    found: dict[str, list[dict[str, Any]]] = {"policies": [], "rules": []}
    for number, row in enumerate(rows, 1):
        found[_part(number, row)].append(row)
    return found


def together(rows: Rows) -> None:
    """Refuse what stands twice: a file that was given twice, or two exports of different days."""
    for part, sort in (("policies", "policy"), ("rules", "rule")):
        names = [row["Name"] for row in rows[part]]
        twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
        if twice is not None:
            raise BadExportError(f"the {sort} {twice!r} stands twice", expected="each policy and each rule once")


def _part(number: int, row: dict[str, Any]) -> str:
    """A rule names its policy; a policy has a mode of its own and no policy above it."""
    if not isinstance(row.get("Name"), str) or not row["Name"]:
        raise BadExportError(f"object {number} has no Name", expected=EXPECTED)
    cut = next((name for name in NEEDED if cut_off(row.get(name))), None)
    if cut is not None:
        says = f"object {number} ({row['Name']}): {cut} was cut off"
        raise BadExportError(says, expected="an export made with ConvertTo-Json -Depth 10")
    if isinstance(row.get("ParentPolicyName"), str):
        return "rules"
    if "Mode" in row and "ParentPolicyName" not in row:
        return "policies"
    says = f"object {number} ({row['Name']}) is neither a DLP policy (with Mode) nor a rule (with ParentPolicyName)"
    raise BadExportError(says, expected=EXPECTED)
