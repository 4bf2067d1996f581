# NumPy and SciPy for peers.R: times and errors of each peer on the samples in a folder.
#
#   python3 peers.py FOLDER KIND
#
# KIND is "full" (x.bin and h.bin, full convolution) or "columns" (x.bin holds columns of
# the length in rows.txt, causal). y.bin is convmat's result. Each line printed is
# "peer seconds error", the error relative to the largest output.
import ctypes
import statistics
import sys
import time

import numpy as np
import scipy
import scipy.linalg
import scipy.ndimage
import scipy.signal

folder, kind = sys.argv[1:3]
x, h, y = (np.fromfile(f"{folder}/{name}.bin") for name in "xhy")
n, m = len(x), len(h)


def blas():
    for line in open("/proc/self/maps"):
        if "openblas" in line:
            config = ctypes.CDLL(line.split()[-1]).openblas_get_config
            config.restype = ctypes.c_char_p
            return " ".join(config().decode().split()[:2])
    return "reference BLAS"


if kind == "full":
    padded = np.concatenate([x, np.zeros(m - 1)])
    peers = {
        "numpy.convolve": lambda: np.convolve(x, h),
        "scipy.signal.convolve": lambda: scipy.signal.convolve(x, h),
        "scipy.signal.fftconvolve": lambda: scipy.signal.fftconvolve(x, h),
        "scipy.signal.oaconvolve": lambda: scipy.signal.oaconvolve(x, h),
        "scipy.signal.lfilter": lambda: scipy.signal.lfilter(h, 1, padded),
        "scipy.ndimage.convolve1d": lambda: scipy.ndimage.convolve1d(
            padded, h, mode="constant", origin=-(m // 2)
        ),
    }
    work = {
        "numpy.convolve": n * m,
        "scipy.signal.lfilter": 10 * n * m,
        "scipy.ndimage.convolve1d": 10 * n * m,
    }
else:
    rows = int(open(f"{folder}/rows.txt").read())
    X = x.reshape(-1, rows)  # a column of R's is a row here
    T = scipy.linalg.toeplitz(np.r_[h, np.zeros(rows - m)], np.zeros(rows)).T.copy()
    peers = {
        "scipy.signal.lfilter": lambda: scipy.signal.lfilter(h, 1, X, axis=1),
        "scipy.signal.oaconvolve": lambda: scipy.signal.oaconvolve(X, h[None, :], axes=1)[:, :rows],
        "scipy.ndimage.convolve1d": lambda: scipy.ndimage.convolve1d(
            X, h, axis=1, mode="constant", origin=-(m // 2)
        ),
        "numpy matrix product": lambda: X @ T,
    }
    work = {}

for name, f in peers.items():
    if work.get(name, 0) > 1e10:
        continue
    start = time.perf_counter()
    error = np.max(np.abs(f().ravel() - y)) / np.max(np.abs(y))
    once = time.perf_counter() - start
    start = time.perf_counter()
    f()
    once = min(once, time.perf_counter() - start)
    few = max(1, round(2e-3 / once))
    times = []
    for _ in range(max(1, min(15, round(0.3 / (few * once))))):
        start = time.perf_counter()
        for _ in range(few):
            f()
        times.append((time.perf_counter() - start) / few)
    print(f"{name.replace(' ', '_')} {statistics.median(times)} {error}")
print(f"versions NumPy_{np.__version__},_SciPy_{scipy.__version__}_with_{blas().replace(' ', '_')} 0")
