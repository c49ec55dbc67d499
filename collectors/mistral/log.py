"""The organization's audit log: whether it delivers. What happened, and who did it, is not kept."""

from collections.abc import Iterator

from annexa.collectors._rest import Read
from annexa.collectors.mistral._api import ADMIN, AUDIT, GUIDE, moment_in
from annexa.evidence.call import collects
from annexa.evidence.fact import Missing, ambiguous
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import LogSource
from annexa.schemas.words import Reason

LOG = Read(op=AUDIT, needs=ADMIN, path="", params={"limit": 5, "sort": "descending"}, unconfirmed=GUIDE)
"""The newest entries; older ones are not asked for."""
NAME = "mistral.audit"


@collects(LogSource, LOG, per="source", where={"log_source.name": (NAME,)})
def audit_log(handle: Handle) -> Iterator[LogSource]:
    """Whether the audit log is on, and its newest entry; an empty list says neither."""
    times = [moment_in(entry, "created_at") for entry in handle.each(LOG)]
    if not times:
        says = "the list is empty: the log is off, or nothing ever happened"
        handle.note(
            LOG, Reason.VISIBILITY_UNPROVED, says, cure="Look at the audit log in the Admin Panel.", subject=NAME
        )
        silent = ambiguous("[]", says)
        yield LogSource(subject=NAME, name=NAME, enabled=silent, organisation_wide=True, last_event=silent)
        return
    strange = [time for time in times if isinstance(time, Missing)]
    newest = strange[0] if strange else max(time for time in times if isinstance(time, str))
    yield LogSource(subject=NAME, name=NAME, enabled=True, organisation_wide=True, last_event=newest)
