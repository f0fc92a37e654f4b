"""The operator's client: pulls what is published, and plans on the operator's own machine."""
