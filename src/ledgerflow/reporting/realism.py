"""The page that shows how real invoice lines are: the scores in words, and their portrait beside a reference."""

from html import escape

from ledgerflow.likeness.portrait import Facts, Portrait
from ledgerflow.likeness.scoring import Metric, Score
from ledgerflow.likeness.words import BAR, ENOUGH
from ledgerflow.reporting.markup import definitions, page, table
from ledgerflow.reporting.pictures import Side, pictures

_HEADS = ("Metric", "What it asks", "Weakest parts", "Score", "Bar", "Verdict")


def realism_page(title: str, ours: Portrait, reference: Portrait | None = None, score: Score | None = None) -> str:
    """The whole page; without a reference a portrait alone, without scores."""
    sides = [Side("These lines", ours), *([Side("Reference", reference)] if reference else [])]
    words = f"How real {ours.facts.invoices:,} invoices look, {ours.facts.first_day} to {ours.facts.last_day}."
    facts = [side.portrait.facts for side in sides]
    rows = [(name, *values) for name, *values in zip(described(facts[0]), *_values(*facts), strict=True)]
    known = table("What they come to", ("Figure", *(side.name for side in sides)), rows)
    return page(
        title,
        f'<h1 dir="auto">{escape(title)}</h1><p class="muted">{words}</p>{_few(ours, reference)}',
        f"{_scores(score) if score else ''}"
        f'<section><h2>Portrait</h2>{pictures(*sides)}<div class="sheet">{known}</div></section>',
        "<p>Statistics over amounts; no figure here is of any use in accounting.</p>",
        simulated=False,
    )


def described(facts: Facts) -> dict[str, str]:
    """The facts by their names, as people write them."""
    lag = facts.median_return_days
    return {
        "Invoices": f"{facts.invoices:,}",
        "Lines": f"{facts.lines:,}",
        "Products": f"{facts.products:,}",
        "Named customers": f"{facts.customers:,}",
        "First day": facts.first_day,
        "Last day": facts.last_day,
        "Lines an invoice, median": f"{facts.median_lines:g}",
        "Invoice total, median": f"{facts.median_total:,.2f}",
        "Invoices to named customers": _percent(facts.named_share),
        "Of them to returning ones": _percent(facts.repeat_share),
        "Revenue of the best fifth of products": _percent(facts.top_fifth_revenue),
        "Lines off the usual price": _percent(facts.off_list_share),
        "Credit notes among documents": _percent(facts.credit_note_share),
        "Days from sale to return, median": "none" if lag is None else f"{lag:.1f}",
    }


def weakest(metric: Metric) -> str:
    """The weakest parts of a metric in words, with their scores: `price endings 0.41, first digits of totals 0.62`."""
    return ", ".join(f"{metric.about.parts[key]} {value:.2f}" for key, value in metric.worst())


def caution(score: Score) -> str:
    """What keeps the scores from meaning much, or nothing."""
    if score.is_meaningful:
        return ""
    few = min(score.invoices, score.reference)
    return f"With {few:,} invoices on one side these scores mean little; take {ENOUGH:,} or more on both."


def _values(*facts: Facts) -> list[list[str]]:
    return [list(described(one).values()) for one in facts]


def _scores(score: Score) -> str:
    rows = [
        (metric.about.title, metric.about.question, weakest(metric), f"{metric.score:.3f}", f"{metric.about.bar:.2f}")
        for metric in score.metrics
    ]
    verdicts = ["reached" if metric.passed else "below" for metric in score.metrics]
    body = [(*row, verdict) for row, verdict in zip(rows, verdicts, strict=True)]
    foot = ("Realism", "Geometric mean of them all", "", f"{score.realism:.3f}", f"{BAR:.2f}", "")
    headline = definitions("headline", [("Realism, 0 to 1", f"{score.realism:.3f}"), *_counts(score)])
    words = caution(score)
    warning = f'<p class="muted">{escape(words)}</p>' if words else ""
    return (
        f"<section><h2>Scores</h2>{warning}{headline.replace('<div>', '<div class=first>', 1)}"
        f'<div class="sheet">{table("", _HEADS, body, foot, 3)}</div></section>'
    )


def _counts(score: Score) -> list[tuple[str, str]]:
    below = sum(not metric.passed for metric in score.metrics)
    return [
        ("Metrics at their bar", f"{len(score.metrics) - below} of {len(score.metrics)}"),
        ("Invoices", f"{score.invoices:,}"),
        ("Reference", f"{score.reference:,}"),
    ]


def _few(ours: Portrait, reference: Portrait | None) -> str:
    if reference or ours.facts.invoices >= ENOUGH:
        return ""
    return f'<p class="muted">With fewer than {ENOUGH:,} invoices much of it is chance.</p>'


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
