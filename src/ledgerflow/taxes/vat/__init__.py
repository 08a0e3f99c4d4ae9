"""Value added tax: one strategy and one file of dated law for each country, and the generic one of EN 16931."""

from ledgerflow.taxes.vat.strategy import VATStrategy

bahrain = VATStrategy("bahrain.toml")
emirates = VATStrategy("emirates.toml")
generic = VATStrategy("en16931.toml")
oman = VATStrategy("oman.toml")
saudi_arabia = VATStrategy("saudi_arabia.toml")
