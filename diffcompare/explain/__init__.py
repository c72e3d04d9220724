"""What is wrong with a text, in words and with a cure; and what is remarkable about one that is right."""
