"""How passwords are hashed: Argon2id, as RFC 9106 describes it."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: what OWASP asks for at least.

    Django's own choice takes 100 MiB for each attempt, which a few strangers who sign in at once
    would turn into a machine without memory.
    From: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
