"""How somebody signs in: django-allauth, held to what this house promises."""
