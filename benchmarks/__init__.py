"""How fast and how large: each figure the best of five, ratios measured in one run."""
