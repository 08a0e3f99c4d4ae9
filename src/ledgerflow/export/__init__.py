"""From invoices to files: formats found by entry point, the register, the archive and its verification."""
