"""Which models the team may use: whether a policy holds at all, what becomes of new ones, and what it allows.

While no policy of the team's own holds, Cursor answers the list of models with 409. That means that nothing is restricted
here, never that it may not be seen. The older sort of policy (`legacy`) gives the same answer and shows no list at all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, text
from annexa.collectors.cursor import _api
from annexa.collectors.cursor._api import ENTERPRISE, MODELS
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, Missing, ambiguous
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Setting
from annexa.schemas.words import Reason, State

ACCESS = Read(op=_api.MODEL_ACCESS, needs=MODELS, plan=ENTERPRISE)
PROVIDERS = Read(op=_api.PROVIDERS, needs=MODELS, absent=("409",), plan=ENTERPRISE)

STATE, ALLOWED = "cursor.model_access", "cursor.models"
DEFAULTS = {
    "newProviderDefault": "cursor.model_access.new_providers",
    "newModelDefault": "cursor.model_access.new_models",
}
UNRESTRICTED = "unrestricted"
SWITCHED = {"enabled": "enabled", "disabled": "disabled"}


@collects(Setting, ACCESS, per="source", where={"setting.name": (STATE, *DEFAULTS.values())})
def model_access(handle: Handle) -> Iterator[Setting]:
    """Whether the team has a policy of models, and what it does with providers and models that are new."""
    found = handle.one(ACCESS)
    yield _setting(handle, STATE, text(found.get("state")))
    for field, name in DEFAULTS.items():
        yield _setting(handle, name, _default(found, field))


@collects(Setting, PROVIDERS, ACCESS, per="source", where={"setting.name": (ALLOWED,)})
def allowed_models(handle: Handle) -> Iterator[Setting]:
    """The models that the policy allows, each as `provider/model`; `absent` while nothing is restricted."""
    found = handle.find(PROVIDERS)
    yield _setting(handle, ALLOWED, _unlisted(handle.one(ACCESS)) if found is None else _allowed(found))


def _default(found: Item, field: str) -> str | Missing:
    """What happens to something new; Cursor says null where no policy of the team's own holds."""
    if found.get("state") == UNRESTRICTED and found.get(field) is None:
        return Missing(state=State.ABSENT, why="the team has no policy: everything new may be used")
    return choose(found.get(field), SWITCHED)


def _unlisted(access: Item) -> Missing:
    if access.get("state") == UNRESTRICTED:
        return Missing(state=State.ABSENT, why="unrestricted: the team has no policy, and every model may be used")
    return ambiguous(
        str(access.get("state")), "a policy of the older sort holds, and Cursor does not list what it allows"
    )


def _allowed(found: Item) -> tuple[str, ...] | Missing:
    providers = _list(found.get("providers"))
    names = {
        f"{provider.get('id')}/{model.get('id')}": _on(provider, model)
        for provider in providers
        for model in _list(provider.get("models"))
    }
    doubtful = sorted(name for name, on in names.items() if on is None)
    if doubtful:
        return ambiguous(doubtful[0], "whether it is allowed is neither yes nor no")
    return tuple(sorted(name for name, on in names.items() if on)) or ABSENT


def _on(provider: Mapping[str, Any], model: Mapping[str, Any]) -> bool | None:
    """Whether both switches are on; None where one of them says neither."""
    switches = (provider.get("enabled"), model.get("enabled"))
    return None if any(not isinstance(one, bool) for one in switches) else all(switches)


def _list(found: object) -> list[Mapping[str, Any]]:
    if isinstance(found, list) and all(isinstance(one, Mapping) for one in found):
        return found
    says = "the answer has no list where one is documented"
    cure = "Run again; if it stays, report it with this code."
    raise UnreadError(PROVIDERS, Trouble(reason=Reason.INVALID_ANSWER, code="missing_list", says=says, cure=cure))


def _setting(handle: Handle, name: str, value: Any) -> Setting:
    return Setting(subject=f"{handle.known['team']}/{name}", name=name, value=value, set_by="team")
