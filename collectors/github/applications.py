"""Which GitHub Apps are installed in the organisation, AI or not, and what each may do in how many repositories."""

from collections.abc import Iterator

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, inside, moment_in, text
from annexa.collectors.github._api import PAGE, PAGES
from annexa.collectors.github._count import prove
from annexa.collectors.github._rights import listed, purpose_of, resources_of, target_of
from annexa.evidence.call import collects
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AccessGrant, Application
from annexa.schemas.words import Reason

INSTALLATIONS = Read(
    op="GET /orgs/{org}/installations", needs="organisation: Administration (read)", path="installations", pager=PAGES,
    params=PAGE,
)  # fmt: skip
INSTALLATION_COUNT = Read(
    op="GET /orgs/{org}/installations", needs="organisation: Administration (read)", params={"per_page": 1}
)
REACH = {"all": "all", "selected": "selected"}


@collects((Application, AccessGrant), INSTALLATIONS, INSTALLATION_COUNT, per="source",
          where={"access_grant.purpose": ("read", "write", "administer")})  # fmt: skip
def installations(handle: Handle) -> Iterator[Application | AccessGrant]:
    """One record per installed app, and one for what it may do unless the installation is suspended."""
    number = 0
    for app in handle.each(INSTALLATIONS, org=handle.known["org"]):
        number += 1
        yield _application(app)
        if not isinstance(app.get("permissions"), dict):
            name = f"installation/{app['id']}"
            handle.note(INSTALLATIONS, Reason.INVALID_ANSWER, "its permissions are not shown", subject=name)
        elif app.get("suspended_at") is None:
            yield _grant(app)
    prove(handle, INSTALLATIONS, INSTALLATION_COUNT, "total_count", number, "apps")


def _application(app: Item) -> Application:
    return Application(
        subject=f"installation/{app['id']}",
        vendor_id=str(app["app_slug"]),
        name=text(app.get("app_slug")),
        created=moment_in(app, "created_at"),
        consented=choose(app.get("repository_selection"), REACH),
        permissions=listed(inside(app, "permissions")),
        state="suspended" if app.get("suspended_at") is not None else "active",
    )


def _grant(app: Item) -> AccessGrant:
    rights, reach = listed(inside(app, "permissions")), choose(app.get("repository_selection"), REACH)
    purpose = purpose_of(rights)
    return AccessGrant(
        subject=f"installation/{app['id']}#{purpose}",
        grantee=f"installation/{app['id']}",
        grantee_name=text(app.get("app_slug")),
        grantee_sort="application",
        on_behalf_of="all",
        purpose=purpose,
        permissions=rights,
        target=target_of(reach),
        resources=resources_of(reach),
        verdict="allowed",
        via=(f"installation of the GitHub App {app['app_slug']}",),
        granted=moment_in(app, "created_at"),
    )
