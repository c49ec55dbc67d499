"""What a sign-on policy asks for, from its rules: the first rule that fits decides, so every rule that lets in counts.

A policy asks for a second factor only if every active rule that lets anybody in does; rules behind one that fits everybody
are never reached.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from annexa.collectors._values import inside
from annexa.evidence.fact import ABSENT, Missing, Names, ambiguous, unknown_value

MFA = "mfa"
ANY = frozenset({"ANY", "ANYWHERE"})
"""Okta's words for a condition that everybody meets."""

Asks = bool | Missing | None
"""Whether a rule asks for a second factor; None: it lets nobody in."""


def requires(rules: Iterable[Mapping[str, Any]]) -> Names:
    """What everybody is asked for; `absent`: at least one rule lets people in with a single factor."""
    found = [asked for rule in _reached(rules) if (asked := _asks(rule)) is not None]
    if any(asked is False for asked in found):
        return ABSENT
    open_ones = [asked for asked in found if isinstance(asked, Missing)]
    if open_ones:
        return open_ones[0]
    return (MFA,) if found else ambiguous("DENY", "no rule of the policy lets anybody in")


def _reached(rules: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The rules in their order, up to the first that fits everybody."""
    for rule in sorted(rules, key=_priority):
        if rule.get("status") == "INACTIVE":
            continue
        yield rule
        if rule.get("status") == "ACTIVE" and _fits_everybody(rule.get("conditions")):
            return


def _priority(rule: Mapping[str, Any]) -> tuple[bool, int]:
    number = rule.get("priority")
    return not isinstance(number, int), number if isinstance(number, int) else 0


def _fits_everybody(conditions: Any) -> bool:
    """Whether no condition leaves anybody out: none at all, or only empty ones and those that anything meets."""
    if isinstance(conditions, Mapping):
        return all(_fits_everybody(part) for part in conditions.values())
    return conditions in (None, "", [], ()) or (isinstance(conditions, str) and conditions in ANY)


def _asks(rule: Mapping[str, Any]) -> Asks:
    if rule.get("status") not in ("ACTIVE", "INACTIVE"):
        return unknown_value(rule.get("status"))
    actions = inside(rule, "actions")
    if "signon" in actions:
        return _session(inside(actions, "signon"))
    sign_on = inside(actions, "appSignOn")
    access = sign_on.get("access")
    if access == "DENY":
        return None
    return _verified(inside(sign_on, "verificationMethod")) if access == "ALLOW" else unknown_value(access)


def _session(action: Mapping[str, Any]) -> Asks:
    """A rule of the global session policy."""
    access, factor = action.get("access"), action.get("requireFactor")
    if access == "DENY":
        return None
    if access != "ALLOW":
        return unknown_value(access)
    return factor if isinstance(factor, bool) else unknown_value(factor)


def _verified(method: Mapping[str, Any]) -> Asks:
    """A rule of an app's own policy."""
    if method.get("type") != "ASSURANCE":
        why = "a chain of methods, or a proof of identity: how many factors it amounts to is not told"
        known = method.get("type") in ("AUTH_METHOD_CHAIN", "ID_PROOFING")
        return ambiguous(str(method["type"]), why) if known else unknown_value(method.get("type"))
    mode = method.get("factorMode")
    if mode == "1FA" and _verifies_the_user(method.get("constraints")):
        return ambiguous("1FA", "one method, which checks the user by a second factor of its own")
    return {"2FA": True, "1FA": False}.get(str(mode), unknown_value(mode))


def _verifies_the_user(constraints: Any) -> bool:
    """Whether each way that is allowed is a device that also asks for a finger, a face or a number."""
    ways = constraints if isinstance(constraints, list) else []
    return bool(ways) and all(inside(way, "possession").get("userVerification") == "REQUIRED" for way in ways)
