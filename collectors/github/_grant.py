"""What `annexa permissions github` says: an App with these read permissions, and how to install it."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.github._source import WHOAMI

STEPS = (
    "Open the organisation's Settings > Developer settings > GitHub Apps > New GitHub App; leave the webhook switched off.",
    "Under Permissions choose exactly those below, each Read-only, and under Where can this App be installed: only here.",
    "Create the App, generate a private key and keep the file where only annexa reads it.",
    "Install the App in the organisation for All repositories: with a selection the list of repositories stays unproved.",
    "Write into the source's table: organisation, app_id, installation_id (the number at the end of the installation's "
    "address) and private_key_file, or set GITHUB_APP_PRIVATE_KEY.",
    "Without an App: an owner makes a fine-grained personal access token for the organisation with the same permissions, "
    "and sets GITHUB_TOKEN and GITHUB_ORGANISATION. The organisation's own fine-grained tokens then stay unread.",
)


def grant(order: GrantOrder) -> Grant:
    """How to make the GitHub App, with the permissions that the declared calls need."""
    return rest_grant(
        order,
        title="GitHub",
        who="An owner of the organisation",
        where="github.com > the organisation > Settings > Developer settings > GitHub Apps",
        plan="Any; Copilot's settings need Copilot Business or Enterprise, the audit log GitHub Enterprise Cloud",
        steps=STEPS,
        beyond=(
            "nothing: every permission is read-only, and none of them opens code, issues or pull requests. Administration "
            "(read) shows settings of repositories and of the organisation; no write permission is asked for."
        ),
        credential_calls=(WHOAMI,),
    )
