# SciPy's and astropy's part of equivalents.R: writes what each call gives into FOLDER.
import sys

import numpy as np
import scipy.ndimage as ndimage
import scipy.signal as signal

folder = sys.argv[1]


def read(name, *shape):
    a = np.loadtxt(f"{folder}/{name}.txt", ndmin=2)
    return a.reshape(shape, order="F") if shape else a


def write(name, a):
    np.savetxt(f"{folder}/{name}.txt", np.ravel(a, order="F"), fmt="%.17g")


x, h, k, gaps = read("x"), read("h"), read("k"), read("gaps")
v, w = read("v", 7, 6, 5), read("w", 3, 2, 3)
for f in (signal.convolve2d, signal.fftconvolve, signal.oaconvolve):
    for mode in ("full", "same", "valid"):
        write(f"{f.__name__}-{mode}", f(x, k, mode))
for f in (signal.fftconvolve, signal.oaconvolve):
    write(f"{f.__name__}-volume", f(v, w))
for mode in ("constant", "wrap", "nearest", "reflect", "mirror"):
    write(f"ndimage-{mode}", ndimage.convolve(x, k, mode=mode))
write("ndimage-volume", ndimage.convolve(v, w, mode="mirror"))
write("ndimage-correlate", ndimage.correlate(x, h))
write("gaussian_filter", ndimage.gaussian_filter(x, 1.3))
try:
    from astropy.convolution import convolve

    write("astropy", convolve(gaps, np.abs(h)))
except ImportError:
    pass
