"""What `annexa permissions litellm` says: which user and key to make, and what the key could do beyond reading."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.litellm._source import OWN_KEY, READY, WHOAMI


def grant(order: GrantOrder) -> Grant:
    """Steps for people; the proxy has no form of a grant that a machine could read."""
    return rest_grant(
        order,
        title="LiteLLM proxy",
        who="an administrator of the proxy (role proxy_admin)",
        where="the proxy's own dashboard > Internal Users, then Virtual Keys",
        plan="every edition; the audit log is written by the Enterprise edition only",
        steps=(
            "Invite a user for annexa with the role proxy_admin_viewer (Admin, view only).",
            "Make a key that belongs to this user and to no team, of the type Default, with an end and a small budget. Name no "
            "model, no route and no MCP server in it: a key that names some is shown no others, and LiteLLM does not say so.",
            "Put the key into LITELLM_PROXY_API_KEY where annexa runs, and the proxy's address into LITELLM_PROXY_URL.",
            "Do not use the master key: it may do everything, and can only be taken away from everybody at once.",
        ),
        beyond=(
            "a viewer changes nothing, but may read the log of spending, in which LiteLLM can keep prompts and answers; and a "
            "key that names no model can call all of them, up to its budget. annexa asks for no log of requests, and its guard "
            "lets no other call out."
        ),
        credential_calls=(READY, WHOAMI, OWN_KEY),
    )
