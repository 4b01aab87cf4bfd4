"""What Keras trains on here."""

import keras


def gpus() -> int:
    """How many GPUs, or other accelerators, Keras' backend sees."""
    if keras.config.backend() == "jax":
        import jax

        devices = jax.local_devices()
        return 0 if devices[0].platform == "cpu" else len(devices)
    import tensorflow

    return len(tensorflow.config.list_physical_devices("GPU"))
