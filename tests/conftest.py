"""Where tests run side by side, those of one file stay together, and so does the whole deny matrix: it adds up."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        group = "matrix" if "matrix" in item.path.parts else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
