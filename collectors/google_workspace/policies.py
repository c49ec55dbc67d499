"""Settings out of the Policy API: what takes effect in each organisational unit, and for groups or licences in it.

Google lists policies, not values; which of them takes effect is reduced as Google documents it (`_reduction`). Only a super
administrator may ask. A value that Google's own policies alone bring, or that Google documents as what holds without any,
is a vendor's default; without either nobody knows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from annexa.collectors.google_workspace._api import POLICIES_READ
from annexa.collectors.google_workspace._clauses import Target
from annexa.collectors.google_workspace._reduction import (
    Policy,
    Reduced,
    Reducer,
    UnreadablePolicyError,
    in_order,
    policy_of,
    reduce,
)
from annexa.collectors.google_workspace.units import UNITS, tree, upward
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.settings import Safeguard, Setting
from annexa.schemas.words import Basis, Reason

APPS = (
    "gemini_app", "notebooklm", "ai_studio", "api_controls", "workspace_marketplace", "drive_and_docs", "data_regions",
    "security", "rule",
)  # fmt: skip
"""Parts of the settings that are asked for."""
POLICIES = Call(
    op="cloudidentity/v1:policies.list", needs=POLICIES_READ, path="policies",
    params={"pageSize": 100, "filter": f"setting.type.matches('^settings/({'|'.join(APPS)})\\\\..*$')"},
    # Words that a rule looks for, and messages to people: the organisation's own texts.
    drop=("contentCondition", "description", "errorText"),
)  # fmt: skip
DLP = "rule.dlp"


@dataclass(frozen=True, kw_only=True)
class Described:
    """One setting that is read."""

    type: str
    """Google's type without `settings/`; ours is the same behind `google_workspace.`."""
    field: str
    """The field with its value."""
    reducer: Reducer = "max"
    default: str | bool | None = None
    """What Google documents to hold without any policy."""

    @property
    def name(self) -> str:
        """Its name in the settings dictionary."""
        return f"google_workspace.{self.type}"


READ = (
    Described(type="gemini_app.service_status", field="serviceState"),
    Described(type="notebooklm.service_status", field="serviceState"),
    Described(type="ai_studio.service_status", field="serviceState"),
    Described(type="api_controls.unconfigured_third_party_apps", field="accessLevel"),
    Described(type="api_controls.internal_apps", field="trustInternalApps"),
    Described(type="workspace_marketplace.apps_access_options", field="accessLevel", default="ALLOW_ALL"),
    Described(type="drive_and_docs.external_sharing", field="externalSharingMode", default="ALLOWED"),
    Described(type="drive_and_docs.drive_sdk", field="enableDriveSdkApiAccess", reducer="merge", default=True),
    Described(type="data_regions.data_at_rest_region", field="region"),
    Described(type="data_regions.data_processing_region", field="limitToStorageRegion"),
    Described(type="security.two_step_verification_enrollment", field="allowEnrollment", default=True),
    Described(type="security.two_step_verification_enforcement", field="enforcedFrom"),
)
ACTIONS = {"ACTIVE": "active", "INACTIVE": "inactive"}
BLOCKS = ("blockContent", "blockAccess")
"""What a rule's action is called where it stops something."""


@collects(Setting, UNITS, POLICIES, per="source", where={"setting.name": tuple(one.name for one in READ)})
def settings(handle: Handle) -> Iterator[Setting]:
    """One record per setting and organisational unit, and per group or licence that another policy decides for there."""
    units, listed = tree(handle), _Listed(handle)
    listed.check(handle, units)
    listed.tell(handle, [described.type for described in READ])
    for described in READ:
        for unit in units.values():
            yield from _values(handle, described, unit, units, listed)


@collects(Safeguard, UNITS, POLICIES, per="source", where={"safeguard.type": ("dlp_rule",)})
def dlp_rules(handle: Handle) -> Iterator[Safeguard]:
    """One record per organisational unit and rule against leakage that applies there, switched off ones included."""
    units, listed = tree(handle), _Listed(handle)
    listed.check(handle, units)
    listed.tell(handle, [DLP])
    for unit, item in units.items():
        for policy in in_order(listed.of(DLP), Target(units=upward(units, unit))):
            with handle.citing(listed.rows[policy.name], item):
                yield _rule(unit, policy)


