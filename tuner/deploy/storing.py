"""The networks of a bundle on disk: the architecture once, the weights of every member."""

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tuner.deploy.bundle import Member, sha256_of
from tuner.deploy.names import ARCHITECTURE, MEMBERS, MODEL, WEIGHTS
from tuner.deploy.networks import Network
from tuner.deploy.serving import network_from
from tuner.deploy.weights import put_weights
from tuner.errors import BundleError, first_line


def architecture_of(model: Any) -> str:
    """Keras' JSON of a model without what it was compiled with, inner models' too.

    Raises: BundleError where a model cannot be described so.
    """
    try:
        with _without_compilation(model):
            config = json.loads(model.to_json())
    except Exception as error:  # NotImplementedError, and whatever a user's get_config raises
        raise BundleError(
            f"the model ({type(model).__name__}) cannot be described as JSON ({first_line(error)}); make it"
            " of layers with the functional API, or give it get_config and from_config"
        ) from None
    return json.dumps(_uncompiled(config), indent=1) + "\n"


@contextmanager
def _without_compilation(model: Any) -> Iterator[None]:
    """Keras describes a model without its optimizer and its losses, which may be what JSON cannot hold."""
    compiled = [one for one in model._flatten_layers() if getattr(one, "compiled", False)]
    for one in compiled:
        one.compiled = False
    try:
        yield
    finally:
        for one in compiled:
            one.compiled = True


def rebuilt(model: Any, study: str) -> tuple[str, Any]:
    """The architecture of a model, and an uncompiled model made of it that takes the same weights.

    Raises: BundleError where the one that is made is another.
    """
    text = architecture_of(model)
    network = network_from(text, "the model", study)
    wanted, found = ([tuple(weight.shape) for weight in one.weights] for one in (model, network))
    if wanted != found:
        raise BundleError(
            f"the model ({type(model).__name__}) is another after it was described as JSON and made again"
            f" ({len(found)} weights, not {len(wanted)}, or of other shapes); its get_config must hold all"
            " that its layers are made of"
        )
    return text, network


def check_same(model: Any, network: Any, weights: tuple[np.ndarray, ...], x: Any) -> None:
    """Raises: BundleError where a rebuilt network answers otherwise than the model that was trained."""
    if not same_answers(model, network, weights, x):
        raise BundleError(
            f"the model ({type(model).__name__}) predicts otherwise after it was stored and read again; its"
            " layers' get_config must hold all that they compute with"
        )


def same_answers(model: Any, network: Any, weights: tuple[np.ndarray, ...], x: Any) -> bool:
    """Whether two models answer the same, to rounding, with the same weights, which both have afterwards."""
    for one in (model, network):
        put_weights(one, weights)
    ours, theirs = (
        [np.asarray(answer) for answer in keras.tree.flatten(one.predict(x, verbose=0))]
        for one in (network, model)
    )
    pairs = zip(ours, theirs, strict=True)
    return all(np.allclose(first, second, rtol=1e-5, atol=1e-6, equal_nan=True) for first, second in pairs)


def write_members(folder: Path, text: str, network: Any, networks: tuple[Network, ...]) -> tuple[Member, ...]:
    """Put the architecture and every member's two files into a folder; gives their checksums."""
    (folder / ARCHITECTURE).write_text(text, encoding="utf-8")
    return tuple(_write_member(folder, place, network, one) for place, one in enumerate(networks))


def _write_member(folder: Path, place: int, network: Any, one: Network) -> Member:
    own = folder / MEMBERS / str(place)
    own.mkdir(parents=True)
    put_weights(network, one.weights)
    with warnings.catch_warnings():  # Keras' variables are arrays of before NumPy 2
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        network.save_weights(own / WEIGHTS)
        network.save(own / MODEL)
    return Member(one.seed, sha256_of(own / WEIGHTS), sha256_of(own / MODEL))


def _uncompiled(config: Any) -> Any:
    if isinstance(config, Mapping):
        return {
            name: _uncompiled(part)
            for name, part in config.items()
            if name != "compile_config" or "class_name" not in config
        }
    return [_uncompiled(part) for part in config] if isinstance(config, list) else config
