"""Expression swell: how formulas of derivatives grow, as trees and as DAGs, and how accurate they are.

E561  not one of expression and family,         E565  not one variable of differentiation
      or an option of the other                 E566  a file without expressions
E562  a range of members that is invalid        E567  an expression too large for higher derivatives
E563  no such family                            W561  one of several variables was chosen
E564  an order out of bounds
"""
