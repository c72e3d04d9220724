"""The language of expressions: reading, printing, differentiating by rules, and simplifying them."""
