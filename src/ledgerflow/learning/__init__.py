"""What invoice lines tell of a business: a profile of its habits, in which no product, buyer or row can be found."""
