"""The vocabulary of billing: pure values and functions, to be read bottom up from `errors` to `conformance`."""
