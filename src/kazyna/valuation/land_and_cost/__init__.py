"""What of a value is the plot and what the building, and the cost approach."""
