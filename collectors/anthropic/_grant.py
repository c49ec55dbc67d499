"""What to hand out for the Claude Console."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.anthropic._api import ME


def grant(order: GrantOrder) -> Grant:
    """How to make the Admin API key and the token, and what they could do beyond reading."""
    return rest_grant(
        order,
        title="Claude Console (Admin API)",
        who="an admin of the organisation",
        where="Claude Console > Settings > Admin keys",
        plan="any organisation of the Claude Console; individual accounts have no Admin API",
        steps=(
            "Make an Admin API key for annexa alone, with an expiry, and set ANTHROPIC_ADMIN_KEY to it.",
            'For service accounts and federation, log in as admin: ant auth login --profile admin --scope "org:admin"',
            "Set ANTHROPIC_ADMIN_TOKEN to what `ant auth print-credentials --profile admin --access-token` prints, for this "
            "run only; for runs without people, get the token by a federation rule with the scope org:admin.",
            "Give the key to nobody else, and review it like any other administrator.",
        ),
        beyond=(
            "everything that an admin may do. Admin API keys have no scopes: the key could invite and remove members, change "
            "roles, make and archive workspaces and switch API keys off. The token could also change service accounts and "
            "federation. Neither can read prompts or answers. annexa sends declared reads only."
        ),
        credential_calls=(ME,),
    )
