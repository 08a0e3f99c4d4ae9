"""What a batch looks like: figures, charts and words for a reader. Pure."""
