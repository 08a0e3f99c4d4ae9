"""The only package that has heard of SQL."""
