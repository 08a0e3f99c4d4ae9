"""From an invoice to a page and a PDF: what is printed where, the words, the templates. Pure."""
