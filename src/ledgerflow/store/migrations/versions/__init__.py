"""The revisions, oldest first. What a revision does is never edited again: books were carried over by it."""
