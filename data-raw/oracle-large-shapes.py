"""Responses of gamma densities with shapes from 1e2 to 1e8 to boxes of all widths.

Writes tests/testthat/oracle-large-shapes.csv. Run from the package's folder with
python3 and mpmath:

    python3 data-raw/oracle-large-shapes.py

Boxes begin at 0 with scale 1; the density is integrated by quadrature with 40 digits over
the part of it that a box covers, in pieces of a quarter of its standard deviation.
"""
import random

from mpmath import exp, linspace, log, loggamma, mp, mpf, nstr, quad

mp.dps = 40
random.seed(3)


def area(shape, low, high, pieces):
    k, whole = mpf(shape), loggamma(mpf(shape))
    return quad(lambda z: exp((k - 1) * log(z) - z - whole), linspace(low, high, pieces + 1))


with open("tests/testthat/oracle-large-shapes.csv", "w") as out:
    print("shape,duration,t,value", file=out)
    for shape in [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8]:
        for _ in range(12):
            sd = shape**0.5
            middle = shape + random.uniform(-6, 6) * sd
            width = random.choice([0.02, 0.04, 0.06, 0.1, 0.5, 3]) * random.choice([1, sd])
            t, duration = float(middle), float(min(width, middle / 2))
            value = area(shape, mpf(t) - mpf(duration), mpf(t), max(1, int(duration / sd * 4) + 1))
            print("%.17g,%.17g,%.17g,%s" % (shape, duration, t, nstr(value, 20)), file=out)
