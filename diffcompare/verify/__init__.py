"""Is this formula the derivative?  Evidence at points of every piece of the domain, and proofs."""
