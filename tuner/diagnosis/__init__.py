"""Learning curves, read: does the model underfit, fit, overfit or diverge, and what would help?

Arrays in, words out: nothing here trains, reads files, prints or draws. The labels are those of Brownlee,
Long Short-Term Memory Networks with Python, chapter 12, with `diverged` and `undetermined` beside them.
"""

from tuner.diagnosis.curves import Curve, measure
from tuner.diagnosis.rules import LABELS, WORDS, Label, Reading
from tuner.diagnosis.seeds import Diagnosis, diagnose

__all__ = ["LABELS", "WORDS", "Curve", "Diagnosis", "Label", "Reading", "diagnose", "measure"]
