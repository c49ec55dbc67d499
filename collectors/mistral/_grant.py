"""How to make the keys that annexa reads with, and what they could do beyond reading."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.mistral.workspaces import WORKSPACES


def grant(order: GrantOrder) -> Grant:
    """Steps for people; the vendor has no form of a grant that a machine could read."""
    return rest_grant(
        order,
        title="Mistral La Plateforme",
        who="whoever administers the enterprise account in Mistral's Backoffice",
        where="backoffice.mistral.ai > API keys > Create key; for connectors console.mistral.ai > API keys",
        plan="Enterprise; the Admin API is in beta",
        steps=(
            "Backoffice: create an Admin API key for the one organization, with a name that says what it is for, and an end.",
            "Put it into MISTRAL_ADMIN_API_KEY where annexa runs.",
            "Console: create an API key in the workspace whose connectors are to be seen, with an end, and put it into "
            "MISTRAL_API_KEY. Without it connectors stay unread, and the report says so.",
            "Where you know the organization's id, name it: organization = \"…\" in the source's table.",
        ),
        beyond=(
            "an Admin API key has no scopes: it can invite and remove people, make and delete keys, and change limits. The key "
            "of a workspace can use models at the organisation's cost. annexa sends reads only, whichever key it is given."
        ),
        credential_calls=(WORKSPACES,),
    )
