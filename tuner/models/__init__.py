"""Architectures that studies build on: uncompiled Keras models for given data, and what trained ones say."""

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
