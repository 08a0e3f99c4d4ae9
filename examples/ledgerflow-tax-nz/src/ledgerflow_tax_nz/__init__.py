"""New Zealand GST."""
