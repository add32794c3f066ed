"""PostgreSQL: the one place of state, and the only SQL of the registers."""
