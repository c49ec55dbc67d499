"""What `annexa permissions slack` says: an app with these scopes, installed on the whole organisation by its owner."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.slack._source import WHOAMI

STEPS = (
    "api.slack.com/apps > Create New App, in any workspace of the organisation; name it annexa.",
    "Under OAuth & Permissions add exactly the User Token Scopes below, and no Bot Token Scopes.",
    "Under Org Level Apps opt in, and under OAuth & Permissions add a redirect URL: an app with admin scopes is installed "
    "over the OAuth flow.",
    "Have the owner of the organisation open the app's install address and choose the organisation, not a workspace, in the "
    "corner of the page. Whoever installs it must stay an owner: the token may do no more than that person.",
    "Keep the user token (xoxp-) of the answer where only annexa reads it, and set SLACK_ORG_ADMIN_USER_TOKEN.",
)


def grant(order: GrantOrder) -> Grant:
    """How to make the app, with the scopes that the declared calls need."""
    return rest_grant(
        order,
        title="Slack",
        who="The primary owner, or an owner, of the organisation: administrators cannot read the audit log",
        where="api.slack.com/apps",
        plan="Enterprise (Enterprise Grid, Enterprise+); other plans have none of these interfaces",
        steps=STEPS,
        beyond=(
            "nothing: every scope ends in :read, and none of them opens messages or files. auditlogs:read shows who did "
            "what in the organisation; annexa keeps the moment of the newest entry and no more."
        ),
        credential_calls=(WHOAMI,),
    )
