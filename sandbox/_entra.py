"""Harbourline's directory at Microsoft, which Microsoft 365 and Azure share: its id, and the token of annexa's application."""

import base64
import json

TENANT = "b7c1d0e4-2f5a-4c88-9a36-3d1e7f60a001"
APPLICATION = "5e0c9a1b-7d42-4f0e-8b1d-0a6c2f9d4e77"
TOKEN_ENV = "ANNEXA_SANDBOX_MICROSOFT_TOKEN"  # noqa: S105  # the name of a variable


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


TOKEN = (
    f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part({'tid': TENANT, 'appid': APPLICATION, 'exp': 4102444800})}.sandbox"
)
"""A token of the right shape that nobody signed; only the sandbox takes it."""
