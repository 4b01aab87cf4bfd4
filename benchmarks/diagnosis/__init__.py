"""What the reading of learning curves is worth: on trained models, and on curves of known shape."""
