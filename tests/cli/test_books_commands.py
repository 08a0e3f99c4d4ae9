"""demo, simulate, verify, invoices, schema: from a catalogue to an archive that verifies, and ways to get it wrong."""

import hashlib
import json
import sqlite3
import zipfile
from contextlib import closing
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import jsonschema
import polars as pl
import PyPDF2
import pytest
import yaml
from python_calamine import CalamineWorkbook
from tests.cli.conftest import EXAMPLES, Run

from ledgerflow.store.opening import open_ledger

SMALL = ("--count", "12", "--workers", "1", "--format", "json,csv")

INPUTS = (EXAMPLES / "demo.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx")


def simulate(run: Run, out: Path, *more: str) -> None:
    outcome = run("simulate", EXAMPLES / "demo.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", out, *more)
    assert outcome.status == 0, outcome.err


@pytest.mark.requirement("FR-6.1")
def test_demo_lays_everything_out(demo: Path) -> None:
    names = {path.name for path in demo.iterdir() if not path.name.startswith("ledger.db-")}
    assert names == {"invoices.zip", "ledger.db", "register.csv", "register.xlsx", "report.html"}
    with zipfile.ZipFile(demo / "invoices.zip") as archive:
        members = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        assert sum(name.startswith("pdf/") for name in members) == 100
        assert sum(name.startswith("json/") for name in members) == 100
        assert set(manifest["files"]) == set(members) - {"manifest.json"}
        for name, entry in manifest["files"].items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == entry["sha256"]


@pytest.mark.requirement("FR-6.3")
def test_every_document_says_that_it_is_simulated(demo: Path) -> None:
    with zipfile.ZipFile(demo / "invoices.zip") as archive:
        assert json.loads(archive.read("manifest.json"))["simulated"] is True
        for name in archive.namelist():
            if name.startswith("json/"):
                assert json.loads(archive.read(name))["simulated"] is True
            if name.startswith("pdf/"):
                metadata = PyPDF2.PdfReader(BytesIO(archive.read(name))).metadata
                assert metadata is not None
                assert "simulated" in str(metadata["/Keywords"])
    table = CalamineWorkbook.from_path(demo / "register.xlsx").get_sheet_by_index(0).to_python()
    assert {row[table[0].index("Simulated")] for row in table[1:]} == {"yes"}
    assert "imulated" in (demo / "report.html").read_text("utf-8")


def test_no_invoice_of_the_demo_asks_reverse_charge_for_goods_that_are_not_notified(demo: Path) -> None:
    """s.9(3) of the CGST Act names the goods; a wholesaler's catalogue has none of them."""
    with zipfile.ZipFile(demo / "invoices.zip") as archive:
        documents = [json.loads(archive.read(name)) for name in archive.namelist() if name.startswith("json/")]
    assert not [one["number"] for one in documents if one["supply"]["reverse_charge"]]


@pytest.mark.requirement("FR-6.1", "FR-11.1")
def test_every_pdf_opens_in_an_old_strict_reader(demo: Path) -> None:
    with zipfile.ZipFile(demo / "invoices.zip") as archive:
        for name in archive.namelist():
            if name.startswith("pdf/"):
                assert len(PyPDF2.PdfReader(BytesIO(archive.read(name)), strict=True).pages) >= 1


@pytest.mark.requirement("FR-1.3", "FR-1.4")
def test_numbers_of_the_demo_are_consecutive_in_date_order(demo: Path, run: Run) -> None:
    found = json.loads(run("invoices", "--database", demo / "ledger.db", "--json").out)
    assert len(found) == 100
    by_series: dict[str, list[tuple[str, str]]] = {}
    for invoice in found:
        assert len(invoice["number"]) <= 16
        by_series.setdefault(invoice["number"][:-6], []).append((invoice["date"], invoice["number"]))
    for entries in by_series.values():
        assert sorted(entries) == sorted(entries, key=lambda entry: entry[1])
        assert [int(number[-6:]) for _, number in sorted(entries)] == list(range(1, len(entries) + 1))


