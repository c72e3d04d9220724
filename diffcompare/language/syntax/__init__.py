"""What is wrong with a text, in words and with a fix; and what deserves a warning in one that is right."""
