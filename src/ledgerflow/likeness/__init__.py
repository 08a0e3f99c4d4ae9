"""How real a batch of invoice lines is: ten metrics against a reference, in numpy alone. Pure."""