def test_invoices_are_searched_by_what_is_known_of_them(demo: Path, run: Run) -> None:
    def found(*options: str) -> list[dict[str, str]]:
        outcome = run("invoices", "--database", demo / "ledger.db", "--json", *options)
        assert outcome.status == 0, outcome.err
        answer: list[dict[str, str]] = json.loads(outcome.out)
        return answer

    everything = sorted(found(), key=lambda one: (one["date"], one["number"]), reverse=True)
    assert found("--limit", "1000") == everything
    assert found("--limit", "7") == everything[:7]
    assert found("--number", "BH-") == [one for one in everything if one["number"].startswith("BH-")][:50]
    buyer = everything[-1]["buyer"]
    assert {one["buyer"] for one in found("--buyer", buyer.upper())} == {buyer}
    days = [one for one in everything if "2026-05-01" <= one["date"] <= "2026-05-31"]
    assert days
    assert found("--from", "2026-05-01", "--to", "2026-05-31") == days[:50]
    rupees = [one for one in everything if one["currency"] == "INR" and 1000 <= float(one["payable"]) <= 90000.5]
    assert rupees
    amounts = ("--currency", "inr", "--least", "1000", "--most", "90000.50")
    assert found(*amounts, "--limit", "100") == rupees
    assert found(*amounts, "--number", "no such number") == []


def test_a_question_that_makes_no_sense_is_refused_with_all_that_is_wrong(run: Run, tmp_path: Path) -> None:
    wrong = ("--least", "1,000", "--most", "NaN", "--from", "2026-05-02", "--to", "2026-05-01")
    outcome = run("invoices", "--database", tmp_path / "ledger.db", *wrong)
    assert outcome.status == 2
    for words in ("--least: '1,000' is no amount", "--most: 'NaN' is no amount", "--currency: ", "--from: "):
        assert words in outcome.err
    assert "currency" not in run("invoices", "--currency", "INR", "--least", "-5").err, "there it is the ledger"


