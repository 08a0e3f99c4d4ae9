"""`ledgerflow fit`, and the invoice lines that `ledgerflow simulate … --format lines` writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import typer
import yaml
from pydantic import ValidationError

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.cli.options import read_bytes
from ledgerflow.cli.output import complain, progress_bar, show_facts, show_json
from ledgerflow.cli.stopping import stop_at_a_step
from ledgerflow.cli.wishes import Wish, read_goods, read_wish
from ledgerflow.habits.dice import Ints
from ledgerflow.habits.lines import Lines
from ledgerflow.habits.profile import Profile
from ledgerflow.habits.twin import twin
from ledgerflow.intake.lines_table import Names, read_lines, write_lines
from ledgerflow.issuing.staging import staged
from ledgerflow.learning.fit import LEAST_INVOICES, fit
from ledgerflow.learning.words import told
from ledgerflow.simulation.config import MOST_INVOICES

LINES = "lines"
_FILE = "lines.parquet"
_MOST_DAYS = 100 * 366


@dataclass(frozen=True, slots=True)
class Sources:
    """What the user named to make lines from."""

    config: Path | None
    catalogue: Path | None
    profile: Path | None


def learn(path: Path, out: Path, *, as_json: bool = False) -> None:
    """Reads invoice lines, learns the habits behind them, writes the profile and says what was learnt."""
    lines = read_lines(path)
    invoices = len(set(lines.inv[~lines.credit].tolist()))
    if invoices < LEAST_INVOICES:
        raise InputRefused([_too_few(path, invoices)])
    with staged(out.parent, [out.name]) as desk:
        with _showing("learn") as progress:
            profile = fit(lines, progress)
        (desk / out.name).write_text(profile.to_yaml(), "utf-8")
    complain(*(f"not learnt: {words}" for words in profile.not_learnt))
    _tell({**told(profile), "profile": f"{out}, {out.stat().st_size:,} bytes"}, as_json=as_json)


def make_lines(sources: Sources, wish: Wish, *, as_json: bool) -> None:
    """Makes lines by a profile, or by a configuration, in DIR/lines.parquet; no number is taken for them.

    Findings where the words of the command do not go together.
    """
    if findings := list(_misfits(sources, wish)):
        raise InputRefused(findings)
    tables = _twin(sources.profile, wish) if sources.profile else _configured(wish)
    files = {name: _FILE.replace(".", f"-{name}.") if len(tables) > 1 else _FILE for name in tables}
    with staged(
        wish.out, list(files.values()), earlier=[path.name for path in wish.out.glob("lines*.parquet")]
    ) as desk:
        for name, lines in tables.items():
            _write(desk / files[name], lines)
    for name, lines in tables.items():
        credits = len(set(lines.inv[lines.credit].tolist()))
        invoices = len(set(lines.inv.tolist())) - credits
        words = f"{len(lines):,} of {invoices:,} invoices and {credits:,} credit notes"
        _tell({"lines": words, "file": str(wish.out / files[name])}, as_json=as_json)


def _misfits(sources: Sources, wish: Wish) -> Iterator[Finding]:
    if wish.formats != LINES:
        words = f"A profile makes lines, not {wish.formats}."
        yield Finding("format.not_of_a_profile", "--format", words, "Say --format lines.")
    if sources.profile and (sources.config or sources.catalogue):
        words = "A profile is given, and beside it a configuration or a catalogue."
        yield Finding("profile.beside_config", "--profile", words, "Leave one of them out.")
    if not sources.profile and not (sources.config and sources.catalogue):
        advice = "Name a profile, or a configuration and its --catalogue."
        yield Finding("nothing_to_simulate", "--profile", "Nothing says what to simulate.", advice)
    for option in ("database", "tenant"):
        if getattr(wish, option):
            words = "Lines are written without a ledger."
            yield Finding("lines.no_ledger", f"--{option}", words, "Leave it out, or name other formats.")


def _twin(path: Path, wish: Wish) -> dict[str, Lines]:
    """The lines of a profile's twin."""
    profile = read_profile(path)
    count = profile.learnt.invoices if wish.count is None else wish.count
    seed = 1 if wish.seed is None else wish.seed
    first, last = wish.first_day or profile.learnt.first_day, wish.last_day or profile.learnt.last_day
    if findings := list(_out_of_bounds(count, seed, first, last)):
        raise InputRefused(findings)
    with _showing("simulate") as progress:
        return {"": twin(profile, count, seed, first, last, progress)}


