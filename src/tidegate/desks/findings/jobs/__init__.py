"""Durable work: workflows whose steps call services, and the worker that runs them."""
