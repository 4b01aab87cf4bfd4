"""What is made step by step is what the trained graphs say, on both backends."""

import json
import os
import subprocess
import sys

from tests.models.agreement import differences
from tests.models.made import CLOSE


def test_on_jax_and_on_tensorflow() -> None:
    command = [sys.executable, "-m", "tests.models.agreement"]
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        on_jax = differences()
        printed, log = process.communicate(timeout=300)
    assert process.returncode == 0, log[-2000:]
    on_tensorflow = json.loads(printed.splitlines()[-1])
    assert set(on_jax) == set(on_tensorflow)
    for name, found in (*on_jax.items(), *on_tensorflow.items()):
        assert found <= (1e-6 if name in ("carried states", "reset states") else CLOSE), name
