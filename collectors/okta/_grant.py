"""What `annexa permissions okta` says: an app with these read scopes, a role that reads, and how to make both."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.okta._source import ORG, WHOAMI

STEPS = (
    "Admin Console > Applications > Create App Integration > API Services; name it annexa.",
    "Under General > Client Credentials choose Public key / Private key, generate a key in PEM form, and keep the file "
    "where only annexa reads it.",
    "Under General Settings switch off that tokens need a proof of possession (DPoP): it is on for new apps.",
    "Under Okta API Scopes grant exactly the scopes below; every one ends in .read.",
    "Under Admin roles assign Read-only Administrator. A role that is limited to some groups hides the group Everyone and "
    "other apps: what it cannot see would look as if it were not there.",
    "Write into the source's table: domain, client_id and private_key_file, or set OKTA_CLIENT_PRIVATEKEY.",
    "Without an app: a user who is Read-only Administrator and nothing else makes an API token (Security > API > Tokens); "
    "set OKTA_CLIENT_TOKEN and OKTA_CLIENT_ORGURL. API tokens and grants of scopes may then stay unread.",
)


def grant(order: GrantOrder) -> Grant:
    """How to make the app, with the scopes that the declared calls need."""
    return rest_grant(
        order,
        title="Okta",
        who="A super administrator of the organisation",
        where="Admin Console > Applications",
        plan="Any with Okta Identity Engine; the Classic Engine has no sign-on policies of single apps that could be read",
        steps=STEPS,
        beyond=(
            "nothing, for the app: its scopes only read, and its role only reads. They do show the profiles of all users, of "
            "which annexa keeps login, status and times. An API token may do whatever its maker may, also when the "
            "maker is given more later."
        ),
        credential_calls=(ORG, WHOAMI),
    )
