"""Widths of columns: no figure touches the next, whatever it says."""

from dataclasses import replace

import pytest

from ledgerflow.rendering.columns import heights, width
from ledgerflow.rendering.page import Column, Label

EM = 8 * 0.3528  # millimetres of a table's type
ADVANCES = {",": 0.272, ".": 0.272, "-": 0.399, "%": 0.927}  # of IBM Plex Sans, in ems; its digits take 0.6


@pytest.mark.parametrize("figure", ["22,752.00", "3,15,000.00", "-10,30,65,360.00", "73231000", "18%", "1,117.805"])
def test_figures_leave_two_and_a_half_millimetres_to_the_next_column(figure: str) -> None:
    drawn = sum(ADVANCES.get(letter, 0.6) for letter in figure) * EM
    assert width(Column(Label("Tax"), figures=True), [(figure,)]) - drawn >= 2.5


def test_a_code_is_measured_in_its_own_wider_face() -> None:
    column = Column(Label("HSN"))
    assert width(Column(Label("HSN"), code=True), [("WW11il",)]) > width(column, [("11ilil",)])


@pytest.mark.parametrize("unit", ["WMWM" * 20, "橄欖油"])
def test_no_unit_takes_the_room_of_the_names(unit: str) -> None:
    column = Column(Label("Unit"))
    wide = replace(column, width=width(column, [(unit,)]))
    assert wide.width < 30
    assert heights([Column(Label("Name")), wide], [(("Tea",), (unit,)), (("Tea",), ("NOS",))]) == (0, 1)
