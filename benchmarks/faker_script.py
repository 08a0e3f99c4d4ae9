"""The plain script people write today: names, dates and five random lines an invoice, no tax. The rate to beat."""

from decimal import Decimal
from random import Random  # noqa: TID251  # the script under comparison is what people write
from typing import Any

from faker import Faker


def invoices(count: int, seed: int) -> list[dict[str, Any]]:
    """Invoices as such a script fills them in."""
    fake = Faker()
    fake.seed_instance(seed)
    dice = Random(seed)
    made = []
    for number in range(1, count + 1):
        lines: list[dict[str, Any]] = []
        total = Decimal(0)
        for _ in range(5):
            quantity = dice.randint(1, 10)
            price = Decimal(dice.randint(100, 100_000)) / 100
            total += quantity * price
            lines.append({"name": fake.word(), "quantity": quantity, "price": price, "amount": quantity * price})
        made.append(
            {
                "number": f"INV-{number:06}",
                "date": fake.date_between("-1y", "today"),
                "buyer": fake.company(),
                "address": fake.address(),
                "lines": lines,
                "total": total,
            }
        )
    return made