class _Listed:
    """The policies of a run, by setting."""

    def __init__(self, handle: Handle) -> None:
        self.rows = dict[str, Item]()
        self.unclear = dict[str, str]()
        """Settings of which a policy could not be understood: nobody can tell their value."""
        self._by_setting = dict[str, list[Policy]]()
        for row in handle.each(POLICIES):
            try:
                policy = policy_of(row)
            except UnreadablePolicyError as error:
                self.unclear[error.setting] = error.says
                continue
            self.rows[policy.name] = row
            self._by_setting.setdefault(policy.setting, []).append(policy)

    def of(self, setting: str) -> list[Policy]:
        """The policies of one setting."""
        return self._by_setting.get(setting, [])

    def check(self, handle: Handle, units: Mapping[str, Item]) -> None:
        """Note where a policy names an organisational unit that the list of units lacks."""
        named = {one for found in self._by_setting.values() for policy in found for one in policy.clause.named("unit")}
        if named - set(units):
            handle.note(
                UNITS, Reason.VISIBILITY_UNPROVED, "a policy names an organisational unit that the list of units lacks",
                cure="Run again; if it stays, give the administrator a role over all organisational units.",
            )  # fmt: skip

    def tell(self, handle: Handle, settings: list[str]) -> None:
        """Note each of these settings of which a policy could not be understood: whom it applies to is not known."""
        for setting in settings:
            if setting in self.unclear:
                says = f"a policy about {setting} is not as Google documents policies"
                cure = "Run again; if it stays, report it: the answer is not as documented."
                handle.note(POLICIES, Reason.INVALID_ANSWER, says, cure=cure, subject=setting)


def _values(
    handle: Handle, described: Described, unit: Item, units: Mapping[str, Item], listed: _Listed
) -> Iterator[Setting]:
    """The value in a unit; then those of groups and licences that get another one."""
    key = str(unit["orgUnitId"]).removeprefix("id:")
    above, found = upward(units, key), listed.of(described.type)
    everybody = reduce(found, Target(units=above), described.reducer)
    usual = _setting(described, key, everybody, listed.unclear.get(described.type))
    with handle.citing(*_cited(everybody, listed), unit):
        yield usual
    for who, target in _special(found, above):
        special = reduce(found, target, described.reducer)
        other = _setting(described, key, special, listed.unclear.get(described.type), who)
        if special != everybody and (other.value, other.set_by) != (usual.value, usual.set_by):
            with handle.citing(*_cited(special, listed), unit):
                yield other


def _special(policies: list[Policy], above: frozenset[str]) -> Iterator[tuple[str, Target]]:
    """Members of each group, and holders of each licence, that a policy names; each once."""
    seen = set[tuple[frozenset[str], frozenset[str]]]()
    for policy in policies:
        groups, licenses = policy.clause.named("group"), policy.clause.named("license")
        if (groups or licenses) and (groups, licenses) not in seen:
            seen.add((groups, licenses))
            yield "+".join(sorted((*groups, *licenses))), Target(units=above, groups=groups, licenses=licenses)


def _cited(reduced: Reduced | None, listed: _Listed) -> list[Item]:
    return [listed.rows[policy.name] for policy in reduced.decided_by] if reduced else []


def _setting(described: Described, unit: str, reduced: Reduced | None, unclear: str | None, who: str = "") -> Setting:
    return Setting(
        subject="/".join(part for part in (unit, who.strip("/"), described.name) if part),
        at=unit,
        name=described.name,
        value=_value(described, reduced, unclear),
        set_by=", ".join(policy.name for policy in reduced.decided_by) if reduced else ABSENT,
        basis=Basis.EXPLICIT if reduced and not reduced.system else Basis.VENDOR_DEFAULT,
    )


def _value(described: Described, reduced: Reduced | None, unclear: str | None) -> str | bool | Missing:
    if unclear is not None:
        return ambiguous(described.type, unclear)
    raw = reduced.value.get(described.field) if reduced else None
    if raw is None:
        return NOT_EXPOSED if described.default is None else described.default
    return raw if isinstance(raw, (str, bool)) else unknown_value(raw)


def _rule(unit: str, policy: Policy) -> Safeguard:
    value = policy.value
    return Safeguard(
        subject=f"{unit}/{policy.name}", at=unit, type="dlp_rule", name=str(value.get("displayName") or policy.name),
        state=_state(value.get("state")), mode=_mode(value.get("action")), channels=_channels(value.get("triggers")),
    )  # fmt: skip


def _state(raw: object) -> str | Missing:
    if raw is None:
        return NOT_EXPOSED
    return ACTIONS[raw] if isinstance(raw, str) and raw in ACTIONS else unknown_value(raw)


def _mode(raw: Any) -> Any:
    """`enforce` where something is stopped; warnings and reports only detect."""
    if not isinstance(raw, Mapping):
        return NOT_EXPOSED
    actions = [action for action in raw.values() if isinstance(action, Mapping)]
    return "enforce" if any(block in action for action in actions for block in BLOCKS) else "detect"


def _channels(raw: Any) -> tuple[str, ...] | Missing:
    """Where a rule watches, by the third word of its triggers: `google.workspace.chrome.web_content.v1.upload`."""
    if raw is None:
        return NOT_EXPOSED
    if not isinstance(raw, list) or not all(isinstance(one, str) and one.count(".") >= 3 for one in raw):
        return unknown_value(raw)
    return tuple(sorted({one.split(".")[2] for one in raw})) or ABSENT
