# Processor time in ms of SciPy's dense convolution matrix and its matrix-free product, for
# matrix.R: python3 matrix.py TASK RUNS. The first run is not counted.
import os
import statistics
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
task, runs = tasks[sys.argv[1]], int(sys.argv[2])
times = []
for _ in range(runs + 1):
    start = time.process_time()
    y = task()
    times.append(1e3 * (time.process_time() - start))
    del y
print(statistics.median(times[1:]), np.__version__, scipy.__version__)
