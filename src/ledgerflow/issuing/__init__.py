"""The conductor: each deed of the product is one function here."""
