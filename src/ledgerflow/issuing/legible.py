"""Names that no page can show, found before anything is issued under them."""

from collections.abc import Iterator, Sequence

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import Finding
from ledgerflow.rendering.metrics import unprintable
from ledgerflow.simulation.config import SimulationConfig

_ADVICE = "Write it in Latin or Arabic letters, or leave pdf out of the formats."


def illegible(config: SimulationConfig, catalogue: Sequence[Product]) -> list[Finding]:
    """A finding for each text of the business and of the catalogue that holds a letter foreign to the pages' font."""
    texts = [
        *_texts(config.business.model_dump(mode="json"), "/business"),
        *((f"product {product.sku or product.name}", name) for product in catalogue for name in _names(product)),
    ]
    return [
        Finding(
            "text.illegible",
            place,
            f"{text!r} holds {letters}, which the font of the pages does not have.",
            _ADVICE,
            {"letters": letters},
        )
        for place, text in texts
        if (letters := unprintable(text))
    ]


def _names(product: Product) -> tuple[str, str]:
    return product.name, product.name_local


def _texts(branch: object, place: str) -> Iterator[tuple[str, str]]:
    """The texts of a document, each with its JSON pointer."""
    if isinstance(branch, str):
        yield place, branch
    elif isinstance(branch, dict):
        for name, twig in branch.items():
            yield from _texts(twig, f"{place}/{name}")
    elif isinstance(branch, list):
        for number, twig in enumerate(branch):
            yield from _texts(twig, f"{place}/{number}")
