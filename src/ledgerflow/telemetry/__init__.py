"""How the program is seen at work: its log, and what it counts."""
