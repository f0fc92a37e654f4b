"""Who has asked for what is not theirs to see, and was refused."""

from __future__ import annotations

from django.db import models

from tidegate.desks.parties.models import Person
from tidegate.desks.reviews.models.engagements import Engagement


class Attempt(models.Model):
    """Somebody was refused something of an engagement, so many times within an hour."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="attempts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=20, db_comment="A kind of thing, such as transcript.")
    hour = models.DateTimeField(db_comment="Its beginning.")
    count = models.IntegerField(default=1)

    class Meta:
        """One row for each hour, person and kind of thing."""

        verbose_name = "attempt"
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "person", "what", "hour"], name="attempt_once_an_hour"
            )
        ]
