"""What each metric and each of its parts asks, in plain words, and the bar it must reach."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """A metric's title, its question, the score that counts as good, and its parts in words."""

    title: str
    question: str
    bar: float
    parts: Mapping[str, str]


ABOUT: Mapping[str, About] = {
    "M1_marginals": About(
        "Sizes",
        "Are lines, quantities, prices and totals of the usual sizes?",
        0.94,
        {
            "lines": "lines an invoice",
            "qty": "quantities",
            "price": "prices",
            "line_total": "line totals",
            "inv_total": "invoice totals",
            "units": "units an invoice",
        },
    ),
    "M2_calendar": About(
        "Calendar",
        "Do sales come at business hours, in season, and as unevenly?",
        0.92,
        {
            "dow_hour": "hours of the week",
            "week_of_year": "weeks of the year",
            "fano": "busy and slack days",
            "trading_days": "days open",
            "acf1": "day follows day",
            "acf_week": "week follows week",
        },
    ),
    "M3_dependence": About(
        "Coherence",
        "Do the figures of an invoice and of a customer belong together?",
        0.93,
        {
            "invoice_pairs": "figures of an invoice together",
            "line_qty_price": "dearer, so fewer",
            "size_by_customer_icc": "each customer's own size",
        },
    ),
    "M4_popularity": About(
        "Products",
        "Do a few products carry the trade, with a long tail?",
        0.93,
        {
            "lorenz_lines": "sales over products",
            "lorenz_revenue": "revenue over products",
            "head_slope": "the hundred best",
            "top20": "revenue of the top fifth",
        },
    ),
    "M5_customers": About(
        "Customers",
        "Do customers come back as often and as regularly?",
        0.93,
        {
            "orders_per_customer": "orders a customer",
            "revenue_lorenz": "revenue over customers",
            "gaps": "days between orders",
            "repeat_share": "repeat invoices",
            "known_share": "named buyers",
        },
    ),
    "M6_baskets": About(
        "Baskets",
        "Are the same things bought together, and bought again?",
        0.88,
        {"lift_ks": "things bought together", "rebuy": "bought again", "dup_lines": "a product on two lines"},
    ),
    "M7_digits": About(
        "Digits",
        "Do first digits and price endings fall as in real books?",
        0.90,
        {
            "first_digit_tv": "first digits of totals",
            "benford_mad_ratio": "departure from Benford's law",
            "price_ending_tv": "price endings",
            "total_cents_tv": "endings of totals",
            "off_list_share": "lines off the list price",
        },
    ),
    "M8_credit_notes": About(
        "Credit notes",
        "Is as much taken back, and as late?",
        0.85,
        {"doc_share": "how many", "value_share": "how much", "amount": "amounts", "lag": "days from the sale"},
    ),
    "M9_c2st": About(
        "Indistinct",
        "Can a trained classifier not tell them apart?",
        0.50,
        {"invoice_auc": "invoices told apart (AUC)", "line_auc": "lines told apart (AUC)"},
    ),
    "M10_validity": About(
        "Right",
        "Is each line right, time in order, nothing copied?",
        1.0,
        {"line_arithmetic": "quantity × price", "chronological": "time order", "no_copied_baskets": "no copies"},
    ),
}

BAR = 0.90  # REALISM that counts as good
ENOUGH = 1_000  # invoices below which a score means little
