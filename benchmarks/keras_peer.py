"""The same trainings by Keras, in an interpreter of its own: orders as for ``scan_worker``.

It needs NumPy, Keras and TensorFlow (``constraints-peers-keras.txt``) and no other package of this
repository; what it trains on comes in a file. Keras traces a model at its first batch, which takes
about a second: a model is built and traced once, and begins each training with new weights.
"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
import tensorflow as tf


def build(given):
    """Return a compiled model of the sizes of the parameters given."""
    _, _, inputs = given["x"].shape
    sizes = [len(given[f"0 layer{number}.b_h"]) for number in (1, 2, 3)]
    layers = [keras.layers.SimpleRNN(n, return_sequences=i < 2) for i, n in enumerate(sizes)]
    model = keras.Sequential([keras.Input((None, inputs)), *layers, keras.layers.Dense(1)])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(float(given["rate"]), epsilon=1e-8), loss)
    return model


def begin(model, given, seed):
    """Set the weights of a training, and Adam to its beginning."""
    weights = []
    for number in (1, 2, 3):
        names = [f"{seed} layer{number}.{name}" for name in ("W_hx", "W_hh", "b_h")]
        weights += [given[name].T for name in names]
    model.set_weights([*weights, given[f"{seed} W_yh"].T, given[f"{seed} b_y"]])
    for variable in model.optimizer.variables:
        if variable is not model.optimizer.learning_rate:
            variable.assign(np.zeros(variable.shape))


def main():
    """Answer each order."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    given = dict(np.load(sys.argv[1]))
    x, y = given["x"].transpose(1, 0, 2), given["y"]
    model, batch = build(given), int(given["batch"])
    model.optimizer.build(model.trainable_variables)
    for line in sys.stdin:
        start, losses = time.process_time(), []
        for seed in json.loads(line):
            begin(model, given, seed)
            order = given[f"{seed} order"]
            seen = model.fit(x[order], y[order], batch, epochs=1, shuffle=False, verbose=0)
            losses.append(seen.history["loss"][0])
        print(json.dumps({"losses": losses, "cpu": time.process_time() - start}), flush=True)


if __name__ == "__main__":
    main()
