"""The computational graph as plain data and as a document."""
