"""How to make the token that annexa reads with, and what it could do beyond reading."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.cloudflare.accounts import ACCOUNTS


def grant(order: GrantOrder) -> Grant:
    """Steps for people; each permission is a permission group of the token."""
    return rest_grant(
        order,
        title="Cloudflare",
        who="a Super Administrator of the account, or a user who holds at least these rights",
        where="Cloudflare dashboard > Manage account > Account API tokens > Create token",
        plan="every plan; what Zero Trust does not include stays empty or unread",
        steps=(
            "Create a custom token, with a name that says what it is for, and an end (TTL).",
            "Permissions, all of them under Account and all of them Read: Account Settings, AI Gateway, MCP Portals, Zero "
            "Trust, Access: Apps and Policies.",
            "Account resources: include every account that belongs to the organisation. What is left out is not seen, and "
            "nothing says so.",
            "Restrict it to the addresses from which annexa runs, if they are fixed.",
            "Put the token into CLOUDFLARE_API_TOKEN where annexa runs.",
        ),
        beyond=(
            "a token with Read permissions changes nothing. AI Gateway Read also opens the gateways' logs with prompts and "
            "answers, and Zero Trust Read the rules with the names in them; annexa never asks for the former, and keeps the "
            "latter without the names."
        ),
        credential_calls=(ACCOUNTS,),
    )
