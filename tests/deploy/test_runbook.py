"""The runbook: it knows every alert, and names commands that there are."""

import re

import pytest
from tests.deploy.watchtower import ROOT, RUNBOOK, alerts
from typer.main import get_command

from ledgerflow.cli.commands import app

PAGE = RUNBOOK.read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def test_each_alert_has_a_section_and_no_section_is_about_another() -> None:
    assert list(SECTIONS) == [name for name, _ in re.findall(r"^\| \[(\w+)\]\(#(\w+)\)", PAGE, re.MULTILINE)]
    assert sorted(SECTIONS) == sorted(rule.name for rule in alerts())


def test_the_table_says_of_each_how_grave_it_is() -> None:
    told = dict(re.findall(r"^\| \[(\w+)\]\(#\w+\) \| (\w+) \|", PAGE, re.MULTILINE))
    assert told == {rule.name: rule.severity for rule in alerts()}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_says_what_it_means_what_is_seen_what_to_do_and_when_it_is_over(name: str) -> None:
    told = re.findall(r"^\*\*([A-Za-z ]+)[.*]", SECTIONS[name], re.MULTILINE)
    assert told == ["Means", "A reader sees", "Do", "Over"]


def test_each_command_that_it_names_is_one_of_the_program_with_these_options() -> None:
    commands = set(re.findall(r"(?:^ +|`)ledgerflow ((?:[^`\n])+)", PAGE, re.MULTILINE))
    assert len(commands) > 15
    for words in commands:
        _look_up(words)


def _look_up(words: str) -> None:
    command: object = get_command(app)
    rest = words.split()
    while commands := getattr(command, "commands", None):
        assert rest, f"`ledgerflow {words}` is no whole command"
        command = commands.get(rest.pop(0))
        assert command is not None, f"there is no `ledgerflow {words}`"
    names = [name for one in getattr(command, "params", ()) for name in (*one.opts, *one.secondary_opts)]
    named = {word for word in rest if word.startswith("--")}
    assert named <= set(names), f"`ledgerflow {words}`"


def test_what_it_says_that_the_log_says_is_in_the_program() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    events = set(re.findall(r"`((?:chunk|job|worker|round|audit_chain)_\w+)`", PAGE))
    assert events
    assert {event for event in events if f'"{event}"' not in source} == set()