def _configured(wish: Wish) -> dict[str, Lines]:
    """The lines of a configuration's books, by currency."""
    from ledgerflow.assembly import Application
    from ledgerflow.issuing.unnumbered import lines_by_currency

    return lines_by_currency(read_wish(wish), read_goods(wish), Application().laws)


@contextmanager
def _showing(stage: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar for one stage, at whose steps the work may be stopped; who stops it hears that nothing is lost."""
    try:
        with stop_at_a_step() as step, progress_bar(step) as progress:
            yield partial(progress, stage)
    except KeyboardInterrupt:
        complain("stopped: nothing was written, and what stood there is as it was.")
        raise typer.Exit(130) from None


def _tell(facts: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        show_json(facts)
    else:
        show_facts(facts)


def read_profile(path: Path) -> Profile:
    """A profile from its file; findings for each thing that is wrong with it."""
    content = read_bytes(path, "profile")
    try:
        return Profile.model_validate(yaml.load(content.decode("utf-8-sig"), yaml.CSafeLoader))
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        advice = "Make one with `ledgerflow fit`."
        raise InputRefused([Finding("profile.unreadable", str(path), "This is no YAML.", advice)]) from error
    except ValidationError as error:
        advice = "Make it anew with `ledgerflow fit`."
        raise InputRefused(
            [
                Finding("profile.wrong", f"{path}, /{'/'.join(map(str, fault['loc']))}", f"{fault['msg']}.", advice)
                for fault in error.errors(include_url=False)
            ]
        ) from error


def _too_few(path: Path, invoices: int) -> Finding:
    return Finding(
        code="lines.too_few",
        place=str(path),
        message=f"There are {invoices} invoices, and habits show from {LEAST_INVOICES} on.",
        advice="Give the lines of a longer time.",
        parameters={"invoices": str(invoices), "least": str(LEAST_INVOICES)},
    )


def _out_of_bounds(count: int, seed: int, first: date, last: date) -> Iterator[Finding]:
    if not 1 <= count <= MOST_INVOICES:
        words = f"{count} invoices were asked for; from 1 to {MOST_INVOICES:,} are possible."
        yield Finding("count.out_of_bounds", "--count", words, "Ask for a number between.")
    if not 0 <= seed < 2**63:
        yield Finding("seed.out_of_bounds", "--seed", f"{seed} is no seed.", "Give a whole number from 0 on.")
    if first > last:
        yield Finding("days.reversed", "--from", "The first day is after the last.", "Swap them.")
    if (last - first).days > _MOST_DAYS:
        words = f"From {first} to {last} is more than {_MOST_DAYS:,} days."
        yield Finding("days.too_many", "--to", words, "Make the books in several runs.")


def _write(path: Path, lines: Lines) -> None:
    names = Names(
        inv=_numbers(lines),
        cust=_coded("C", lines.cust),
        prod=lines.products or _coded("P", lines.prod),
    )
    write_lines(path, lines, names)


def _coded(letter: str, codes: Ints) -> tuple[str, ...]:
    return tuple(f"{letter}{code}" for code in range(int(codes.max(initial=-1)) + 1))


def _numbers(lines: Lines) -> tuple[str, ...]:
    """Numbers of invoices and of credit notes, each a series of its own."""
    codes, first = np.unique(lines.inv, return_index=True)
    credit = lines.credit[first]
    turn = np.where(credit, np.cumsum(credit), np.cumsum(~credit))
    letters = np.where(credit, "C", "S")
    numbers = {int(code): f"{letter}{count:07}" for code, letter, count in zip(codes, letters, turn, strict=True)}
    return tuple(numbers.get(code, "") for code in range(int(codes.max(initial=-1)) + 1))
