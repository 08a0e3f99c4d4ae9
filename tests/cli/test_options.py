"""What several commands share."""

import pytest

from ledgerflow.cli.options import without_password


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://asha:s3cret@db:5432/books", "postgresql://asha:***@db:5432/books"),
        ("postgresql:///books?host=/run/pg&password=s3cret", "postgresql:///books?host=/run/pg&password=***"),
        ("postgresql://asha:s3/cr@t@db/books", "postgresql://asha:***@db/books"),
        ("postgresql://asha@db/books", "postgresql://asha@db/books"),
        ("out/ledger.db", "out/ledger.db"),
    ],
)
def test_a_password_is_never_shown(address: str, shown: str) -> None:
    assert without_password(address) == shown
