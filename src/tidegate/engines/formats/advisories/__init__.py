"""One record of a published vulnerability, and every format that is made of it.

`record` is the truth; `standings` says what it says of one version; the writers make documents.
"""
