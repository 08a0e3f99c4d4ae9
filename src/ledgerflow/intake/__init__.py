"""What a user brings: a catalogue as a workbook or CSV, read to Products, its mistakes told all at once. Pure."""
