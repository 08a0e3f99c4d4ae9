"""Real books of three thousand invoices."""

import pandas as pd
import pytest
from tests.likeness.books import SMOKE, as_lines, halves, uci

from ledgerflow.habits.lines import Lines


@pytest.fixture(scope="session")
def real_frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    return halves(uci(), SMOKE)


@pytest.fixture(scope="session")
def real(real_frames: tuple[pd.DataFrame, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Lines:
    """The reference."""
    return as_lines(real_frames[0], tmp_path_factory.mktemp("real"))
