"""From the winner of a study to a model in use: a bundle on disk, what serves it and what it makes."""
