# Medians of the times of NumPy and SciPy, in ms, for one size; see peers.R.
import statistics
import sys
import time

import numpy as np
import scipy
import scipy.signal

n, m, runs = (int(float(a)) for a in sys.argv[1:4])
rng = np.random.default_rng(1)
x, h = rng.standard_normal(n), rng.standard_normal(m)
peers = {
    "numpy.convolve": lambda: np.convolve(x, h),
    "scipy.signal.convolve": lambda: scipy.signal.convolve(x, h),
    "scipy.signal.oaconvolve": lambda: scipy.signal.oaconvolve(x, h),
}
if n * m > 1e9:
    del peers["numpy.convolve"]
for name, f in peers.items():
    f()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    print(name, 1e3 * statistics.median(times))
print("versions", np.__version__, scipy.__version__)
