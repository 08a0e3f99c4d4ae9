"""The labels file: what was written is read again, and what is no labels file is said to be none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.export.labels import LabelRow, LabelsUnreadable, read_labels, write_labels

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(st.lists(st.builds(LabelRow, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS)))
def test_labels_are_read_as_they_were_written(labels: list[LabelRow]) -> None:
    assert read_labels(write_labels(labels)) == labels


def test_each_row_says_that_it_is_simulated() -> None:
    label = LabelRow("A1", "price_spike", "easy", "price_spike-1", "line 1 at 2", "line 1 at 20")
    header, row = write_labels([label]).decode().splitlines()
    assert header == "simulated,number,kind,difficulty,case,true,shown"
    assert row.startswith("yes,A1,price_spike,")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no CSV"),
        (b"\xff\xfe", "no CSV"),
        (b'simulated,"number', "no CSV"),
        (b"number,kind\nA1,price_spike\n", "the columns simulated, number"),
        (b"simulated,number,kind,difficulty,case,true,shown\nyes,A1\n", "row 2 has 2 cells"),
    ],
)
def test_what_is_no_labels_file_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(LabelsUnreadable, match=words):
        read_labels(content)
