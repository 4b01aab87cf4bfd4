"""Engines turn (configuration, seeds, data) into runs."""
