"""A model in use, watched: predictions and observations as they come, and what is said of its skill."""
