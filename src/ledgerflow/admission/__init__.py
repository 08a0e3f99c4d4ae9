"""Conducts who comes in: signing in and out, inviting, keys of machines, keys that sign. Each deed is in the trail."""
