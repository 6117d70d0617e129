"""numpy as a contender: `python3 numpy_child.py <assignment>`; the protocol is that of ../src/protocol.ts, the
workloads those of ../src/workloads.ts. State is updated in place through `out=` wherever numpy offers it."""

import ctypes
import json
import os
import sys
import time
import traceback

try:
    import numpy as np
except ImportError:
    np = None

REPLY_DESCRIPTOR = 3
SAMPLES = 61
LEARNING_RATE = 0.001
FEATURES, HIDDEN, CLASSES = 784, 500, 10
LOGISTIC_RATE, MLP_RATE = 0.13, 0.01


class NotOffered(Exception):
    pass


def uniform(n, seed, low, high, dtype="float32"):
    """Chris Wellons' lowbias32 of the position, as a number in [low, high)."""
    bits = np.arange(n, dtype=np.uint32) + np.uint32(seed * 100_000_007 % 2**32)
    bits = (bits ^ (bits >> np.uint32(16))) * np.uint32(0x7FEB352D)
    bits = (bits ^ (bits >> np.uint32(15))) * np.uint32(0x846CA68B)
    bits ^= bits >> np.uint32(16)
    return (low + bits / 2**32 * (high - low)).astype(dtype)


def scalar_update():
    x = np.zeros((), np.float32)
    return lambda: np.add(x, 1, out=x), lambda: {"x": x}


def sgd(n):
    p, g, scratch = uniform(n, 1, -1, 1), uniform(n, 2, -1, 1), np.empty(n, np.float32)
    rate = np.float32(LEARNING_RATE)

    def step():
        np.multiply(g, rate, out=scratch)
        np.subtract(p, scratch, out=p)

    return step, lambda: {"p": p}


def adam(n):
    eta, beta1, beta2, epsilon = 0.001, 0.9, 0.999, np.float32(1e-8)
    p, g = uniform(n, 1, -1, 1), uniform(n, 2, -1, 1)
    m, v, s, u = (np.zeros(n, np.float32) for _ in range(4))
    t = 0

    def step():
        nonlocal t
        t += 1
        np.multiply(m, np.float32(beta1), out=m)
        np.multiply(g, np.float32(1 - beta1), out=s)
        np.add(m, s, out=m)
        np.multiply(v, np.float32(beta2), out=v)
        np.multiply(g, g, out=s)
        np.multiply(s, np.float32(1 - beta2), out=s)
        np.add(v, s, out=v)
        np.multiply(v, np.float32(1 / (1 - beta2**t)), out=s)
        np.sqrt(s, out=s)
        np.add(s, epsilon, out=s)
        np.multiply(m, np.float32(eta / (1 - beta1**t)), out=u)
        np.divide(u, s, out=u)
        np.subtract(p, u, out=p)

    return step, lambda: {"p": p, "m": m, "v": v}


def create(n):
    source = uniform(n, 1, -1, 1)
    return lambda: np.array(source), lambda: {"values": np.array(source)}


def read_into(n):
    source, values = uniform(n, 1, -1, 1), np.empty(n, np.float32)
    return lambda: np.copyto(values, source), lambda: {"values": values}


def gemm(dtype, m, k, n, transposeA, transposeB):
    a = uniform(m * k, 1, -1, 1, dtype).reshape((k, m) if transposeA else (m, k))
    b = uniform(k * n, 2, -1, 1, dtype).reshape((n, k) if transposeB else (k, n))
    c = np.empty((m, n), dtype)
    left, right = (a.T if transposeA else a), (b.T if transposeB else b)
    return lambda: np.matmul(left, right, out=c), lambda: {"C": c}


def sums(rows, columns, axis):
    x = uniform(rows * columns, 1, -1, 1).reshape(rows, columns)
    y = np.empty(columns if axis == 0 else rows, np.float32)
    return lambda: np.sum(x, axis=axis, out=y), lambda: {"y": y}


def running(rows, columns):
    x = uniform(rows * columns, 1, -1, 1).reshape(rows, columns)
    y = np.empty_like(x)
    return lambda: np.cumsum(x, axis=1, out=y), lambda: {"y": y}


def sort(rows, columns):
    x = uniform(rows * columns, 1, -1, 1).reshape(rows, columns)
    y = np.empty_like(x)

    def step():
        np.copyto(y, x)
        y.sort(axis=1)

    return step, lambda: {"y": y}


def solve(n):
    a = uniform(n * n, 1, -1, 1, "float64").reshape(n, n) + n * np.eye(n)
    b = uniform(n * n, 2, -1, 1, "float64").reshape(n, n)
    x = None

    def step():
        nonlocal x
        x = np.linalg.solve(a, b)

    return step, lambda: {"X": x}


def softmax_rows(x, out):
    np.subtract(x, x.max(axis=1, keepdims=True), out=out)
    np.exp(out, out=out)
    np.divide(out, out.sum(axis=1, keepdims=True), out=out)
    return out


def softmax(rows, columns):
    x = uniform(rows * columns, 1, -4, 4).reshape(rows, columns)
    y = np.empty_like(x)
    return lambda: softmax_rows(x, y), lambda: {"y": y}


def unary(op, n):
    x = uniform(n, 1, -4, 4)
    y, f = np.empty_like(x), getattr(np, op)
    return lambda: f(x, out=y), lambda: {"y": y}


def training_data(batch):
    x = uniform(batch * FEATURES, 1, 0, 1).reshape(batch, FEATURES)
    return x, uniform(batch, 2, 0, 10).astype(np.int32)


def score_slopes(scores, labels, rows, rate):
    """The mean negative log-likelihood, and its slope times `rate` in place of `scores`: what is left to do on the
    large parameters is less then."""
    softmax_rows(scores, scores)
    cost = -np.log(scores[rows, labels]).mean()
    scores[rows, labels] -= 1
    scores *= np.float32(rate / len(labels))
    return cost


