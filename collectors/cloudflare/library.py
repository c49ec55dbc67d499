"""The application library: what the organisation marked as approved in Cloudflare's catalogue of applications.

The catalogue lists what exists in the world. Its review status is the organisation's own word: approved is sanctioned for use,
unapproved and in review say nothing about use, and unreviewed is what everything begins as. So only the approved are asked
for, which also keeps thousands of rows out of the evidence; how many there are is the organisation's own doing.
"""

from collections.abc import Iterator

from annexa.collectors._rest import Offset, Read
from annexa.collectors._values import choose, text
from annexa.collectors.cloudflare._api import ZERO_TRUST_READ, ident, moment_in, names
from annexa.evidence.call import collects
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import Application

LIBRARY = Read(
    op="GET /accounts/{account_id}/resource-library/applications", needs=ZERO_TRUST_READ, path="result",
    pager=Offset(param="offset", total="result_info.total_count"),
    params={
        "limit": 250, "filter": "review_status:approved", "fields": "id,name,human_id,hostnames,review_status,created_at",
    },
    unconfirmed="which permission opens it, and what its result_info holds, is not published; without a total it stays unread",
)  # fmt: skip
OTHERS = ("unapproved", "in_review", "unreviewed")
STATUS = {word: word for word in ("approved", *OTHERS)}


@collects(Application, LIBRARY, per="account")
def approved_applications(handle: Handle) -> Iterator[Application]:
    """One record per application that the organisation marked as approved."""
    here = str(handle.known["scope"])
    for item in handle.each(LIBRARY, account_id=here):
        state = choose(item.get("review_status"), STATUS)
        if state in OTHERS:
            continue  # the vendor did not follow the filter: this is its catalogue, and no decision to use anything
        name = ident(LIBRARY, item)
        yield Application(
            subject=f"{here}/library/{name}", vendor_id=name, name=text(item.get("name")), state=state,
            domains=names(item.get("hostnames")), created=moment_in(item, "created_at"),
        )  # fmt: skip
