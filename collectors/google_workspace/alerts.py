"""Alerts of the alert centre: sorts, times and states, never what an alert is about. There is no read-only scope."""

from collections.abc import Iterator

from annexa.collectors._values import text
from annexa.collectors.google_workspace._api import ALERTS, moment
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.data import Alert

LISTED = Call(
    op="alertcenter/v1beta1:alerts.list", needs=ALERTS, path="alerts",
    params={
        "pageSize": 200,
        "fields": "nextPageToken,alerts(alertId,type,source,createTime,startTime,endTime,metadata(status,severity))",
    },
)  # fmt: skip


@collects(Alert, LISTED, per="source")
def alerts(handle: Handle) -> Iterator[Alert]:
    """One record per alert that Google still shows."""
    for alert in handle.each(LISTED):
        told = alert.get("metadata") or {}
        yield Alert(
            subject=str(alert["alertId"]),
            type=str(alert.get("type") or "unknown"),
            state=text(told.get("status")),
            severity=text(told.get("severity")),
            raised=moment(alert.get("createTime") or alert.get("startTime")),
            closed=moment(alert.get("endTime"), ABSENT),
            about=text(alert.get("source")),
        )
