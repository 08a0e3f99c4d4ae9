"""What the tests of the configuration share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import run  # noqa: F401  a fixture
from tests.configuration.sites import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An installation, none of whose processes outlives the test."""
    opened = Site(tmp_path)
    yield opened
    opened.close()
