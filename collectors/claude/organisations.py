"""Organisations: those that the key reaches, what is in force in each, and the keys that can read them."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._anthropic import ident, moment, moment_in, names, parts
from annexa.collectors._values import choose, text
from annexa.collectors.claude._api import ORGANISATIONS, SETTINGS
from annexa.collectors.claude._me import by_elimination
from annexa.collectors.claude._rows import expected, retention, rows_of, value_of
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import Credential
from annexa.evidence.kinds.settings import Setting
from annexa.evidence.kinds.systems import AiSystem, Scope
from annexa.schemas.words import Reason, State

LEFT_OUT = Missing(state=State.NOT_EXPOSED, why="the vendor leaves it out: administrators cannot change it")
TYPE = "claude_access_key"
NOBODY = "nobody"
PARENT = (
    "the parent organisation: the vendor gives no settings for it and answers 404, while every other organisation of its own "
    "list answered"
)
CURE = "If it is not the parent organisation, ask Anthropic to switch the settings endpoint on."


@collects(
    Scope, ORGANISATIONS, SETTINGS, where={"scope.level": ("organisation",)}, per="source", lists_scopes="organisation"
)
def organisations(handle: Handle) -> Iterator[Scope]:
    """Every organisation of the key's tree; the parent is skipped where it can be told from the others."""
    listed = {ident(ORGANISATIONS, item, "uuid"): item for item in handle.each(ORGANISATIONS)}
    asked = {place: _asked(handle, place) for place in listed if len(listed) > 1}
    parent = by_elimination({place: answered for place, (answered, _) in asked.items()})
    proof = [origin for _, (_, origin) in asked.items() if origin is not None]
    for place, item in listed.items():
        with handle.citing(item, *(proof if place == parent else ())):
            yield Scope(
                subject=place, level="organisation", path=place, at=place, name=text(item.get("name")),
                state="disabled" if place == parent else "enabled", note=PARENT if place == parent else NOT_EXPOSED,
            )  # fmt: skip


@collects(AiSystem, ORGANISATIONS, where={"ai_system.category": ("service",)}, per="source")
def services(handle: Handle) -> Iterator[AiSystem]:
    """Claude itself, once for each organisation whose members can use it."""
    for item in handle.each(ORGANISATIONS):
        place = ident(ORGANISATIONS, item, "uuid")
        if place != handle.known["parent"]:
            yield AiSystem(
                subject=place, at=place, category="service", provider="claude", name=text(item.get("name")),
                created=moment_in(item, "created_at"),
            )  # fmt: skip


@collects(Setting, SETTINGS, per="organisation")
def settings(handle: Handle) -> Iterator[Setting]:
    """Every setting as it is in force; one that the vendor leaves out is not told, which is not off."""
    place = str(handle.known["scope"])
    found = handle.find(SETTINGS, organization_id=place)
    if found is None:
        handle.note(SETTINGS, Reason.NOT_LICENSED, "404 for an organisation of the vendor's own list", cure=CURE)
        return
    rows = rows_of(found)
    for name, row in rows.items():
        yield _setting(place, name, value_of(row))
    for name in expected(rows):
        yield _setting(place, name, LEFT_OUT)
    for sort, days in retention(rows).items():
        yield _setting(place, f"retention_days/{sort}", days)


@collects(Credential, ORGANISATIONS, SETTINGS, where={"credential.type": (TYPE,)}, per="source")
def access_keys(handle: Handle) -> Iterator[Credential]:
    """Every key to the Compliance API with its scopes; the list is the same for each organisation of the tree."""
    keys: list[Mapping[str, Any]] | None = None
    for item in handle.each(ORGANISATIONS):
        place = ident(ORGANISATIONS, item, "uuid")
        found = (
            handle.find(SETTINGS, organization_id=place) if place != handle.known["parent"] and keys is None else None
        )
        if found is not None:
            keys = parts(found, "api_keys") if isinstance(found.get("api_keys"), list) else None
    if keys is None:
        handle.note(SETTINGS, Reason.INVALID_ANSWER, "no organisation answered with a list of keys", cure=CURE)
    for key in keys or ():
        yield _key(key)


def _asked(handle: Handle, place: str) -> tuple[bool | None, Item | None]:
    """Whether the organisation has settings, and the answer that says so; a refusal is noted for it alone."""
    with handle.item(place):
        found = handle.attempt(SETTINGS, organization_id=place)
        if not isinstance(found, Missing):
            return found is not None, Item({}, handle.origins[-1])
    return None, None


def _setting(place: str, name: str, value: Any) -> Setting:
    """One setting of one organisation, named as the vendor names it; of one of a map, only the map's name."""
    return Setting(
        subject=f"{place}/claude.{name}",
        at=place,
        name=f"claude.{name.partition('/')[0]}",
        value=value,
        set_by="effective",
    )


def _key(key: Mapping[str, Any]) -> Credential:
    scopes = names(key.get("scopes"))
    maker = key.get("created_by_id")
    sort: Literal["person"] | Missing = "person" if isinstance(maker, str) else ABSENT
    return Credential(
        subject=ident(SETTINGS, key), type=TYPE, owner=str(maker or NOBODY),
        owner_sort=sort if "created_by_id" in key else NOT_EXPOSED,
        privilege=" ".join(scopes) if isinstance(scopes, tuple) else scopes,
        state=choose(_active(key), {"true": "active", "false": "inactive"}),
        long_term=key["expires_at"] is None if "expires_at" in key else NOT_EXPOSED,
        created=moment(key.get("created_at")), expires=moment_in(key, "expires_at"),
    )  # fmt: skip


def _active(key: Mapping[str, Any]) -> str | None:
    active = key.get("is_active")
    return str(active).lower() if active is not None else None
