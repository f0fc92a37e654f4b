"""Durable work: what waits in the outbox is sent."""
