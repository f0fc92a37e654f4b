"""Engagements: what a developer would like to have looked at, and how far that has come."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.parties.models import Organisation
from tidegate.desks.reviews.keys import new_engagement_key


class Engagement(models.Model):
    """A developer's model, and the terms and dates under which others may look at it.

    Nothing in it approves or refuses a release. Words of states are those of `states`.
    """

    class Asks(models.TextChoices):
        """What the developer asks for."""

        ACCESS = "access"
        """To give access before the release to other trusted partners. EO 14409, 3(b)(ii)."""
        COVERAGE = "coverage"
        """Only whether the model would be covered. EO 14409, 3(b)(i)."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_engagement_key)
    developer = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="engagements"
    )
    asks = models.CharField(max_length=8, choices=Asks)
    model = models.CharField(max_length=200, db_comment="The model's name, or a code name.")
    version = models.CharField(max_length=100, blank=True)
    build = models.CharField(max_length=200, blank=True, db_comment="Digest or name of the build.")
    reach = models.TextField(blank=True, db_comment="What will be reached, and how.")
    planned_release_at = models.DateTimeField(
        null=True, db_comment="To other trusted partners; the window's ceiling counts back from it."
    )
    framework = models.CharField(max_length=100, db_comment="Its name.")
    framework_version = models.CharField(max_length=40)
    framework_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=20, default="draft", db_comment="See `states`.")
    opened_by = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True, db_comment="When terms were first agreed on.")
    # The window: begun once, never longer than the framework's ceiling.
    window_opens_at = models.DateTimeField(null=True)
    window_ends_at = models.DateTimeField(null=True)
    window_ended_at = models.DateTimeField(null=True, db_comment="When its end was put on record.")
    access_off_at = models.DateTimeField(
        null=True, db_comment="The developer has pulled the plug; null while access may be used."
    )
    closed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    duties_at = models.DateTimeField(
        null=True,
        db_index=True,
        db_comment="When what is left to do after access is next looked at; null for never.",
    )

    class Meta:
        """In refusals it is named so."""

        verbose_name = "engagement"
        indexes = [models.Index(fields=["developer", "opened_at"], name="engagement_by_developer")]


class Release(models.Model):
    """The developer has released the model to somebody; a fact, recorded whenever it likes."""

    class To(models.TextChoices):
        """To whom."""

        PARTNERS = "partners"
        """Other trusted partners."""
        PUBLIC = "public"

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="releases")
    to = models.CharField(max_length=8, choices=To)
    released_at = models.DateTimeField()
    words = models.TextField(blank=True)
    recorded_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        """In refusals it is named so."""

        verbose_name = "release"
