"""Philadelphia: real estate tax, a test of generality."""
