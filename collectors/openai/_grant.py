"""How to make the admin key that annexa reads with, and what it could do beyond reading."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.openai.projects import PROJECTS


def grant(order: GrantOrder) -> Grant:
    """Steps for people; the vendor has no form of a grant that a machine could read."""
    return rest_grant(
        order,
        title="OpenAI API platform",
        who="an owner of the organization; nobody else can make admin keys",
        where="https://platform.openai.com/settings/organization/admin-keys",
        plan="every API organization",
        steps=(
            "Create new admin key, with a name that says what it is for, and an end.",
            "Permissions: Read only. Scopes added to a key later were seen not to take effect: make a new key instead.",
            "Put the key into OPENAI_ADMIN_KEY where annexa runs, and the organization's id (Settings > Organization > "
            "General) into OPENAI_ORG_ID.",
            "Switch the audit log on, if it is off (Settings > Organization > Data controls). It cannot be switched off again.",
        ),
        beyond=(
            "a key with the permission Read only changes nothing. A key with the permission All can do whatever an owner "
            "can: make keys, invite people, loosen retention. annexa sends reads only, whichever key it is given."
        ),
        credential_calls=(PROJECTS,),
    )
