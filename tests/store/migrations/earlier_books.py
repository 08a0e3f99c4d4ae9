"""Earlier books made up for tests: 10,000 invoices of five tenants, 300 numbers too many, all switches."""

import sqlite3
from collections import defaultdict
from datetime import date, timedelta
from itertools import product

import psycopg

from ledgerflow.store.database import sqlite_path
from ledgerflow.store.schema import upgrade

INVOICES, DOUBLES = 10_000, 300
TENANTS = ("asha", "birla", "cosmos", "delta", "ghost")  # nobody entered the ghost
CURRENCIES = ("INR", "BHD", "JPY", "INR", "AED")
SHAPES = {
    "asha": "INV-{n:06}",
    "birla": "INV/2024/{n:04}",
    "cosmos": "20190{n:05}",
    "delta": "B{n:03}",
    "ghost": "no {n}",
}
ODD = (0.1 + 0.2, 1234.5, 99.995, 0.0, 7.25, 1e-9, 123456.78, 2.675, -3.5)

Row = tuple[int | str | float | bool | None, ...]
Book = dict[str, list[Row]]

COLUMNS = {
    "tenants": ("tenant_id",),
    "simulation_configs": (
        "id", "tenant_id", "name", "enable_seasonality", "enable_repeat_customers", "enable_discounts", "created_at",
    ),
    "invoices": (
        "id", "tenant_id", "config_id", "invoice_number", "invoice_date", "customer_name", "currency", "subtotal",
        "tax", "total",
    ),
}  # fmt: skip


def earlier_books(size: int = INVOICES, doubles: int = DOUBLES) -> Book:
    """The rows of each table; `doubles` of the invoices bear a number that another of their tenant has."""
    configs: list[Row] = [
        (1 + place, TENANTS[place % 4], f"plan {place // 8}", *switches, f"2024-01-{1 + place:02}T00:00:00")
        for place, switches in enumerate([*product((False, True), repeat=3)] * 2)
    ]
    invoices = [_invoice(number) for number in range(1, size + 1)]
    given: dict[str, list[str]] = defaultdict(list)
    rows, done = [], 0
    for row in invoices:
        tenant, number = str(row[1]), SHAPES[str(row[1])].format(n=_next(len(given[str(row[1])])))
        if row[0] and int(str(row[0])) % (size // doubles) == 0 and done < doubles and given[tenant]:
            number = given[tenant][done // 3 % len(given[tenant])]  # some are given three times and more
            done += 1
        else:
            given[tenant].append(number)
        rows.append((*row[:3], number, *row[4:]))
    return {"tenants": [(name,) for name in TENANTS[:4]], "simulation_configs": configs, "invoices": rows}


def _next(already: int) -> int:
    """Counts from 1; each fiftieth was never given."""
    return already + already // 49 + 1


def _invoice(number: int) -> Row:
    whose = 4 if number % 1000 == 7 else number % 4
    subtotal = ODD[number % len(ODD)] if number % 5 == 0 else round(number * 1.37 % 5000, 2)
    tax = 0.0 if number % 3 == 0 else subtotal * 0.18
    day = date(2024, 1, 1) + timedelta(days=number * 7 % 365)
    total = subtotal + tax + (0.01 if number % 11 == 0 else 0)
    config = None if number % 13 == 0 else 1 + number % 16
    currency = CURRENCIES[whose]
    return number, TENANTS[whose], config, "", str(day), f"Buyer “{number % 97}” \\", currency, subtotal, tax, total


def write(url: str, book: Book) -> None:
    """Makes books of the first revision, and enters rows as a program of that time did."""
    upgrade(url, "0000")
    enter(url, book)


def enter(url: str, book: Book) -> None:
    path = sqlite_path(url)
    if path is not None:
        with sqlite3.connect(path) as file:
            for table, rows in book.items():
                marks = ", ".join("?" * len(COLUMNS[table]))
                file.executemany(f"INSERT INTO {table} ({', '.join(COLUMNS[table])}) VALUES ({marks})", rows)
        file.close()
        return
    with psycopg.connect(url) as server, server.cursor() as cursor:
        for table, rows in book.items():
            with cursor.copy(f"COPY {table} ({', '.join(COLUMNS[table])}) FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)


def read(url: str) -> Book:
    """Every row of every table of the first revision, as it is."""
    return {
        table: query(url, f"SELECT {', '.join(columns)} FROM {table} ORDER BY {columns[0]}".replace(
            "invoice_date", "CAST(invoice_date AS TEXT)"
        ))
        for table, columns in COLUMNS.items()
    }  # fmt: skip


def query(url: str, statement: str) -> list[Row]:
    """What the database itself answers, without our program between; what is written is kept."""
    path = sqlite_path(url)
    if path is not None:
        with sqlite3.connect(path) as file:
            found = file.execute(statement).fetchall()
        file.close()
        return found
    with psycopg.connect(url) as server:
        cursor = server.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []
