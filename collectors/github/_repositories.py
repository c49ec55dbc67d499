"""The organisation's list of repositories, and the proof that it is whole."""

from annexa.collectors._rest import Read
from annexa.collectors.github._api import PAGE, PAGES
from annexa.collectors.github.organisation import ORGANISATION
from annexa.evidence.handle import Handle
from annexa.schemas.words import Reason

REPOSITORIES = Read(
    op="GET /orgs/{org}/repos", needs="repository: Metadata (read)", path="", pager=PAGES, params={**PAGE, "type": "all"},
    drop=("temp_clone_token",),
)  # fmt: skip


def prove_all(handle: Handle, number: int) -> None:
    """Note the list as unproved where the organisation counts more: an App sees only what it was installed for."""
    counted = handle.one(ORGANISATION, org=handle.known["org"])
    public, private = counted.get("public_repos"), counted.get("total_private_repos")
    if not isinstance(public, int) or not isinstance(private, int):
        handle.note(
            REPOSITORIES, Reason.VISIBILITY_UNPROVED, "how many repositories there are is not shown", cure=_CURE
        )
    elif number < public + private:
        says = f"{number} repositories were shown of {public + private}"
        handle.note(REPOSITORIES, Reason.VISIBILITY_UNPROVED, says, cure=_CURE)


_CURE = "Install the App for all repositories, with the organisation permission Administration (read)."
