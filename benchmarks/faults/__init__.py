"""Does a study survive? A real `tuner run` is killed, starved and damaged, and must end up the same."""
