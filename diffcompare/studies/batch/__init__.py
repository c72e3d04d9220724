"""A run over many rows: what each is asked, who works on them, what is written, and what is to be said at the end."""
