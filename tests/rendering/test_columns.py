"""Widths of columns: no figure touches the next, whatever it says."""

import pytest

from ledgerflow.rendering.columns import width
from ledgerflow.rendering.page import Label

EM = 8 * 0.3528  # millimetres of a table's type
ADVANCES = {",": 0.272, ".": 0.272, "-": 0.399, "%": 0.927}  # of IBM Plex Sans, in ems; its digits take 0.6


@pytest.mark.parametrize("figure", ["22,752.00", "3,15,000.00", "-10,30,65,360.00", "73231000", "18%", "1,117.805"])
def test_figures_leave_two_and_a_half_millimetres_to_the_next_column(figure: str) -> None:
    drawn = sum(ADVANCES.get(letter, 0.6) for letter in figure) * EM
    assert width(Label("Tax"), [(figure,)]) - drawn >= 2.5
