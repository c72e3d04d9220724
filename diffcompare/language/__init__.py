"""The language: what is written, how it is read, printed, differentiated by rules, and simplified."""
