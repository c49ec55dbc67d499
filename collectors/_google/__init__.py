"""The adapter for Google Workspace and Google Cloud: declared methods, sent through google-api-python-client.

A call names a method of a discovery document: `Call(op="admin/directory_v1:users.list", needs=<scope>, path="users")`;
its parameters are those of the method. Nothing in here loads the SDK before a source is connected.
"""

from annexa.collectors._google.settings import GoogleSettings
from annexa.collectors._google.source import GoogleSource, Self

__all__ = ["GoogleSettings", "GoogleSource", "Self"]
