"""Labelled anomalies: what is put wrong on purpose, how often and how well hidden, with the truth beside it."""
