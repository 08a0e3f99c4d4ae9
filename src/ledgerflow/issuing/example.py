"""What the forms of worked examples have in common: exact amounts, and every mistake of an example at once."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.mistakes import mistake
from ledgerflow.billing.money import ZERO
from ledgerflow.billing.pricing import price_lines
from ledgerflow.billing.supply import Supply

_LARGEST = Decimal("1e15")  # with nine decimals, 28 digits hold a product exactly up to here
_ADVICE = 'Write it as the examples in tests/golden do: an amount as a text such as "12.345", with at most 9 decimals.'


def _exact(value: object) -> object:
    """Binary floats and truth values are no amounts, though Python would make a number of them."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise ValueError("is no exact amount")
    return value


Amount = Annotated[Decimal, BeforeValidator(_exact), Field(gt=-_LARGEST, lt=_LARGEST, decimal_places=9)]
Positive = Annotated[Amount, Field(gt=0)]
NotNegative = Annotated[Amount, Field(ge=0)]
Percent = Annotated[Amount, Field(ge=0, le=100)]

_AMOUNT: TypeAdapter[Decimal] = TypeAdapter(Amount)


def amount(value: object) -> Decimal | None:
    """An amount that somebody expects, or None for what is none."""
    try:
        return _AMOUNT.validate_python(value)
    except ValidationError:
        return None


class Example(BaseModel):
    """The inputs of an example, or a part of it. Answers that it holds besides are left alone."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, entries: object) -> object:
        """What is null is not there."""
        if not isinstance(entries, Mapping):
            return entries
        return {key: value for key, value in entries.items() if value is not None}

    @classmethod
    def read(cls, example: Mapping[str, Any], place: str) -> Self:
        """The example that stands at `place`; raises InputRefused with all its mistakes."""
        try:
            return cls.model_validate(example)
        except ValidationError as faults:
            raise InputRefused(mistake(fault, _ADVICE, place) for fault in faults.errors(include_url=False)) from faults


def refuse_overdiscounted(supply: Supply, place: str, whole: str) -> None:
    """Raises InputRefused where a discount is larger than what it is taken from: tax on the rest would be negative.

    `place` is the example's; `whole` the key of its discount on the whole document. A returned line, whose value is
    negative, may have a negative discount in the same way.
    """
    findings = list(_overdiscounted(supply, place, whole))
    if findings:
        raise InputRefused(findings)


def _overdiscounted(supply: Supply, place: str, whole: str) -> Iterator[Finding]:
    prices = price_lines(replace(supply, discount=ZERO, charge=ZERO))
    for spot, price in enumerate(prices):
        if _exceeds(price.discount, price.gross):
            yield _too_much(f"{place}/lines/{spot}/discount_amount", price.discount, price.gross)
    value = sum((price.price for price in prices), ZERO)
    rate = supply.quoted.rate if supply.quoted else 1
    if _exceeds(supply.discount * rate, value + supply.charge * rate):
        yield _too_much(f"{place}/{whole}", supply.discount * rate, value)


def _exceeds(discount: Decimal, value: Decimal) -> bool:
    """Whether the discount turns the sign of the value; of nothing nothing can be taken."""
    return discount > value >= 0 or discount < value < 0


def _too_much(place: str, discount: Decimal, value: Decimal) -> Finding:
    return Finding(
        code="discount_over_value",
        place=place,
        message=f"The discount, {discount}, is more than the value that it is taken from, {value + ZERO}.",
        advice="Lower it to that value at most.",
        parameters={"discount": str(discount), "value": str(value)},
    )
