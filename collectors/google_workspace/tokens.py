"""Apps that people let into their Google account: every app, AI or not, and who let it in with which scopes.

Google tells tokens one user at a time, so that every user is one question; a user whose tokens could not be read stays
unread by name, and nothing is said about the tokens of that user.

Which questions can be spared without losing anything:

- Those about suspended accounts. Google does not answer them, and no app reaches anything in such an account. They are
  counted apart and asked about again when they are restored. Deleted accounts are not listed at all.
- None by the token log. It is read too (`authorisations`), and shows what was let in lately, but it reaches back 180 days
  only, and what was let in before still holds; and Google says that in rare cases an event is not reported
  (https://support.google.com/a/answer/7061566). Somebody of whom the log is silent may have tokens all the same.
- None by the last sign-in. That somebody never signed in has been seen to come and go between two readings of the same
  list, and Google documents no bound between signing in and letting in an app.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from annexa.collectors._values import text
from annexa.collectors.google_workspace._api import SECURITY, WORKSPACE, names
from annexa.collectors.google_workspace.users import USERS, everybody, reachable
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessGrant
from annexa.evidence.kinds.settings import Setting
from annexa.evidence.kinds.systems import Application

TOKENS = Call(
    op="admin/directory_v1:tokens.list", needs=SECURITY, path="items",
    params={"fields": "kind,items(clientId,displayText,scopes,anonymous,nativeApp,userKey)"},
)  # fmt: skip
READ_ONLY = (".readonly", "/userinfo.email", "/userinfo.profile")
SIGN_IN = frozenset({"openid", "email", "profile"})


@dataclass
class _App:
    """What was seen of one app so far."""

    first: Item
    scopes: set[str] = field(default_factory=set)
    unclear: bool = False


ASKED, READ = "google_workspace.users", "google_workspace.users_whose_apps_were_read"
SUSPENDED = "google_workspace.users_suspended"
"""Three counts that say of how many people the apps are known, and of how many nobody can know them."""


@collects((Application, AccessGrant, Setting), USERS, TOKENS, per="source",
          where={"access_grant.target": (WORKSPACE,), "access_grant.purpose": ("read", "write"),
                 "application.consented": ("some",), "setting.name": (ASKED, READ, SUSPENDED)})  # fmt: skip
def tokens(handle: Handle) -> Iterator[Application | AccessGrant | Setting]:
    """One record per user and app, with its scopes; one per app, with all that was granted it; of how many users they are."""
    apps, suspended, asked, read = dict[str, _App](), list[Item](), 0, 0
    users = reachable(everybody(handle), suspended)
    for user, reply in handle.many(TOKENS, users, lambda user: {"userKey": str(user["id"])}):
        asked += 1
        with handle.item(str(user["id"])):
            for token in reply.each():
                with handle.citing(user, token):
                    yield _grant(str(user["id"]), token)
                _note(apps, token)
            read += 1
    for client, app in sorted(apps.items()):
        with handle.citing(app.first):
            yield _application(client, app)
    for name, count in ((ASKED, asked), (READ, read), (SUSPENDED, len(suspended))):
        yield Setting(subject=name, name=name, value=count)


def writes(scopes: tuple[str, ...]) -> bool:
    """Whether a scope lets an app change something; what is not plainly for reading counts as writing."""
    return any(not scope.endswith(READ_ONLY) and scope not in SIGN_IN for scope in scopes)


def _note(apps: dict[str, _App], token: Item) -> None:
    app = apps.setdefault(str(token["clientId"]), _App(token))
    scopes = names(token.get("scopes", []))
    app.unclear = app.unclear or scopes is None
    app.scopes.update(scopes or ())


def _grant(user: str, token: Item) -> AccessGrant:
    scopes = names(token.get("scopes", []))
    unclear = ambiguous(type(token.get("scopes")).__name__, "the vendor documents a list of scopes")
    return AccessGrant(
        subject=f"{user}/{token['clientId']}", grantee=str(token["clientId"]), grantee_name=text(token.get("displayText")),
        grantee_sort="application", on_behalf_of="user", purpose="write" if writes(scopes or ()) else "read",
        permissions=scopes or (), target=WORKSPACE, resources=(user,),
        verdict=unclear if scopes is None else "allowed",
    )  # fmt: skip


def _application(client: str, app: _App) -> Application:
    unclear: Missing = ambiguous("scopes", "the vendor documents a list of scopes")
    return Application(
        subject=client, vendor_id=client, name=text(app.first.get("displayText")),
        # Google names no publisher here; an app without a registered client is told as `anonymous`.
        verified=False if app.first.get("anonymous") is True else NOT_EXPOSED, consented="some",
        permissions=unclear if app.unclear else tuple(sorted(app.scopes)) or ABSENT,
    )  # fmt: skip
