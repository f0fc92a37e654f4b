"""What can be done in a case: one function, one verb of the field, one transaction.

Each finds what it works on through the access policy, locks the coordination, asks the machines
(`states`) and keeps what they answer (`machines`), and writes it down (`recording`).
"""
