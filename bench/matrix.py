# Times in ms of SciPy's dense convolution matrix and of its matrix-free product, for
# matrix.R, which sends a name a line and reads the time of one run of it.
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np
import scipy
from scipy.linalg import convolution_matrix, matmul_toeplitz

rng = np.random.default_rng(1)
kernel = rng.standard_normal(500)
n, m = 20000, 2000
column = np.concatenate([rng.standard_normal(m), np.zeros(n - 1)])
row = np.concatenate([column[:1], np.zeros(n - 1)])
x = rng.standard_normal(n)
tasks = {
    "dense": lambda: convolution_matrix(kernel, 5000),
    "operator": lambda: matmul_toeplitz((column, row), x, workers=1),
}
print(np.__version__, scipy.__version__, flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    y = tasks[line.strip()]()
    print(1e3 * (time.perf_counter() - start), flush=True)
    del y
