"""Box and impulse responses of single gamma densities to 100 digits.

Writes tests/testthat/oracle-regressors.csv. Run from the package's folder with
python3 and mpmath:

    python3 data-raw/oracle-regressors.py

Times, onsets and durations are binary numbers, written in full (%.17g), and taken as
such. Incomplete gamma functions are computed from their series with 400 digits,
so that a difference of two of them keeps 100 digits from 1e-290 up.
"""
import random
import sys

from mpmath import exp, gamma, mp, mpf

SHAPES = [(9.6, 0.547), (6.0, 1.0), (12.0, 1.0), (16.0, 1.0), (7.0, 0.9), (13.0, 0.9),
          (1.0, 2.0), (1.5, 0.3), (33.3, 0.2), (250.0, 0.04)]


def lower(k, z):
    """P(k, z) by the series z^k e^-z sum z^n / (k)_(n+1)."""
    if z <= 0:
        return mpf(0)
    term = 1 / k
    total = mpf(0)
    n = 0
    while term > total * mpf(10) ** (-mp.dps - 5):
        total += term
        n += 1
        term = term * z / (k + n)
    return z ** k * exp(-z) * total / gamma(k)


def response(shape, scale, t, onset, duration):
    k, b = mpf(shape), mpf(scale)
    x, d = mpf(t) - mpf(onset), mpf(duration)
    if d == 0:
        return x ** (k - 1) * exp(-x / b) / (b ** k * gamma(k)) if x >= 0 else mpf(0)
    return lower(k, x / b) - lower(k, (x - d) / b)


def main(n, seed, path):
    random.seed(seed)
    mp.dps = 400
    with open(path, "w") as out:
        out.write("shape,scale,onset,duration,t,value\n")
        for i in range(n):
            shape, scale = SHAPES[i % len(SHAPES)] if i % 3 else random.choice(SHAPES[:6])
            onset = random.choice([0.0, random.uniform(-20, 500), round(random.uniform(0, 99), 1)])
            kind = random.random()
            if kind < 0.12:
                duration = 0.0
            else:
                duration = 10 ** random.uniform(-9, 3)
                if random.random() < 0.3:
                    duration = random.choice([1e-9, 1e-6, 1e-3, 0.1, 0.5, 1.0, 5.0, 30.0, 1000.0])
            place = random.random()
            if place < 0.3:
                t = onset + random.uniform(0, 40)
            elif place < 0.5:
                t = onset + 10 ** random.uniform(-6, 1)
            elif place < 0.7:
                t = onset + duration + 10 ** random.uniform(-6, 1)
            else:
                t = onset + duration + random.uniform(0, 100)
            value = response(shape, scale, t, onset, duration)
            if value < mpf(10) ** -290:
                continue
            out.write("%.17g,%.17g,%.17g,%.17g,%.17g,%s\n" %
                      (shape, scale, onset, duration, t, mp.nstr(value, 20)))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    else:
        main(400, 6, "tests/testthat/oracle-regressors.csv")
