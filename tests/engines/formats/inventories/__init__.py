"""Tests of the readers of inventories."""
