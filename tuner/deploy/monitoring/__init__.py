"""A model in use, watched: predictions and observations as they come, skill by period, and what is said of it."""
