"""Is this formula the derivative?  Evidence at points in every interval of the domain, and proofs."""
