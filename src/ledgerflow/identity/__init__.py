"""Who comes in, and what they may do: words and checks, without a database, a network or a clock."""
