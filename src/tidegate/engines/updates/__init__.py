"""Signed updates: a TUF repository of advisories and fixes, and the ceremony of its keys.

Import what you need from its module: a client has no use for the publisher, and the other way.
See README.md.
"""
