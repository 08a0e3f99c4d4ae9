"""Further worked examples, reckoned with exact fractions outside this program, and the forms they may be written in."""

from pathlib import Path

import pytest

from ledgerflow.assembly import Application
from ledgerflow.issuing.golden import Kind, assess_examples

GOLDEN = Path(__file__).parents[1] / "golden"
LAWS = Application().laws


@pytest.mark.parametrize("kind", ["gst", "vat"])
def test_every_further_example_holds(kind: Kind) -> None:
    content = (GOLDEN / f"more_{kind}.json").read_bytes()
    computed, differences = assess_examples(content, kind, LAWS)
    assert differences == []
    assert len(computed["examples"]) >= 40
