"""Known weaknesses of the libraries in use: which library, how grave, since when and until when; never a text."""

from collections.abc import Iterator
from datetime import timedelta

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, inside, moment_in, text
from annexa.collectors.github._api import PAGE, PAGES, repository
from annexa.evidence.call import collects
from annexa.evidence.clock import parse
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Alert

LOOKS_BACK = timedelta(days=90)
"""Alerts that were closed longer ago are not read."""
NEEDS = "repository: Dependabot alerts (read)"
OPEN = Read(
    op="GET /orgs/{org}/dependabot/alerts", needs=NEEDS, path="", pager=PAGES, params={**PAGE, "state": "open"},
    drop=("dismissed_comment", "temp_clone_token"),
)  # fmt: skip
CLOSED = Read(
    op="GET /orgs/{org}/dependabot/alerts", needs=NEEDS, path="", pager=PAGES,
    params={**PAGE, "state": "fixed,dismissed,auto_dismissed", "sort": "updated", "direction": "desc"},
    drop=("dismissed_comment", "temp_clone_token"),
)  # fmt: skip
ENDS = {"fixed": "fixed_at", "dismissed": "dismissed_at", "auto_dismissed": "auto_dismissed_at"}
"""The state of a closed alert, with the field that holds when it was closed."""


@collects(Alert, OPEN, CLOSED, per="source", where={"alert.type": ("dependabot",)})
def dependency_alerts(handle: Handle) -> Iterator[Alert]:
    """One record per open alert, and per alert that was closed within the last 90 days."""
    org, oldest = handle.known["org"], parse(str(handle.known["now"])) - LOOKS_BACK
    for alert in handle.each(OPEN, org=org):
        yield _record(alert)
    for alert in handle.each(CLOSED, org=org):
        changed = moment_in(alert, "updated_at")
        if isinstance(changed, str) and parse(changed) < oldest:
            return
        yield _record(alert)


def _record(alert: Item) -> Alert:
    package, weakness = inside(inside(alert, "dependency"), "package"), inside(alert, "security_vulnerability")
    where = repository(alert["repository"])
    return Alert(
        subject=f"{where}/dependabot/{alert['number']}",
        type="dependabot",
        state=choose(alert.get("state"), {"open": "open", **{word: word for word in ENDS}}),
        raised=moment_in(alert, "created_at"),
        closed=_closed(alert),
        about=text(package.get("name")),
        resource=where,
        severity=text(weakness.get("severity")),
    )


def _closed(alert: Item) -> str | Missing:
    state = alert.get("state")
    if state == "open":
        return ABSENT
    return moment_in(alert, ENDS[state]) if isinstance(state, str) and state in ENDS else NOT_EXPOSED
