"""Series as a scrape tells them, read by the parser of Prometheus's own library."""

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Scrape:
    """What was told at a moment."""

    text: str

    @property
    def samples(self) -> Mapping[tuple[str, Labels], float]:
        """Each value by its name and labels."""
        found = (one for family in text_string_to_metric_families(self.text) for one in family.samples)
        return {(one.name, frozenset(one.labels.items())): one.value for one in found}

    @property
    def kinds(self) -> Mapping[str, str]:
        """Which type each family is of."""
        return {one.name: one.type for one in text_string_to_metric_families(self.text)}

    def value(self, name: str, **labels: str) -> float:
        """One value."""
        return self.samples[name, frozenset(labels.items())]

    def all(self, name: str, **labels: str) -> dict[Labels, float]:
        """Those of a name that have these labels among theirs, and are not nothing."""
        wanted = frozenset(labels.items())
        return {have: value for (of, have), value in self.samples.items() if of == name and wanted <= have and value}

    def total(self, name: str, **labels: str) -> float:
        """These added up."""
        return sum(self.all(name, **labels).values())

    def documented(self) -> dict[str, tuple[str, frozenset[str]]]:
        """By the name in the documents: the type, and the names of the labels."""
        found: dict[str, tuple[str, frozenset[str]]] = {}
        for family in text_string_to_metric_families(self.text):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            labels = frozenset(label for one in family.samples for label in one.labels if label != "le")
            found[name] = (family.type, labels)
        return found