@pytest.mark.requirement("FR-6.2")
def test_verify_accepts_the_archive_and_refuses_it_after_one_flipped_bit(demo: Path, run: Run, tmp_path: Path) -> None:
    sound = run("verify", demo / "invoices.zip", "--json")
    assert (sound.status, json.loads(sound.out)["accepted"]) == (0, True)
    content = bytearray((demo / "invoices.zip").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "flipped.zip").write_bytes(content)
    refused = run("verify", tmp_path / "flipped.zip")
    assert refused.status == 1
    assert refused.err


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_verify_names_the_fault_of_what_is_no_archive(content: bytes, run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(content)
    outcome = run("verify", tmp_path / "bad.zip")
    assert outcome.status == 1
    assert "Traceback" not in outcome.err
    assert outcome.err.startswith("error: ")


@pytest.mark.requirement("SIM.3")
def test_the_same_seed_makes_the_same_archive_whatever_the_workers(run: Run, tmp_path: Path) -> None:
    archives = []
    for name, workers in (("one", "1"), ("two", "2")):
        simulate(run, tmp_path / name, "--count", "12", "--workers", workers, "--format", "pdf,json")
        archives.append((tmp_path / name / "invoices.zip").read_bytes())
    assert archives[0] == archives[1]
    simulate(run, tmp_path / "other", *SMALL, "--seed", "7")
    assert (tmp_path / "other" / "invoices.zip").read_bytes() != archives[0]


@pytest.mark.requirement("FR-1.1")
def test_a_second_run_on_one_ledger_goes_on_where_the_first_stopped(run: Run, tmp_path: Path) -> None:
    ledger = str(tmp_path / "books.db")
    for turn in ("first", "second"):
        simulate(run, tmp_path / turn, *SMALL, "--database", ledger)
    found = [invoice["number"] for invoice in json.loads(run("invoices", "--database", ledger, "--json").out)]
    assert len(found) == len(set(found)) == 24
    counts = sorted(int(number[-6:]) for number in found if number.startswith("SCT/"))
    assert counts == list(range(1, len(counts) + 1))


def test_a_rerun_without_a_database_begins_anew_with_the_same_bytes(run: Run, tmp_path: Path) -> None:
    simulate(run, tmp_path, *SMALL)
    first = (tmp_path / "invoices.zip").read_bytes()
    simulate(run, tmp_path, *SMALL)
    assert (tmp_path / "invoices.zip").read_bytes() == first


@pytest.mark.requirement("FR-7.1")
def test_tenants_number_apart(run: Run, tmp_path: Path) -> None:
    ledger = str(tmp_path / "books.db")
    for tenant in ("north", "south"):
        simulate(run, tmp_path / tenant, *SMALL, "--database", ledger, "--tenant", tenant)
    north, south = (
        run("invoices", "--database", ledger, "--tenant", tenant, "--json").out for tenant in ("north", "south")
    )
    assert north == south
    assert run("invoices", "--database", ledger, "--tenant", "empty", "--json").status == 2


def test_result_as_json(run: Run, tmp_path: Path) -> None:
    arguments = ("simulate", EXAMPLES / "demo.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", tmp_path)
    outcome = run(*arguments, *SMALL, "--json")
    result = json.loads(outcome.out)
    assert result["verified"] is None
    assert {total["currency"] for total in result["totals"]} == {"INR", "BHD"}
    assert sum(result["documents"].values()) == 12
    assert Path(result["archive"]).exists()


@pytest.mark.requirement("FR-3.2", "FR-3.3")
def test_schema_describes_every_field_and_accepts_the_example(run: Run) -> None:
    schema = json.loads(run("schema", "simulation-config").out)
    for definition in [schema, *schema["$defs"].values()]:
        for name, field in definition.get("properties", {}).items():
            target = schema["$defs"].get(field.get("$ref", "").rpartition("/")[2], {})
            assert field.get("title") or target.get("title"), name
    assert schema["$defs"]["RealismProfile"]["enum"] == ["basic", "realistic", "advanced"]
    example = yaml.load((EXAMPLES / "demo.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)
    assert set(example) <= set(schema["properties"])
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.requirement("FR-3.1")
@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"colour": "green"}, "/colour"),
        ({"first_day": "2026-12-01"}, "last_day"),
        ({"bounds": {"lines": {"minimum": 9, "maximum": 3}}}, "/bounds/lines"),
        ({"revenue": {"INR": {"amount": "0.01"}}}, "/revenue/INR"),
        ({"realism_profile": "perfect"}, "/realism_profile"),
    ],
    ids=["unknown key", "reversed days", "impossible bounds", "unreachable revenue", "unknown profile"],
)
def test_a_bad_configuration_is_refused_with_its_place_and_nothing_written(
    change: dict[str, object], place: str, run: Run, tmp_path: Path
) -> None:
    config = yaml.safe_load((EXAMPLES / "demo.yaml").read_text("utf-8")) | change
    (tmp_path / "bad.yaml").write_text(yaml.safe_dump(config), "utf-8")
    out = tmp_path / "out"
    outcome = run("simulate", tmp_path / "bad.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", out)
    assert outcome.status == 2
    assert place in outcome.err
    assert "Traceback" not in outcome.err
    assert not out.exists()


def test_a_name_that_no_page_can_show_is_refused_and_without_pages_it_is_kept(run: Run, tmp_path: Path) -> None:
    names = ["केसर", *(f"Tea {letter}" for letter in "ABCDEFGHIJKL")]
    rows = "".join(f"{name},{100 + place}\n" for place, name in enumerate(names))
    (tmp_path / "goods.csv").write_text(f"Product Name,Base Price\n{rows}", "utf-8")
    out = tmp_path / "out"
    wish = ("simulate", EXAMPLES / "demo.yaml", "--catalogue", tmp_path / "goods.csv", "--out", out, "--count", "3")
    outcome = run(*wish, "--format", "pdf")
    assert outcome.status == 2
    assert "केसर" in outcome.err
    assert not out.exists()
    assert run(*wish, "--format", "json").status == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("simulate", "missing.yaml", "--catalogue", "missing.xlsx", "--out", "out"),
        ("simulate",),
        ("invoices",),
        ("schema", "another"),
        ("demo", "--examples", "nowhere"),
        ("invoices", "--database", "/dev/null/ledger.db"),
    ],
    ids=["missing file", "missing argument", "no ledger", "no such schema", "no examples", "no place for a ledger"],
)
def test_wrong_usage_ends_with_two_and_words(arguments: tuple[str, ...], run: Run) -> None:
    outcome = run(*arguments)
    assert outcome.status == 2
    assert outcome.err
    assert "Traceback" not in outcome.err


