"""The gateway: the one way to a developer's model, for reviewers' programs. See `application`."""
