"""What is wrong with a text, in words and with a fix; and warnings about a text that can be parsed."""
