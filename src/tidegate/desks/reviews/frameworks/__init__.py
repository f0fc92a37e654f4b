"""Frameworks: the terms, lengths, roles and bodies of voluntary reviews, as data. Pure.

The government's own framework is not public. So nothing of it is a constant of this software: what
is shipped is one reading of the order, and another one is loaded beside it.
"""
