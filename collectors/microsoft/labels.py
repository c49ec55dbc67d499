"""The sensitivity labels that the organisation has: which of them people can apply, and to what."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors.microsoft._api import listed
from annexa.collectors.microsoft._reading import every, flag, odd, text
from annexa.evidence.call import collects
from annexa.evidence.fact import NOT_EXPOSED, Missing, Names, Text, unknown_value
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import Label

LABELS = listed(
    "/security/dataSecurityAndGovernance/sensitivityLabels", "SensitivityLabel.Read", top=None,
    unconfirmed="Microsoft documents `isEnabled` and `applicableTo`, and its type system lacks them.",
)  # fmt: skip


@collects(Label, LABELS, per="source")
def sensitivity_labels(handle: Handle) -> Iterator[Label]:
    """One record per label that can be applied; one that only holds others cannot."""
    for item in every(handle, LABELS):
        below = item.get("sublabels") or []
        if not isinstance(below, list):
            raise odd(LABELS, "what stands below a label is no list")
        for one, name in [(item, text(item, "name"))] if not below else _below(item, below):
            if one.get("isAppliable") is not False:
                yield Label(
                    subject=one["id"], name=name, enabled=flag(one, "isEnabled"), published_to=_for_whom(one),
                    applies_to=_applies_to(one.get("applicableTo")),
                )  # fmt: skip


def _below(item: Mapping[str, Any], below: list[Any]) -> Iterator[tuple[Mapping[str, Any], Text]]:
    for one in below:
        if not isinstance(one, Mapping) or not isinstance(one.get("id"), str):
            raise odd(LABELS, "a label has no id")
        name = text(one, "name")
        yield one, name if isinstance(name, Missing) else f"{item.get('name')} / {name}"


def _for_whom(item: Mapping[str, Any]) -> Names:
    """`some`: for chosen people or groups; `all`: for the whole tenant."""
    chosen = flag(item, "isScopedToUser")
    return chosen if isinstance(chosen, Missing) else ("some",) if chosen else ("all",)


def _applies_to(raw: object) -> Names:
    """`email,file` as words."""
    if raw in (None, ""):
        return NOT_EXPOSED
    return tuple(sorted(filter(None, map(str.strip, raw.split(","))))) if isinstance(raw, str) else unknown_value(raw)
