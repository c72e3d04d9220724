"""Recordings of Python functions (define-by-run): the tape of one run, with a node for every operation that ran"""
