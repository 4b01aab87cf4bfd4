"""Architectures that studies build on: uncompiled Keras models for given data, and what trained ones say.

| name | is |
|---|---|
| `recurrent` | LSTM, GRU or simple RNN: stacked, bidirectional, stateful |
| `cnn_lstm` | a convolution over sub-sequences or frames, and recurrent layers over what it sees |
| `repeat_vector` | an encoder whose last output the decoder sees at every step |
| `encoder_decoder` | a decoder that starts from the encoder's states and sees zeros |
| `teacher_forced` | a decoder that starts from the encoder's states and sees the target, one step late |
| `inference`, `Inference` | sequences of any length from a trained model of the two above |
| `roll_out` | a generative model that is fed its own outputs |
| `loss_for`, `classes` | the loss that goes with an output; the classes that outputs name |
| `reset_states`, `ResetStates` | states of zeros in a stateful model, now or before every epoch |
| `CellOptions` | options of all recurrent layers: activation, initialisers, regularisers, dropout |

`help(tuner.models.recurrent)` shows one of them.
"""

from tuner.models.cells import CellOptions
from tuner.models.cnn_lstm import cnn_lstm
from tuner.models.encoder_decoder import encoder_decoder
from tuner.models.generation import roll_out
from tuner.models.inference import Inference, inference
from tuner.models.outputs import classes, loss_for
from tuner.models.recurrent import recurrent
from tuner.models.repeat_vector import repeat_vector
from tuner.models.stateful import ResetStates, reset_states
from tuner.models.teacher_forced import teacher_forced

__all__ = [
    "CellOptions",
    "Inference",
    "ResetStates",
    "classes",
    "cnn_lstm",
    "encoder_decoder",
    "inference",
    "loss_for",
    "recurrent",
    "repeat_vector",
    "reset_states",
    "roll_out",
    "teacher_forced",
]
