"""What an operator may change while everything runs: files with a schema each, read whole, swapped at once."""
