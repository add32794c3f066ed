"""The market over time: hedonic, repeat-sales and by stratum."""
