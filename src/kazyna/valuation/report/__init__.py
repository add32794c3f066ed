"""What the head of an agency signs: sections, examples, weak spots."""
