"""LedgerFlow simulates the books of a business: tax-correct, realistic, verifiable, and marked as simulated."""

__version__ = "0.1.0"
