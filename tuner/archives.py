"""Arrays in a file of numpy's .npz format, whoever wrote it: no object is made of it, nor much of little."""

import io
import zipfile

import numpy as np


def arrays_of(content: bytes, most: int) -> dict[str, np.ndarray]:
    """The arrays that the bytes of a file hold, by name; together they may take `most` bytes.

    Raises: ValueError where they take more, or one holds objects; whatever numpy and zipfile raise where it
    is no such file.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > most:
            raise ValueError("larger than any that tuner writes")
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
