"""What `annexa permissions cursor` says: which key to make, and what it could do beyond reading."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.cursor._api import ENTERPRISE
from annexa.collectors.cursor.audit import LOGS
from annexa.collectors.cursor.models import ACCESS


def grant(order: GrantOrder) -> Grant:
    """Steps for people; Cursor has no form of a grant that a machine could read."""
    return rest_grant(
        order,
        title="Cursor",
        who="an administrator of the team; nobody else can make its keys",
        where="cursor.com/dashboard > API Keys",
        plan=f"{ENTERPRISE}; what other plans lack stays unread",
        steps=(
            "New API Key, with a name that says what it is for.",
            "Scope: Cursor's own pages ask for admin:* here. Where the dialog offers a key that only reads (read:*), take "
            "that one and add models:read, which it does not have by itself; what it is refused the report names.",
            "Put the key into CURSOR_ADMIN_API_KEY where annexa runs. It belongs to the team: every administrator sees it, "
            "and it stays when the person who made it leaves.",
        ),
        beyond=(
            "a key with admin:* can remove members, set what they may spend, and change blocked repositories, groups and the "
            "policy of models. annexa sends reads only, whichever key it is given; usage is read as days and counts."
        ),
        credential_calls=(ACCESS, LOGS),
    )