def test_a_tenant_has_a_plain_name_wherever_it_is_said(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run("invoices", "--database", tmp_path / "ledger.db", "--tenant", "Bad Name")
    monkeypatch.setenv("LEDGERFLOW_TENANT", "Bad Name")
    for outcome in (said, run("invoices", "--database", tmp_path / "ledger.db")):
        assert outcome.status == 2
        assert "'Bad Name' is no name of a tenant" in outcome.err
        assert "Traceback" not in outcome.err
    assert not list(tmp_path.iterdir())
    assert "There is no ledger" in run("invoices", "--database", tmp_path / "ledger.db", "--tenant", "good-name").err


@pytest.mark.parametrize("command", [("invoices",), ("audit", "verify"), ("numbers", "audit")])
def test_a_tenant_without_books_is_told_and_not_found_sound(command: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    open_ledger(str(tmp_path / "ledger.db"), "asha").close()
    outcome = run(*command, "--database", tmp_path / "ledger.db", "--tenant", "aisha")
    assert outcome.status == 2
    assert "has books of the tenant 'aisha'" in outcome.err
    assert run(*command, "--database", tmp_path / "ledger.db", "--tenant", "asha").status == 0


@pytest.mark.parametrize("command", [("invoices",), ("tax", "explain", "SCT/26-27/000001")])
def test_who_only_reads_makes_no_ledger(command: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    outcome = run(*command, "--database", tmp_path / "ledger.db")
    assert outcome.status == 2
    assert outcome.err == (
        f"error: There is no ledger at {tmp_path / 'ledger.db'} that has books of the tenant 'default'. "
        "Check both; `ledgerflow simulate` with this --database and --tenant begins new ones.\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///", ":memory:"])
def test_a_ledger_in_memory_would_be_lost(address: str, run: Run, tmp_path: Path) -> None:
    outcome = run("simulate", *INPUTS, "--out", tmp_path / "out", "--database", address, *SMALL)
    assert (outcome.status, "names no file" in outcome.err) == (2, True)
    assert not (tmp_path / "out").exists()


def test_the_file_of_another_program_is_left_alone(run: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "songs.db")) as other:
        other.execute("CREATE TABLE invoices (id INTEGER PRIMARY KEY, song TEXT)")
        other.commit()
    before = (tmp_path / "songs.db").read_bytes()
    for command in (("simulate", *INPUTS, "--out", tmp_path / "out", *SMALL), ("invoices",)):
        outcome = run(*command, "--database", tmp_path / "songs.db")
        assert (outcome.status, "another program" in outcome.err) == (2, True)
    assert (tmp_path / "songs.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["songs.db"]


@pytest.mark.parametrize("shared", [True, False])
def test_a_series_with_too_few_numbers_is_refused_before_there_is_a_ledger(
    shared: bool, run: Run, tmp_path: Path
) -> None:
    config = (EXAMPLES / "demo.yaml").read_text("utf-8").replace("SCT/{fy}/{n:06}", "SCT/{fy}/{n:01}")
    (tmp_path / "few.yaml").write_text(config, "utf-8")
    books = ("--database", str(tmp_path / "books.db")) if shared else ()
    command = ("simulate", tmp_path / "few.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", tmp_path / "out")
    outcome = run(*command, "--count", "40", "--workers", "1", "--format", "json", *books)
    assert outcome.status == 2
    assert "The series SCT/{fy}/{n:01} has 9 number(s) left in 26-27" in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == ["few.yaml"]


def test_numbers_already_taken_count_before_a_batch_is_made(run: Run, tmp_path: Path) -> None:
    config = (EXAMPLES / "demo.yaml").read_text("utf-8").replace("SCT/{fy}/{n:06}", "SCT/{fy}/{n:02}")
    (tmp_path / "few.yaml").write_text(config, "utf-8")
    command = ("simulate", tmp_path / "few.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", tmp_path / "out")
    more = ("--count", "150", "--workers", "1", "--format", "json", "--database", tmp_path / "books.db")
    assert run(*command, *more).status == 0
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    outcome = run(*command, *more)
    assert outcome.status == 2
    assert "record" not in outcome.err
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_rerun_replaces_the_ledger_of_its_folder_when_all_is_made(run: Run, tmp_path: Path) -> None:
    simulate(run, tmp_path, *SMALL)
    (tmp_path / "register.csv").unlink()
    (tmp_path / "register.csv").mkdir()
    before = (tmp_path / "ledger.db").read_bytes()
    outcome = run("simulate", *INPUTS, "--out", tmp_path, *SMALL, "--seed", "9")
    assert outcome.status == 2
    assert "register.csv: A folder stands where a file must go" in outcome.err
    assert (tmp_path / "ledger.db").read_bytes() == before


@pytest.mark.parametrize("workers", ["-1", "129", "1" + "0" * 30])
def test_workers_are_bounded(workers: str, run: Run, tmp_path: Path) -> None:
    outcome = run("simulate", *INPUTS, "--out", tmp_path / "out", "--workers", workers)
    assert (outcome.status, "--workers" in outcome.err) == (2, True)
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_hold_books(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    for place in (tmp_path / "taken", tmp_path / "taken" / "out"):
        outcome = run("simulate", *INPUTS, "--out", place, *SMALL)
        assert outcome.status == 2
        assert "Not a directory. Choose another place" in outcome.err
        assert "simulate" not in outcome.err  # not even begun
    assert "Traceback" not in outcome.err


def test_a_ledger_that_cannot_be_reached_leaves_no_folder(run: Run, tmp_path: Path) -> None:
    outcome = run("simulate", *INPUTS, "--out", tmp_path / "out", "--database", "mysql://db/books", *SMALL)
    assert (outcome.status, "mysql" in outcome.err) == (2, True)
    assert not (tmp_path / "out").exists()


def test_letters_that_no_page_can_show_are_told_before_any_work(run: Run, tmp_path: Path) -> None:
    config = (EXAMPLES / "demo.yaml").read_text("utf-8")
    config = config.replace("Shop 3, Crawford Market", "दुकान 3").replace(
        "first_day: 2026-04-01", "first_day: 2027-04-01"
    )
    (tmp_path / "hindi.yaml").write_text(config, "utf-8")
    command = (
        "simulate",
        tmp_path / "hindi.yaml",
        "--catalogue",
        EXAMPLES / "catalogue.xlsx",
        "--out",
        tmp_path / "out",
    )
    outcome = run(*command)
    assert outcome.status == 2
    assert "/business/establishments/2/street: PDF has no letters द ु क ा न for 'दुकान 3'." in outcome.err
    assert "/last_day" in outcome.err  # whatever else is wrong is told at the same time
    assert not (tmp_path / "out").exists()


def test_an_unknown_format_names_those_there_are(run: Run, tmp_path: Path) -> None:
    arguments = (
        "simulate",
        EXAMPLES / "demo.yaml",
        "--catalogue",
        EXAMPLES / "catalogue.xlsx",
        "--out",
        tmp_path / "out",
    )
    outcome = run(*arguments, "--format", "doc")
    assert outcome.status == 2
    assert "pdf" in outcome.err


def test_a_configuration_that_is_no_text(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe\x00\x01")
    outcome = run(
        "simulate", tmp_path / "bad.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", tmp_path / "o"
    )
    assert outcome.status == 2
    assert "UTF-8" in outcome.err


def test_version(run: Run) -> None:
    outcome = run("--version")
    assert (outcome.status, outcome.out) == (0, f"ledgerflow {version('ledgerflow')}\n")


def test_tables_lie_beside_the_archive(run: Run, tmp_path: Path) -> None:
    config = yaml.safe_load((EXAMPLES / "demo.yaml").read_text("utf-8"))
    config |= {"realism_profile": "advanced", "credit_note_rate": 0.2}
    asked = tmp_path / "advanced.yaml"
    asked.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    out = tmp_path / "out"
    more = ("--count", "40", "--workers", "1", "--format", "json,parquet", "--json")
    made = run("simulate", asked, "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", out, *more)
    assert made.status == 0, made.err
    tables = {Path(path).stem: pl.read_parquet(path) for path in json.loads(made.out)["tables"]}
    assert set(tables) == {"invoices", "lines", "buyers", "payments"}
    invoices = tables["invoices"]
    with zipfile.ZipFile(out / "invoices.zip") as archive:
        documents = [json.loads(archive.read(name)) for name in archive.namelist() if name.startswith("json/")]
    assert invoices["number"].to_list() == [document["number"] for document in documents]
    owed = invoices.group_by("currency").agg(pl.sum("payable")).sort("currency")
    settled = tables["payments"].group_by("currency").agg(pl.sum("amount")).sort("currency")
    assert owed.rows() == settled.rows()


def test_a_price_too_fine_for_tables_is_refused_before_a_number_is_taken(run: Run, tmp_path: Path) -> None:
    config = yaml.safe_load((EXAMPLES / "demo.yaml").read_text("utf-8"))
    for establishment in config["business"]["establishments"]:
        establishment |= {"price_factor": "0.0000123", "price_step": "0.0000001"}
    (tmp_path / "fine.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    asked = ("simulate", tmp_path / "fine.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", tmp_path / "out")
    books = ("--count", "20", "--workers", "1", "--database", tmp_path / "books.db")
    refused = run(*asked, *books, "--format", "parquet")
    assert (refused.status, "cannot be kept exactly" in refused.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["fine.yaml"]


def test_a_folder_in_the_way_of_a_table_is_told_before_the_work(run: Run, tmp_path: Path) -> None:
    (tmp_path / "lines.parquet").mkdir()
    refused = run("simulate", *INPUTS, "--out", tmp_path, "--count", "4", "--workers", "1", "--format", "parquet")
    assert refused.status == 2
    assert "lines.parquet: A folder stands where a file must go" in refused.err
    assert "simulate" not in refused.err
    assert [path.name for path in tmp_path.iterdir()] == ["lines.parquet"]


def test_labelled_anomalies_are_accepted_with_their_labels_only(run: Run, tmp_path: Path) -> None:
    config = yaml.safe_load((EXAMPLES / "demo.yaml").read_text("utf-8"))
    config["anomalies"] = {kind: {"rate": 0.05, "difficulty": "easy"} for kind in ("wrong_rate", "missing_number")}
    asked, out = tmp_path / "odd.yaml", tmp_path / "out"
    asked.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    more = ("--count", "40", "--workers", "1", "--format", "pdf,csv")
    made = run("simulate", asked, "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", out, *more)
    assert made.status == 0, made.err
    assert "labels.csv" in made.out
    assert run("verify", out / "invoices.zip").status == 1
    assert run("verify", out / "invoices.zip", "--labels", out / "labels.csv").status == 0
    simulate(run, out, *SMALL)
    assert not (out / "labels.csv").exists(), "labels of an earlier run would pass for those of this one"
    wrong = run("verify", out / "invoices.zip", "--labels", out / "register.csv")
    assert wrong.status == 2
    assert "labels.unreadable" in wrong.err
    absent = run("verify", out / "invoices.zip", "--labels", out / "nothing.csv")
    assert absent.status == 2
    assert "nothing.csv" in absent.err


def test_a_misspelt_anomaly_is_told_with_its_place(run: Run, tmp_path: Path) -> None:
    config = yaml.safe_load((EXAMPLES / "demo.yaml").read_text("utf-8"))
    config["anomalies"] = {"price_spikes": {"rate": 0.05}, "carousel": {"rate": 2}}
    asked = tmp_path / "odd.yaml"
    asked.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    refused = run(
        "simulate", asked, "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", tmp_path / "out", "--workers", "1"
    )
    assert refused.status == 2
    assert "/anomalies/price_spikes" in refused.err
    assert "price_spike" in refused.err
    assert "/anomalies/carousel/rate" in refused.err


def test_switches_of_older_versions_are_read_with_a_warning(run: Run, tmp_path: Path) -> None:
    today = yaml.safe_load((EXAMPLES / "demo.yaml").read_text("utf-8"))
    today.pop("realism_profile", None)
    older = tmp_path / "older.yaml"
    older.write_text(yaml.safe_dump(today | {"enable_seasonality": True, "enable_discounts": False}), "utf-8")
    said = (older, "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", tmp_path, "--format", "lines", "--count", "5")
    outcome = run("simulate", *said)
    assert outcome.status == 0, outcome.err
    [warning] = [line for line in outcome.err.splitlines() if "enable_" in line]
    assert warning.startswith("warning: /enable_seasonality: ")
    assert "Write `realism_profile: realistic` instead." in warning

    older.write_text(yaml.safe_dump(today | {"enable_discounts": True, "realism_profile": "basic"}), "utf-8")
    refused = run("simulate", *said)
    assert (refused.status, refused.err.count("error: ")) == (2, 1)
    assert "config.switches_beside_profile" in refused.err
