"""What users bring: workbooks are read, inspected, and turned into products or findings. Pure."""
