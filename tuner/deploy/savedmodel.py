"""A bundle as a TensorFlow SavedModel, which TensorFlow serves without tuner and without Keras.

It is made in a process of its own, in which Keras runs on TensorFlow, whatever the members were trained on:
layers and preparation are Keras' operations, which are the same there.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tuner.backend import prepare_backend
from tuner.deploy.bundle import Bundle, preparation_of, read
from tuner.deploy.folders import written
from tuner.deploy.names import SAVEDMODEL
from tuner.deploy.schema import Part
from tuner.deploy.serving import load_weights, network_of
from tuner.errors import BundleError, TunerError, described

_SEPARATE = "tuner: "  # before the one line of an error


def export(folder: Path, code: str = "", target: Path | None = None) -> None:
    """Put the SavedModel of a bundle into its folder, in savedmodel/, or to `target`: whole or not at all.

    Its signature and its method `serve` read raw values of shape (n, ...), float64 where they are prepared
    outside of the networks, and answer a dict of mean, std, members (n, K, ...), all float64, and where the
    model classifies classes, in original units. `code` is a Python file to
    be executed where the model has layers of its own.

    Raises: BundleError where that cannot be done.
    """
    _check(read(folder))
    with written(target or folder / SAVEDMODEL) as beside:
        _in_a_process(folder, code, beside)


def _in_a_process(folder: Path, code: str, target: Path) -> None:
    environment = os.environ | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-m", "tuner.deploy.savedmodel", str(folder), code, str(target)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        told = next((line for line in reversed(lines) if line.startswith(_SEPARATE)), lines[-1])
        raise BundleError(
            f"no SavedModel can be made ({told.removeprefix(_SEPARATE)}); leave --savedmodel out"
        )


def write(folder: Path, code: str, target: Path) -> None:
    """Make the SavedModel of a bundle in `target` by this process, in which Keras runs on TensorFlow.

    Raises: BundleError where the bundle has what it cannot hold.
    """
    prepare_backend("tensorflow")
    import keras
    import tensorflow as tf

    bundle = read(folder)
    part = _check(bundle)
    networks = []
    for place in range(len(bundle.members)):
        networks.append(_network(bundle, code))
        load_weights(bundle, networks[-1], place)
    layers = _around(bundle)
    dtype = _read_by(networks[0])
    archive = keras.export.ExportArchive()
    for one in networks:  # the layers around them have no weights
        archive.track(one)
    signature = [tf.TensorSpec((None, *part.shape), "float64" if layers else dtype, name="x")]
    archive.add_endpoint("serve", _serve(bundle, networks, layers), input_signature=signature)
    archive.write_out(str(target), verbose=False)


def _check(bundle: Bundle) -> Part:
    """What a bundle reads. Raises: BundleError where it has what a SavedModel cannot hold."""
    part, preparation = bundle.schema.input, preparation_of(bundle)
    if part is None or bundle.schema.output is None:
        raise BundleError(
            "no SavedModel is made of a model with several inputs or outputs; leave --savedmodel out, and"
            " export a member's model.keras with Keras"
        )
    if preparation is not None and preparation.chain.positional:
        raise BundleError(
            "no SavedModel is made where seasonal means need the place in time, which it is not told; leave"
            " --savedmodel out, or use SeasonalAdjust(season, method='difference')"
        )
    return part


def _network(bundle: Bundle, code: str) -> Any:
    try:
        return network_of(bundle)
    except BundleError:
        if not code:
            raise
        from tuner.loading import execute

        execute(Path(code))  # it registers the layers of the model's own
        return network_of(bundle)


def _read_by(network: Any) -> str:
    """The type of the numbers that a Keras model reads."""
    return str(getattr((getattr(network, "inputs", None) or [None])[0], "dtype", "float32"))


def _around(bundle: Bundle) -> tuple[Any, ...]:
    """The layers before and after a member where the preparation is outside, in float64 as in `Model`."""
    preparation = preparation_of(bundle)
    if preparation is None:
        return ()
    from tuner.prepare.layers import PrepareInputs, RestoreOutputs

    kinds = (PrepareInputs, RestoreOutputs) if preparation.targets else (PrepareInputs,)
    return tuple(kind(preparation.to_dict(), dtype="float64") for kind in kinds)


def _serve(bundle: Bundle, networks: list[Any], layers: tuple[Any, ...]) -> Any:
    """What the SavedModel computes: the members in a second axis, their mean and spread."""
    import tensorflow as tf

    logits = bundle.logits[0] if bundle.logits else ""  # it has one output
    activate = {"": tf.identity, "softmax": tf.nn.softmax, "sigmoid": tf.sigmoid}[logits]

    def serve(x: Any) -> dict[str, Any]:
        ready = tf.cast(layers[0](x), _read_by(networks[0])) if layers else x
        said = [tf.cast(network(ready, training=False), tf.float64) for network in networks]
        if len(layers) > 1:
            said = [layers[1]([forecasts, x]) for forecasts in said]
        members = tf.stack([activate(one) for one in said], axis=1)
        mean = tf.reduce_mean(members, axis=1)
        off = tf.reduce_sum(tf.square(members - tf.expand_dims(mean, 1)), axis=1)
        std = tf.sqrt(off / (len(said) - 1)) if len(said) > 1 else mean * float("nan")
        found = {"mean": mean, "std": std, "members": members}
        if bundle.task == "classes":
            found["classes"] = tf.argmax(mean, axis=-1)
        elif bundle.task == "binary":
            found["classes"] = tf.cast(mean > 0.5, tf.int64)
        return found

    return serve


def main(arguments: list[str]) -> int:
    """The process that `export` starts."""
    folder, code, target = arguments
    try:
        write(Path(folder), code, Path(target))
    except TunerError as error:
        print(f"{_SEPARATE}{error}", file=sys.stderr)
        return 2
    except Exception as error:  # whatever TensorFlow and layers of the model's own raise
        print(f"{_SEPARATE}{described(error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
