"""What is wrong with a text, in words and with a cure; and what deserves a warning in one that is right."""
