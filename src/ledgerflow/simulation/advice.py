"""What to do about a word that nobody knows: name the one that was probably meant."""

from collections.abc import Sequence
from difflib import get_close_matches


def nearest(word: str, words: Sequence[str]) -> str:
    """Advice for an unknown word, out of those that are known."""
    match = get_close_matches(word, words, 1, 0.5)
    return f"Did you mean {match[0]!r}?" if match else f"Known are: {', '.join(words[:12]) or 'none'}."
