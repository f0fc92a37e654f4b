"""Tables of the desk, by what they hold. Rows are changed by `services` alone."""

from tidegate.desks.notices.models.notices import FeedToken, Notice, Preference
from tidegate.desks.notices.models.occasions import Occasion
from tidegate.desks.notices.models.sendings import Sending
from tidegate.desks.notices.models.webhooks import WebhookEndpoint

__all__ = ["FeedToken", "Notice", "Occasion", "Preference", "Sending", "WebhookEndpoint"]
