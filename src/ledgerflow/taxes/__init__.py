"""Tax laws, each found by its entry point and imported by nobody."""
