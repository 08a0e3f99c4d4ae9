"""`ledgerflow fit`, and the invoice lines that `ledgerflow simulate … --format lines` writes."""

from datetime import date
from pathlib import Path

import numpy as np
import yaml
from pydantic import ValidationError

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.cli.making import Wish, read_wish
from ledgerflow.cli.options import read_bytes
from ledgerflow.cli.output import complain, show_facts
from ledgerflow.cli.stopping import stop_at_a_step
from ledgerflow.habits.dice import Ints
from ledgerflow.habits.lines import Lines
from ledgerflow.habits.profile import Profile
from ledgerflow.habits.twin import twin
from ledgerflow.intake.lines_table import Names, read_lines, write_lines
from ledgerflow.learning.fit import LEAST_INVOICES, fit
from ledgerflow.learning.words import told

LINES = "lines"
_FILE = "lines.parquet"
_MOST_INVOICES = 10_000_000


def learn(path: Path, out: Path) -> None:
    """Reads invoice lines, learns the habits behind them, writes the profile and says what was learnt."""
    lines = read_lines(path)
    invoices = len(set(lines.inv[~lines.credit].tolist()))
    if invoices < LEAST_INVOICES:
        raise InputRefused([_too_few(path, invoices)])
    with stop_at_a_step() as step:
        profile = fit(lines, lambda words: step())
    _place(out.parent)
    out.write_text(profile.to_yaml(), "utf-8")
    complain(*(f"not learnt: {words}" for words in profile.not_learnt))
    show_facts({**told(profile), "profile": f"{out}, {out.stat().st_size:,} bytes"})


def make_asked(
    config: Path | None,
    catalogue: Path | None,
    profile: Path | None,
    formats: str,
    out: Path,
    numbers: tuple[int | None, int | None],
    days: tuple[date | None, ...],
) -> None:
    """Makes lines by a profile, or by a configuration; findings where the words of the command do not go together."""
    findings = []
    if formats != LINES:
        words = f"A profile makes lines, not {formats}."
        findings.append(Finding("format.not_of_a_profile", "--format", words, "Say --format lines."))
    if profile and config:
        words = "A configuration and a profile are given."
        findings.append(Finding("profile.beside_config", "--profile", words, "Leave one of them out."))
    if not profile and not (config and catalogue):
        words = "Nothing says what to simulate."
        findings.append(
            Finding(
                "nothing_to_simulate", "--profile", words, "Name a profile, or a configuration and its --catalogue."
            )
        )
    if findings:
        raise InputRefused(findings)
    wish = Wish(config or Path(), catalogue or Path(), out, formats, *numbers, "", "", *days)
    if profile:
        make_twin(profile, wish)
    else:
        make_lines(wish)


def make_twin(path: Path, wish: Wish) -> None:
    """Makes the lines of a profile's twin, in DIR/lines.parquet."""
    profile = read_profile(path)
    count = profile.learnt.invoices if wish.count is None else wish.count
    first, last = wish.first_day or profile.learnt.first_day, wish.last_day or profile.learnt.last_day
    _require(count, first <= last)
    _place(wish.out)
    lines = twin(profile, count, 1 if wish.seed is None else wish.seed, first, last)
    _write(wish.out, lines, "")


def make_lines(wish: Wish) -> None:
    """Makes the lines of a configuration's books, in DIR/lines.parquet; no number is taken for them."""
    from ledgerflow.assembly import Application
    from ledgerflow.intake.catalogue_sheet import read_catalogue
    from ledgerflow.issuing.unnumbered import lines_by_currency

    application = Application()
    config = read_wish(wish)
    goods = read_catalogue(read_bytes(wish.catalogue, "catalogue"))
    complain(*goods.warnings)
    tables = lines_by_currency(config, goods.products, application.laws)
    _place(wish.out)
    for currency, lines in tables.items():
        _write(wish.out, lines, f"-{currency}" if len(tables) > 1 else "")


def read_profile(path: Path) -> Profile:
    """A profile from its file; findings for each thing that is wrong with it."""
    content = read_bytes(path, "profile")
    try:
        return Profile.model_validate(yaml.load(content.decode("utf-8-sig"), yaml.CSafeLoader))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
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


def _require(count: int, in_order: bool) -> None:
    findings = []
    if not 1 <= count <= _MOST_INVOICES:
        words = f"{count} invoices were asked for; from 1 to {_MOST_INVOICES:,} are possible."
        findings.append(Finding("count.out_of_bounds", "--count", words, "Ask for a number between."))
    if not in_order:
        findings.append(Finding("days.reversed", "--from", "The first day is after the last.", "Swap them."))
    if findings:
        raise InputRefused(findings)


def _place(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        words = f"This folder can't be made: {error.strerror}."
        raise InputRefused([Finding("out.unwritable", str(folder), words, "Name another place.")]) from error


def _write(folder: Path, lines: Lines, suffix: str) -> None:
    path = folder / _FILE.replace(".", f"{suffix}.")
    names = Names(
        inv=_numbers(lines),
        cust=_coded("C", lines.cust),
        prod=lines.products or _coded("P", lines.prod),
    )
    write_lines(path, lines, names)
    credits = len(set(lines.inv[lines.credit].tolist()))
    invoices = len(set(lines.inv.tolist())) - credits
    show_facts({"lines": f"{len(lines):,} of {invoices:,} invoices and {credits:,} credit notes", "file": str(path)})


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
