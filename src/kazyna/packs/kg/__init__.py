"""The Kyrgyz Republic: property tax in its three regimes, VAT, sales tax, excise."""