def logistic(batch):
    x, labels = training_data(batch)
    w = uniform(FEATURES * CLASSES, 3, -0.05, 0.05).reshape(FEATURES, CLASSES)
    b, rows = np.zeros(CLASSES, np.float32), np.arange(batch)
    scores, slope = np.empty((batch, CLASSES), np.float32), np.empty_like(w)
    cost = 0.0

    def step():
        nonlocal cost
        np.matmul(x, w, out=scores)
        np.add(scores, b, out=scores)
        cost = score_slopes(scores, labels, rows, LOGISTIC_RATE)
        np.matmul(x.T, scores, out=slope)
        np.subtract(w, slope, out=w)
        np.subtract(b, scores.sum(axis=0), out=b)

    return step, lambda: {"cost": [cost], "W": w, "b": b}


def mlp(batch):
    x, labels = training_data(batch)
    w1 = uniform(FEATURES * HIDDEN, 3, -0.068, 0.068).reshape(FEATURES, HIDDEN)
    w2 = uniform(HIDDEN * CLASSES, 4, -0.1, 0.1).reshape(HIDDEN, CLASSES)
    b1, b2, rows = np.zeros(HIDDEN, np.float32), np.zeros(CLASSES, np.float32), np.arange(batch)
    hidden, back = np.empty((batch, HIDDEN), np.float32), np.empty((batch, HIDDEN), np.float32)
    scores = np.empty((batch, CLASSES), np.float32)
    slope1, slope2 = np.empty_like(w1), np.empty_like(w2)
    cost = 0.0

    def step():
        nonlocal cost
        np.matmul(x, w1, out=hidden)
        np.add(hidden, b1, out=hidden)
        np.tanh(hidden, out=hidden)
        np.matmul(hidden, w2, out=scores)
        np.add(scores, b2, out=scores)
        cost = score_slopes(scores, labels, rows, MLP_RATE)
        np.matmul(hidden.T, scores, out=slope2)
        np.matmul(scores, w2.T, out=back)
        np.multiply(hidden, hidden, out=hidden)
        np.subtract(1, hidden, out=hidden)
        np.multiply(back, hidden, out=back)
        np.matmul(x.T, back, out=slope1)
        np.subtract(w1, slope1, out=w1)
        np.subtract(w2, slope2, out=w2)
        np.subtract(b1, back.sum(axis=0), out=b1)
        np.subtract(b2, scores.sum(axis=0), out=b2)

    return step, lambda: {"cost": [cost], "W1": w1, "b1": b1, "W2": w2, "b2": b2}


def first_result(batch):
    x, _ = training_data(batch)
    w = uniform(FEATURES * CLASSES, 3, -0.05, 0.05).reshape(FEATURES, CLASSES)
    rows = np.empty((batch, CLASSES), np.float32)
    return lambda: softmax_rows(np.matmul(x, w, out=rows), rows), lambda: {"rows": rows}


CONTENDER = {
    "scalarUpdate": scalar_update,
    "sgd": sgd,
    "adam": adam,
    "create": create,
    "read": create,
    "readInto": read_into,
    "gemm": gemm,
    "sums": sums,
    "running": running,
    "sort": sort,
    "solve": solve,
    "softmax": softmax,
    "unary": unary,
    "logistic": logistic,
    "mlp": mlp,
    "firstResult": first_result,
}


def fingerprint(values):
    values = np.ravel(values)
    places = np.arange(SAMPLES) * (len(values) - 1) // (SAMPLES - 1)
    return {
        "length": len(values),
        "sum": float(values.sum(dtype=np.float64)),
        "absoluteSum": float(np.abs(values).sum(dtype=np.float64)),
        "sample": [float(value) for value in values[places]],
    }


def blas_kernels():
    """The processor that OpenBLAS chose its kernels for, asked from the library that is loaded."""
    libraries = {line.split()[-1] for line in open("/proc/self/maps") if "openblas" in line}
    for path in libraries:
        library = ctypes.CDLL(path)
        for name in ("scipy_openblas_get_corename64_", "openblas_get_corename64_", "openblas_get_corename"):
            try:
                ask = getattr(library, name)
            except AttributeError:
                continue
            ask.restype = ctypes.c_char_p
            return f"OpenBLAS {ask().decode()}"
    return "BLAS of unknown kernels"


def describe():
    try:
        return f"numpy {np.__version__}, {blas_kernels()}"
    except OSError:
        return f"numpy {np.__version__}"


def reply(message):
    os.write(REPLY_DESCRIPTOR, (json.dumps(message) + "\n").encode())


def timed(step, calls):
    used, start = time.process_time_ns(), time.perf_counter_ns()
    for _ in range(calls):
        step()
    return {"wall": time.perf_counter_ns() - start, "cpu": time.process_time_ns() - used}


def main(assignment):
    if np is None:
        raise NotOffered("numpy is not installed")
    workload = dict(assignment["workload"])
    kind = workload.pop("kind")
    if kind not in CONTENDER:
        raise NotOffered(kind)
    step, result = CONTENDER[kind](**workload)
    first = timed(step, 1)
    timed(step, assignment["checkedSteps"] - 1)
    ready = {name: fingerprint(values) for name, values in result().items()}
    reply({"ready": ready, "first": first, "about": describe()})
    for line in sys.stdin:
        reply({"elapsed": timed(step, json.loads(line)["calls"])})


try:
    main(json.loads(sys.argv[1]))
except NotOffered as error:
    reply({"notOffered": str(error)})
except Exception:
    reply({"failed": traceback.format_exc()})
