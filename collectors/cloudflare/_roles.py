"""What the roles of an account let their holders do to its AI, told by the vendor's own list of account roles.

Roles that neither list names, and those whose description leaves AI open, can administer it for all anybody knows: the grant
stays unsettled.
"""

from typing import Literal

ADMINISTER = frozenset((
    "Super Administrator - All Privileges", "Administrator", "Cloudflare Zero Trust", "Cloudflare Access", "Cloudflare Gateway",
))  # fmt: skip
"""Roles that change AI Gateway, AI controls, or the policies in front of AI applications."""
READ_ENDINGS = ("Read Only", "Read only", "Read-only", "(Read-only)", "Read-Only", " Read", "Readonly", "Reader", "Viewer",
                "Reporting", "Reporter")  # fmt: skip
READS = frozenset((
    "Analytics", "Minimal Account Access", "Cloudflare Zero Trust PII", "Network Services Read (Magic)",
    "Security Center Cloudforce One Read", "Zone Versioning Read (Account-Wide)", "Email Security Analyst",
))  # fmt: skip
ELSEWHERE = frozenset((
    "API Gateway", "Billing", "Bot Management (Account-wide)", "Cache Purge", "Cloudflare CASB", "Cloudflare DEX",
    "Cloudflare Images", "Cloudflare R2 Admin", "Cloudflare Stream", "Cloudflare Zero Trust DNS Locations Write", "DNS",
    "Email Configuration Admin", "Email Integration Admin", "Email Security Policy Admin", "Firewall", "Hyperdrive Admin",
    "Load Balancer", "Log Share", "Magic Network Monitoring", "Magic Network Monitoring Admin",
    "Network Services Write (Magic)", "Page Shield", "SSL/TLS, Caching, Performance, Page Rules, and Customization",
    "Security Center Brand Protection", "Security Center Cloudforce One Admin", "Trust and Safety", "Turnstile",
    "Waiting Room Admin", "Zaraz Admin", "Zaraz Edit", "Zone Versioning (Account-Wide)",
))  # fmt: skip
"""Roles that change something else, and nothing that decides about AI."""


def purpose_of(role: str) -> Literal["administer", "read", "write"] | None:
    """What a role amounts to; None: nobody says."""
    if role in ADMINISTER:
        return "administer"
    if role in READS or role.endswith(READ_ENDINGS):
        return "read"
    return "write" if role in ELSEWHERE else None
