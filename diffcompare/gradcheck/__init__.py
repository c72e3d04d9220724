"""Gradient check: is the gradient of a Python function right, judged by values of the function alone?"""
