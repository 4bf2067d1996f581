"""The exact convolutions of the cases of numerics.R, and what NumPy and SciPy make of them.

Reads FOLDER/cases.bin (for each case n, m as int32, then x and h as doubles) and writes one file of
doubles for each result. A double is a whole number times a power of two, so the samples of a case
become whole numbers, two signals of them become two long numbers with a slot for each sample, and one
multiplication of these has the exact sums in its slots. They are written as the nearest double and the
nearest to what is left.
"""
import sys

import numpy as np
import scipy
import scipy.signal

folder = sys.argv[1]
peers = {
    "numpy.convolve": np.convolve,
    "scipy.signal.convolve": scipy.signal.convolve,
    "scipy.signal.fftconvolve": scipy.signal.fftconvolve,
    "scipy.signal.oaconvolve": scipy.signal.oaconvolve,
}


def whole(x):
    """Whole numbers v and a power e with x = v 2^e."""
    part, power = np.frexp(x)
    power = np.where(part == 0, power.max(), power).astype(int) - 53
    least = int(power.min())
    return [int(p) << int(k) for p, k in zip((part * 2.0**53).astype(np.int64), power - least)], least


def packed(v, width):
    """The sum of v[i] 2^(8 width i)."""
    up = b"".join(max(a, 0).to_bytes(width, "little") for a in v)
    down = b"".join(max(-a, 0).to_bytes(width, "little") for a in v)
    return int.from_bytes(up, "little") - int.from_bytes(down, "little")


def exact(x, h):
    (a, p), (b, q) = whole(x), whole(h)
    bits = max(map(abs, a)).bit_length() + max(map(abs, b)).bit_length() + min(len(a), len(b)).bit_length()
    width = bits // 8 + 1
    n = len(a) + len(b) - 1
    half = 1 << (8 * width - 1)  # makes all slots positive
    offset = int.from_bytes(half.to_bytes(width, "little") * n, "little")
    slots = (packed(a, width) * packed(b, width) + offset).to_bytes(width * n + 1, "little")
    sums = [int.from_bytes(slots[width * k : width * (k + 1)], "little") - half for k in range(n)]
    high = [float(s) for s in sums]
    rest = [float(s - int(f)) for s, f in zip(sums, high)]
    return np.ldexp(high, p + q), np.ldexp(rest, p + q)


def cases():
    with open(f"{folder}/cases.bin", "rb") as f:
        while True:
            size = np.fromfile(f, np.int32, 2)
            if len(size) == 0:
                return
            yield np.fromfile(f, np.float64, size[0]), np.fromfile(f, np.float64, size[1])


out = {name: open(f"{folder}/{name}.bin", "wb") for name in ["exact", "rest", "moduli", *peers]}
for x, h in cases():
    high, rest = exact(x, h)
    high.tofile(out["exact"])
    rest.tofile(out["rest"])
    # no terms cancel here, so that plain sums are right to 1e-12
    np.convolve(abs(x), abs(h)).tofile(out["moduli"])
    for name, convolve in peers.items():
        np.asarray(convolve(x, h), float).tofile(out[name])
print("versions", np.__version__, scipy.__version__)
