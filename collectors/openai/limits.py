"""How much may be spent and asked: hard limits on spending, and limits per model and minute."""

from collections.abc import Iterator

from annexa.collectors._rest import Read
from annexa.collectors._values import number
from annexa.collectors.openai._api import LAST_ID, MANAGEMENT, NO_404, PAGE, UNTOLD, ident
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Quota

SPEND = Read(op="GET /organization/spend_limit", needs=MANAGEMENT, absent=("404",), unconfirmed=f"{UNTOLD}; {NO_404}")
PROJECT_SPEND = Read(
    op="GET /organization/projects/{project_id}/spend_limit", needs=MANAGEMENT, absent=("404",),
    unconfirmed=f"{UNTOLD}; {NO_404}",
)  # fmt: skip
RATES = Read(
    op="GET /organization/projects/{project_id}/rate_limits", needs=MANAGEMENT, path="data", pager=LAST_ID, params=PAGE,
    unconfirmed=UNTOLD,
)  # fmt: skip

SPENT, PROJECT_SPENT, RATE = "openai.spend_limit", "openai.project.spend_limit", "openai.project.rate_limit"
LIMITS = (
    "max_requests_per_1_minute", "max_tokens_per_1_minute", "max_images_per_1_minute",
    "max_audio_megabytes_per_1_minute", "max_requests_per_1_day", "batch_1_day_max_input_tokens",
)  # fmt: skip
"""What a model can be limited by; the vendor leaves out those that do not concern it."""


@collects(Quota, SPEND, per="source", where={"quota.name": (SPENT,)})
def spend_limit(handle: Handle) -> Iterator[Quota]:
    """The hard limit on what the organization spends a month, in cents."""
    yield _spend(handle.find(SPEND), SPENT, SPENT)


@collects(Quota, PROJECT_SPEND, per="project", where={"quota.name": (PROJECT_SPENT,)})
def project_spend_limit(handle: Handle) -> Iterator[Quota]:
    """The same for one project."""
    here = str(handle.known["scope"])
    yield _spend(handle.find(PROJECT_SPEND, project_id=here), f"{here}/{PROJECT_SPENT}", PROJECT_SPENT)


@collects(Quota, RATES, per="project", where={"quota.name": (RATE,)})
def rate_limits(handle: Handle) -> Iterator[Quota]:
    """One record per model and limit: requests, tokens, images or audio, by minute or day."""
    here = str(handle.known["scope"])
    for row in handle.each(RATES, project_id=here):
        which = ident(RATES, row)
        for name in LIMITS:
            if name in row:
                yield Quota(subject=f"{here}/{which}#{name}", name=RATE, value=number(row[name]))


def _spend(found: Item | None, subject: str, name: str) -> Quota:
    return Quota(subject=subject, name=name, value=ABSENT if found is None else number(found.get("threshold_amount")))
