"""What is set up in the books of either database: by version, by one at a time, and announced to all."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from ledgerflow.admission.announcing import NONE, announce, announced
from ledgerflow.admission.setting_up import business_of, keep_business, keep_overrides
from ledgerflow.configuration.reading import read_files
from ledgerflow.configuration.rules import rules_of
from ledgerflow.configuration.sections import Overrides
from ledgerflow.identity.roles import INSTALLATION
from ledgerflow.issuing.documents import ChangedMeanwhile
from ledgerflow.issuing.governing import overrides_of
from ledgerflow.simulation.config import Business
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

AT = datetime(2026, 4, 1, tzinfo=UTC)
RULES = rules_of(read_files({}), {})
EXAMPLES = Path(__file__).parents[2] / "examples"


def named(name: str) -> Business:
    return Business.model_validate({"name": name, "establishments": [{"key": "shop", "strategy": "none"}]})


def test_of_two_who_change_the_same_version_one_is_refused(ledger: DatabaseLedger) -> None:
    keep_business(ledger, named("Before"), None, at=AT, actor="owner")
    refused: list[str] = []
    begin = threading.Barrier(4)

    def change(name: str) -> None:
        begin.wait()
        try:
            keep_business(ledger, named(name), 1, at=AT, actor=name)
        except ChangedMeanwhile:
            refused.append(name)

    threads = [threading.Thread(target=change, args=(f"Shop {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = business_of(ledger)
    assert kept
    assert {kept.name, *refused} == {f"Shop {number}" for number in range(4)}
    assert [entry.actor for entry in ledger.audit_trail()] == ["owner", kept.name]


def test_the_same_again_is_no_change(ledger: DatabaseLedger) -> None:
    first = keep_business(ledger, named("Shop"), None, at=AT, actor="owner")
    assert keep_business(ledger, named("Shop"), 1, at=AT, actor="owner") == first
    assert len(list(ledger.audit_trail())) == 1


def test_a_tenants_settings_are_its_own(url: str) -> None:
    with open_ledger(url, "asha") as asha, open_ledger(url, "other") as other:
        said = Overrides.model_validate({"limits": {"open_batches": 3}})
        keep_overrides(asha, said, RULES, None, at=AT, actor="owner")
        assert overrides_of(asha) == said
        assert overrides_of(other) == Overrides()


def test_announcements_are_counted_and_kept_in_the_trail(url: str) -> None:
    with open_ledger(url, INSTALLATION) as installation:
        assert announced(installation) == NONE
        announce(installation, "a1", at=AT, actor="operator")
        latest = announce(installation, "b2", at=AT, actor="operator")
        assert (latest.generation, latest.version) == (2, "b2")
        assert announced(installation) == latest
        assert [entry.deed for entry in installation.audit_trail()] == ["reload_configuration"] * 2


def test_the_command_line_obeys_file_and_override(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = str(tmp_path / "ledger.db")
    (tmp_path / "limits.yaml").write_text("largest_batch: 20\n")
    monkeypatch.setenv("LEDGERFLOW_CONFIG_DIR", str(tmp_path))
    order = ("batch", "create", EXAMPLES / "demo.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx")
    large = run(*order, "--count", "21", "--database", database)
    assert (large.status, "more than the 20" in large.err) == (2, True)
    with open_ledger(database) as ledger:
        said = Overrides.model_validate({"limits": {"largest_batch": 10}})
        keep_overrides(ledger, said, RULES, None, at=AT, actor="owner")
    own = run(*order, "--count", "11", "--database", database)
    assert (own.status, "more than the 10" in own.err) == (2, True)
    assert run(*order, "--count", "10", "--database", database).status == 0
    (tmp_path / "limits.yaml").write_text("largest_batch: none\n")
    bad = run(*order, "--count", "10", "--database", database)
    assert (bad.status, "limits.yaml#/largest_batch" in bad.err) == (2, True)
