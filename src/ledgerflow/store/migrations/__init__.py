"""How the schema of the books came to be: the revisions, and what they need to carry books from one to the next."""
