# SciPy's part of arrays.R: prints a name and its least processor time in ms on each line.
import sys
import time

import numpy as np
import scipy.ndimage as ndimage
import scipy.signal as signal


def least(name, run, times=5):
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
    print(name, 1e3 * best, flush=True)


rng = np.random.default_rng(1)
if sys.argv[1] == "image":
    m = int(sys.argv[2])
    x = rng.standard_normal((1000, 1000))
    h = rng.random((m, m))
    least("fftconvolve", lambda: signal.fftconvolve(x, h, "same"))
    least("oaconvolve", lambda: signal.oaconvolve(x, h, "same"))
    if m < 16:
        least("ndimage.convolve", lambda: ndimage.convolve(x, h, mode="constant"))
elif sys.argv[1] == "volume":
    x = rng.standard_normal((256, 256, 256))
    least("gaussian_filter", lambda: ndimage.gaussian_filter(x, 1, truncate=4), 3)
else:
    x = rng.standard_normal((300, 40, 64, 64))
    least("gaussian_filter", lambda: ndimage.gaussian_filter(x, (0, 1, 1, 1), truncate=4), 3)
