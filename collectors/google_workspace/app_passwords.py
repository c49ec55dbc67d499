"""App passwords: sixteen letters with which a program signs in as somebody, past the second factor.

Google tells them one user at a time, and never the letters themselves; what somebody called one is not asked for.
Suspended accounts are left out as they are among tokens.
"""

from collections.abc import Iterator

from annexa.collectors.google_workspace._api import SECURITY, unix
from annexa.collectors.google_workspace.users import USERS, everybody, reachable
from annexa.evidence.call import Call, collects
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import Credential

ASPS = Call(
    op="admin/directory_v1:asps.list", needs=SECURITY, path="items",
    params={"fields": "kind,items(codeId,creationTime,lastTimeUsed,userKey)"},
)  # fmt: skip
TYPE = "app_password"


@collects(Credential, USERS, ASPS, per="source", where={"credential.type": (TYPE,)})
def app_passwords(handle: Handle) -> Iterator[Credential]:
    """One record per app password, with its times; it lives on until somebody takes it back."""
    for user, reply in handle.many(ASPS, reachable(everybody(handle), []), lambda user: {"userKey": str(user["id"])}):
        with handle.item(str(user["id"])):
            for password in reply.each():
                with handle.citing(user, password):
                    yield _password(str(user["id"]), password)


def _password(user: str, password: Item) -> Credential:
    return Credential(
        subject=f"{user}/{TYPE}/{password['codeId']}", type=TYPE, owner=user, owner_sort="person", state="active",
        long_term=True, created=unix(password.get("creationTime")), last_used=unix(password.get("lastTimeUsed")),
    )  # fmt: skip
