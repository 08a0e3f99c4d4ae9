"""How a business sells: a profile of its habits, learnt or given, and the invoice lines drawn from it."""
