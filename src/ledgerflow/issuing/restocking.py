"""What an import makes of the catalogue: which products are new, which change and how, which stay, which go.

A row is of the product with its SKU, or else of the one with its name. Of a product that is there, only those fields
change of which the sheet speaks.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.intake.delivery import Delivery
from ledgerflow.intake.findings import readable
from ledgerflow.intake.product_rows import with_rate, with_skus
from ledgerflow.issuing.stocking import Stocked, identifier, version

_APART = ("sku", "tax_rate")  # fields that are not simply taken over
_FIELDS = tuple(field.name for field in fields(Product))


@dataclass(frozen=True, slots=True)
class Change:
    """A product before and after."""

    before: Stocked
    after: Stocked

    def differences(self) -> Mapping[str, tuple[str, str]]:
        """What was and what will be, for each field that changes."""
        pairs = ((name, getattr(self.before.product, name), getattr(self.after.product, name)) for name in _FIELDS)
        return {name: (_shown(before), _shown(after)) for name, before, after in pairs if before != after}


@dataclass(frozen=True, slots=True)
class Restocking:
    """What an import does. `moved` are those of which nothing changes but their place."""

    new: tuple[Stocked, ...]
    changed: tuple[Change, ...]
    moved: tuple[Stocked, ...]
    removed: tuple[Stocked, ...]
    unchanged: int

    @property
    def written(self) -> Sequence[Stocked]:
        """All that is entered or written anew."""
        return [*self.new, *(change.after for change in self.changed), *self.moved]

    @property
    def version(self) -> str:
        """Two of one version do the same to the same catalogue."""
        digest = hashlib.sha256()
        for one in self.written:
            digest.update(f"{one.id} {one.place} {version(one.product)}\n".encode())
        for change in self.changed:
            digest.update(f"{change.before.id} {version(change.before.product)}\n".encode())
        digest.update("".join(f"-{one.id}\n" for one in self.removed).encode())
        return digest.hexdigest()[:24]


def restock(kept: Sequence[Stocked], delivery: Delivery, *, replacing: bool, at: datetime) -> Restocking:
    """What comes of a catalogue when a delivery is taken in. With `replacing`, what the delivery does not name goes,
    and its order holds. Raises InputRefused where two products would be called the same."""
    matches = _matches(kept, delivery.products)
    matched = {one.id for one in matches if one}
    stay = [one for one in kept if one.id in matched or not replacing]
    changed, moved, unchanged = [], [], 0
    last = 0 if replacing else max((one.place for one in kept), default=0)
    new: list[tuple[int, Product]] = []
    for place, (before, said) in enumerate(zip(matches, delivery.products, strict=True), 1):
        if before is None:
            new.append((place if replacing else last + len(new) + 1, said))
            continue
        product = _merged(before.product, said, delivery.reading.fields)
        after = Stocked(before.id, place if replacing else before.place, product, at)
        if product != before.product:
            changed.append(Change(before, after))
        elif after.place != before.place:
            moved.append(after)
        else:
            unchanged += 1
    skus = {one.id: one.product.sku for one in stay} | {change.after.id: change.after.product.sku for change in changed}
    entered = tuple(_entered(new, kept, skus.values(), last, at))
    removed = tuple(one for one in kept if one.id not in matched) if replacing else ()
    made = Restocking(entered, tuple(changed), tuple(moved), removed, unchanged)
    _require_told_apart(stay, made)
    return made


def _matches(kept: Sequence[Stocked], said: Sequence[Product]) -> list[Stocked | None]:
    """For each product that is said, the one it is; no two are the same."""
    by_sku = {one.product.sku.casefold(): one for one in kept}
    by_name = {one.product.name.casefold(): one for one in kept}
    found = [by_sku.get(product.sku.casefold()) if product.sku else None for product in said]
    used = {one.id for one in found if one}
    for place, product in enumerate(said):
        named = by_name.get(product.name.casefold()) if found[place] is None else None
        if named and named.id not in used:
            used.add(named.id)
            found[place] = named
    return found


def _merged(kept: Product, said: Product, spoken: Sequence[str]) -> Product:
    """A rate that followed from nothing but the lack of a code is forgotten when the code or the category changes."""
    given = {field: getattr(said, field) for field in spoken if field not in _APART}
    product = replace(kept, **given, sku=said.sku or kept.sku)
    if "tax_rate" in spoken:
        return with_rate(replace(product, tax_rate=said.tax_rate))
    same = (product.commodity_code, product.tax_category) == (kept.commodity_code, kept.tax_category)
    return product if same else with_rate(replace(product, tax_rate=None))


def _entered(
    new: Sequence[tuple[int, Product]], kept: Sequence[Stocked], skus: Iterable[str], last: int, at: datetime
) -> Iterator[Stocked]:
    taken = {one.id for one in kept}
    counted = with_skus([product for _, product in new], skus, last)
    for (place, said), product in zip(new, counted, strict=True):
        id = identifier(said, taken)
        taken.add(id)
        yield Stocked(id, place, with_rate(product), at)


def _require_told_apart(stay: Sequence[Stocked], made: Restocking) -> None:
    after = {one.id: one.product for one in stay} | {one.id: one.product for one in made.written}
    names: dict[str, Product] = {}
    skus: dict[str, Product] = {}
    findings = []
    for product in after.values():
        for what, text, seen in (("name", product.name, names), ("sku", product.sku, skus)):
            other = seen.setdefault(text.casefold(), product)
            if other is not product:
                findings.append(_same(what, text, other, product))
    if findings:
        raise InputRefused(readable(findings))


def _same(what: str, text: str, one: Product, other: Product) -> Finding:
    return Finding(
        f"import.{what}_twice",
        f"product {text}",
        f"Two products would have the {what} {text!r}: {one.sku} {one.name}, {other.sku} {other.name}.",
        "Tell the two apart in the sheet, or change the one that is there first.",
        {"value": text},
    )


def _shown(value: object) -> str:
    return "" if value is None else str(value)
