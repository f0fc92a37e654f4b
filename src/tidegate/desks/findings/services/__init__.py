"""What can be done at the desk: a function is a verb of the field, and a transaction.

Taking in and matching a large document are the exceptions: a batch is a transaction there.
"""
