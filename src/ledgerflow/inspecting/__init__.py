"""The parts of an installation, each looked at: whether it serves, why not, and what to do. Two doors ask here."""
