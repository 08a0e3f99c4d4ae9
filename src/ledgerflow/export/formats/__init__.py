"""The formats that ship with LedgerFlow, each found by its entry point."""
