"""Architectures that studies build on: uncompiled Keras models for given data."""

from tuner.models.encoder_decoder import encoder_decoder

__all__ = ["encoder_decoder"]
