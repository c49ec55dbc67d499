"""Settings of Gemini that no API tells: only an administrator's change of them leaves a trace, in the admin log.

What was changed last is what holds, as far as the log shows; a setting of which the log knows no change is not known.
Google keeps the log for about six months and has renamed such settings before, so that nothing rests on a name that was
not seen.
"""

from collections.abc import Iterator, Mapping

from annexa.collectors.google_workspace._api import AUDIT_READ, moment
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.settings import Setting
from annexa.schemas.words import Basis, State

CHANGES = Call(
    op="admin/reports_v1:activities.list", needs=AUDIT_READ, path="items",
    params={
        "userKey": "all", "applicationName": "admin", "eventName": "CHANGE_APPLICATION_SETTING", "maxResults": 1000,
        "fields": "kind,nextPageToken,items(id/time,events(name,parameters(name,value)))",
    },
)  # fmt: skip
UNLICENSED, EARLY = "google_workspace.gemini.unlicensed_users", "google_workspace.gemini.early_features"
# The words of the log, by the setting that they are about; the later ones are what Google calls it now.
WORDS: Mapping[str, tuple[str, ...]] = {
    UNLICENSED: ("BardNonDuetEnablementProto enable_bard_non_duet_access",),
    EARLY: ("GenAiAlphaSettingsProto alpha_enabled", "Beta Gemini Features Beta Features enabled"),
}
VALUES = {"true": True, "false": False}
NEVER = Missing(
    state=State.NOT_EXPOSED, why="no API tells it, and the admin log of the last 180 days shows no change of it"
)


@collects(Setting, CHANGES, per="source", where={"setting.name": (UNLICENSED, EARLY)})
def logged_settings(handle: Handle) -> Iterator[Setting]:
    """One record per setting, and per organisational unit or group for which a change was seen; the newest change counts."""
    newest = dict[tuple[str, str], tuple[Item, Mapping[str, str]]]()
    for activity in handle.each(CHANGES):  # the newest one comes first
        for event in activity.get("events") or ():
            said: Mapping[str, str] = {
                str(one.get("name")): str(one.get("value")) for one in event.get("parameters") or ()
            }
            name = next((ours for ours, words in WORDS.items() if said.get("SETTING_NAME") in words), None)
            if name is not None:
                _keep(newest, (name, said.get("GROUP_EMAIL") or said.get("ORG_UNIT_NAME") or ""), activity, said)
    for (name, where), (activity, said) in newest.items():
        with handle.citing(activity):
            yield Setting(
                subject=f"{name}@{where}", name=name, value=_value(said), set_by=where or NOT_EXPOSED,
                updated=_time(activity), basis=Basis.LOG_INFERRED,
            )  # fmt: skip
    for name in sorted(set(WORDS) - {name for name, _ in newest}):
        yield Setting(subject=name, name=name, value=NEVER, basis=Basis.LOG_INFERRED)


def _keep(
    newest: dict[tuple[str, str], tuple[Item, Mapping[str, str]]], key: tuple[str, str], activity: Item,
    said: Mapping[str, str],
) -> None:  # fmt: skip
    """Keep the newer of two changes, whatever the order in which they were told."""
    known = newest.get(key)
    if known is None or str(_time(known[0])) < str(_time(activity)):
        newest[key] = (activity, said)


def _value(said: Mapping[str, str]) -> bool | Missing:
    """The new value; a deleted setting falls back to one that the log does not tell."""
    raw = said.get("NEW_VALUE")
    if raw is None:
        return NOT_EXPOSED
    return VALUES[raw.lower()] if raw.lower() in VALUES else unknown_value(raw)


def _time(activity: Item) -> str | Missing:
    return moment((activity.get("id") or {}).get("time"))
