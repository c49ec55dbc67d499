"""API keys of all workspaces: whose they are, since when, until when, and when they were last used. Never a key itself."""

from collections.abc import Iterator

from annexa.collectors._rest import Onward, Read
from annexa.collectors._values import text
from annexa.collectors.mistral._api import ADMIN, GUIDE, ident, moment_in
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, Missing
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import Credential

KEYS = Read(
    op="GET /admin/api-keys", needs=ADMIN, path="keys", pager=Onward(), params={"limit": 100}, drop=("key", "hidden_key"),
    unconfirmed=GUIDE,
)  # fmt: skip
KEY = "mistral_api_key"


@collects(Credential, KEYS, per="source", where={"credential.type": (KEY,)})
def keys(handle: Handle) -> Iterator[Credential]:
    """One record per key of a workspace; a key without an end lives on until somebody ends it."""
    for key in handle.each(KEYS):
        place, ends = key.get("workspace_id"), moment_in(key, "expiration_date", ABSENT)
        yield Credential(
            subject=ident(KEYS, key, "key_id"), at=place if isinstance(place, str) else None, type=KEY,
            owner=str(key.get("created_by") or ""), privilege=text(key.get("product")),
            long_term=(ends is ABSENT or ends) if isinstance(ends, Missing) else False,
            created=moment_in(key, "created_at"), expires=ends, last_used=moment_in(key, "last_used", ABSENT),
        )  # fmt: skip
