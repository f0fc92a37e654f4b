"""A person who can sign in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.parties.keys import new_person_key


class PersonManager(BaseUserManager["Person"]):
    """Makes and finds people."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> Person:
        """Return a new person; without a password they sign in by other means, or not yet."""
        person = self.model(email=email.strip().lower(), **more)
        person.set_password(password)
        person.save()
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        """Return the person of an e-mail address, however it is written."""
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser):
    """Somebody with an account. What they may do, they may do through their memberships.

    `is_active` is what the framework's sign-in, sessions and password resets ask.
    """

    key = models.CharField(max_length=LENGTH, unique=True, default=new_person_key)
    email = models.EmailField(unique=True, max_length=254, db_comment="Lower case.")
    name = models.CharField(max_length=200)
    time_zone = models.CharField(
        max_length=64, default="UTC", db_comment="IANA name; only for showing."
    )
    joined_at = models.DateTimeField()
    is_active = models.BooleanField(default=True)
    suspended_at = models.DateTimeField(null=True)
    suspended_reason = models.TextField(blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = PersonManager()

    class Meta:
        """In refusals a person is named so."""

        verbose_name = "person"

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the name, as mails address them."""
        return self.name
