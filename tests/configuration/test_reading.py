"""What the files may say: every mistake of every file at once, and what holds follows from one clear rule."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml
from tests.cli.conftest import Run

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.configuration.environment import ENVIRONMENT
from ledgerflow.configuration.keeping import RuleBook
from ledgerflow.configuration.reading import collect, read_files
from ledgerflow.configuration.rules import Origin, Rules, differences, narrowed, rules_of
from ledgerflow.configuration.sections import SECTIONS, Configuration, Overrides
from ledgerflow.settings import Settings

SHIPPED = Path(__file__).parents[2] / "config"
AT = datetime(2026, 4, 1, tzinfo=UTC)


def refused(**files: str) -> list[Finding]:
    with pytest.raises(InputRefused) as caught:
        read_files({f"{name}.yaml": text.encode() for name, text in files.items()})
    return list(caught.value.findings)


def test_what_is_shipped_says_what_holds_without_it() -> None:
    files = collect(SHIPPED)
    assert {Path(file).stem for file in files} == set(SECTIONS)
    assert read_files(files).configuration == Configuration()


@pytest.mark.parametrize("name", SECTIONS)
def test_what_is_shipped_keeps_to_the_schema_that_is_printed(run: "Run", name: str) -> None:
    schema = json.loads(run("config", "schema", name).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    shipped = yaml.safe_load((SHIPPED / f"{name}.yaml").read_text("utf-8"))
    jsonschema.validate(shipped, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**shipped, "unheard_of": 1}, schema)


def test_all_that_is_wrong_is_told_at_once_with_file_and_pointer() -> None:
    found = refused(
        limits="open_batches: many\nopen_batches: 5\nlargest_bach: 1\nrates: {uploads: 0}\n",
        retention="keep_days: [1]\n",
        security="token_minutes: [\n",
        limit="a: 1\n",
    )
    assert {(finding.code, finding.place) for finding in found} == {
        ("config.key_twice", "limits.yaml#/open_batches"),
        ("unknown_key", "limits.yaml#/largest_bach"),
        ("value_greater_than_equal", "limits.yaml#/rates/uploads"),
        ("value_int_type", "retention.yaml#/keep_days"),
        ("config.unreadable", "security.yaml#"),
        ("config.unknown_file", "limit.yaml"),
    }
    assert "Did you mean 'largest_batch'?" in {finding.advice for finding in found}


def test_values_that_contradict_each_other_are_refused() -> None:
    (finding,) = refused(security="unused_days: 60\nsession_days: 30\n")
    assert finding.place == "security.yaml#"
    assert "unused_days is more than session_days" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [1, 2]\nb: [*a, *a]\n",
        "a: &a {b: *a}\n",
        "a: " + "[" * 3000,
        "a: " + "{x: " * 20 + "1" + "}" * 20,
        "!!python/object/apply:os.system ['true']",
        "- 1",
        "just words",
        "? [1, 2]\n: 3\n",
        "\x00",
    ],
)
def test_what_is_no_plain_list_of_keys_and_values_is_refused(text: str) -> None:
    assert refused(limits=text)


def test_a_file_that_is_too_large_or_no_utf_8_is_refused() -> None:
    for content in (b"\xff\xfe", b"#" * 300_000):
        with pytest.raises(InputRefused):
            read_files({"limits.yaml": content})


def test_switches_of_older_versions_are_read_as_the_profile_and_told() -> None:
    text = b"enable_seasonality: true\nenable_repeat_customers: true\nenable_discounts: true\n"
    reading = read_files({"simulation.yaml": text})
    assert reading.configuration.simulation.realism_profile == "advanced"
    (warning,) = reading.warnings
    assert warning.place == "simulation.yaml#/enable_seasonality"


def test_the_environment_goes_before_a_file_and_a_file_before_what_is_usual() -> None:
    reading = read_files({"limits.yaml": b"open_batches: 7\nlargest_batch: 50\n"})
    rules = rules_of(reading, {"open_batches": 3})
    told = {key: (rules.flat()[key], rules.origin(key)) for key in rules.flat()}
    assert told["limits.open_batches"] == (3, Origin.ENVIRONMENT)
    assert told["limits.largest_batch"] == (50, Origin.FILE)
    assert told["retention.keep_days"] == (30, Origin.DEFAULT)
    assert rules.version == rules_of(reading, {}).version, "every process has the same, whatever its environment"


def test_the_environment_goes_before_files_also_within_a_table_and_for_a_list() -> None:
    files = {
        "limits.yaml": b"rates: {orders: 5, uploads: 6}",
        "security.yaml": b"allowed_origins: ['https://a.example']",
    }
    said = Settings(orders=9, origins="https://b.example, https://c.example").instead_of_files()
    rules = rules_of(read_files(files), said)
    told = {key: (value, rules.origin(key)) for key, value in rules.flat().items()}
    assert told["limits.rates.orders"] == (9, Origin.ENVIRONMENT)
    assert told["limits.rates.uploads"] == (6, Origin.FILE)
    assert told["limits.rates.sign_ins"] == (10, Origin.DEFAULT)
    assert told["security.allowed_origins"] == (["https://b.example", "https://c.example"], Origin.ENVIRONMENT)


def test_a_variable_of_each_name_is_read_in_its_place() -> None:
    said = {name: ("https://a.example" if name == "origins" else 3) for name in ENVIRONMENT}
    rules = rules_of(read_files({}), Settings.model_validate(said).instead_of_files())
    assert {key for key, origin in rules.origins.items() if origin is Origin.ENVIRONMENT} == set(ENVIRONMENT.values())
    assert {rules.flat()[key] == 3 for name, key in ENVIRONMENT.items() if name != "origins"} == {True}


def test_variables_that_no_file_might_say_are_refused_by_their_names() -> None:
    said = Settings(uploads=2_000_000, origins="https://a.example,books.example").instead_of_files()
    with pytest.raises(InputRefused) as caught:
        rules_of(read_files({}), said)
    places = {finding.place: finding.message for finding in caught.value.findings}
    assert places.keys() == {"LEDGERFLOW_UPLOADS", "LEDGERFLOW_ORIGINS"}
    assert "'books.example' will not do" in places["LEDGERFLOW_ORIGINS"]


def test_a_tenant_narrows_and_never_widens() -> None:
    rules = rules_of(read_files({}), {})
    own = narrowed(rules, Overrides.model_validate({"limits": {"open_batches": 5, "largest_batch": 999_999}}))
    assert (own.values.limits.open_batches, own.origin("limits.open_batches")) == (5, Origin.OVERRIDE)
    assert (own.values.limits.largest_batch, own.origin("limits.largest_batch")) == (100_000, Origin.DEFAULT)
    assert differences(rules.flat(), own.flat()) == ["limits.open_batches: 20 → 5"]


def test_nobody_reads_half_of_what_is_being_written(tmp_path: Path) -> None:
    """A writer is at it between two readings: three times, and then it has done."""
    whole = "open_batches: 3\nlargest_batch: 3000\n"
    file = tmp_path / "limits.yaml"
    file.write_text("open_batches: 1\n")
    pieces = [whole[:17], whole[:36], whole]

    def write(_seconds: float) -> None:
        if pieces:
            file.write_text(pieces.pop(0))

    book = RuleBook(tmp_path, {}, AT, write)
    assert (book.now.values.limits.open_batches, book.now.values.limits.largest_batch) == (3, 3000)


def test_a_file_that_changes_all_the_time_leaves_the_old_one_in_force(tmp_path: Path) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text("open_batches: 1\n")
    is_restless = False

    def write(_seconds: float) -> None:
        if is_restless:
            file.write_text(file.read_text() + "#\n")

    book = RuleBook(tmp_path, {}, AT, write)
    before = book.now
    is_restless = True
    standing = book.reread(AT)
    assert book.now is before
    assert standing.failure
    assert [finding.code for finding in standing.failure.findings] == ["config.changing"]


def test_a_bad_file_leaves_the_old_one_in_force_until_it_is_mended(tmp_path: Path) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text("open_batches: 1\n")
    book = RuleBook(tmp_path, {}, AT, lambda _seconds: None)
    file.write_text("open_batches: none at all\n")
    assert book.reread(AT).failure
    assert book.now.values.limits.open_batches == 1
    file.write_text("open_batches: 2\n")
    assert not book.reread(AT).failure
    assert book.now.values.limits.open_batches == 2


def test_whoever_could_not_hear_of_a_change_is_told_again(tmp_path: Path) -> None:
    """An engine whose database was away is given the new limits when it is back, and only once."""
    file, heard, is_away = tmp_path / "limits.yaml", list[int](), True
    file.write_text("running_batches: 1\n")
    book = RuleBook(tmp_path, {}, AT, lambda _seconds: None)

    def limit(rules: Rules) -> None:
        if is_away:
            raise ConnectionError
        heard.append(rules.values.limits.running_batches)

    book.tell(limit)
    file.write_text("running_batches: 3\n")
    book.reread(AT)
    with pytest.raises(ConnectionError):
        book.tell_all()
    is_away = False
    book.tell_all()
    book.tell_all()
    assert heard == [3]


def test_a_program_does_not_start_over_bad_files(tmp_path: Path) -> None:
    (tmp_path / "limits.yaml").write_text("open_batches: 0\n")
    with pytest.raises(InputRefused):
        RuleBook(tmp_path, {}, AT, lambda _seconds: None)
    with pytest.raises(InputRefused):
        RuleBook(tmp_path / "nowhere", {}, AT, lambda _seconds: None)


def test_the_check_says_what_is_wrong_and_ends_with_status_2(run: "Run", tmp_path: Path) -> None:
    assert run("config", "check", SHIPPED).status == 0
    (tmp_path / "limits.yml").write_text("open_batches: 1\n")
    outcome = run("config", "check", tmp_path)
    assert outcome.status == 2
    assert "Call it limits.yaml." in outcome.err
    told = json.loads(run("config", "check", tmp_path, "--json").out)
    assert not told["sound"]
    assert [finding["code"] for finding in told["findings"]] == ["config.unknown_file"]
