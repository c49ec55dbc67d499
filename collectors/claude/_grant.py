"""What to hand out for Claude Enterprise."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.claude._api import ORGANISATIONS, SETTINGS


def grant(order: GrantOrder) -> Grant:
    """How to make the key, with which scopes, and what it could do beyond reading."""
    return rest_grant(
        order,
        title="Claude Enterprise",
        who="the primary owner, for all linked organisations; an owner can make a key for their own organisation",
        where="claude.ai > Organization settings > API > Create key",
        plan="Claude Enterprise, with the Compliance API switched on (Organization settings > Data and privacy)",
        steps=(
            "Make a key for annexa alone with the scopes below and no others; scopes cannot be changed afterwards.",
            "Leave out read:org_audit and read:compliance_user_data: they open chats and files, which annexa never reads.",
            "Leave out every scope that begins with write: or delete:.",
            "Set ANTHROPIC_COMPLIANCE_ACCESS_KEY to the key; it is shown once.",
            "Where every settings request is answered with 404, ask Anthropic to switch that endpoint on for the parent.",
        ),
        beyond=(
            "with these scopes nothing but reading. The activity feed names who did what, and read:plugins can download the "
            "files of members' plug-ins; annexa asks for neither."
        ),
        credential_calls=(ORGANISATIONS, SETTINGS),
    )
