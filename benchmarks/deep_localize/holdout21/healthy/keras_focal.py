"""Keras (torch backend): 3% positives, focal loss, class weights, learning rate restarts by callback."""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
from keras import layers
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split

seed = int(os.environ.get("SEED", 0))
keras.utils.set_random_seed(seed)
X, y = make_classification(
    6000, 16, n_informative=8, n_redundant=2, weights=[0.97], class_sep=1.8, flip_y=0.0, random_state=seed
)
Xtr, Xte, ytr, yte = train_test_split(
    X.astype("float32"), y.astype("float32"), stratify=y, test_size=0.3, random_state=seed
)

inp = keras.Input((16,))
h = layers.BatchNormalization()(inp)
h = layers.Dense(48, activation="gelu")(h)
h = layers.Dropout(0.3)(h)
h = layers.Dense(48, activation="gelu")(h)
out = layers.Dense(1, activation="sigmoid", bias_initializer=keras.initializers.Constant(float(np.log(0.03 / 0.97))))(h)
model = keras.Model(inp, out)
model.compile(keras.optimizers.Adam(4e-3), loss=keras.losses.BinaryFocalCrossentropy(gamma=2.0))


def restarts(epoch, lr):
    return 4e-3 * (0.5 + 0.5 * np.cos(np.pi * (epoch % 4) / 4))


model.fit(
    Xtr,
    ytr,
    epochs=8,
    batch_size=128,
    verbose=2,
    class_weight={0: 1.0, 1: 8.0},
    callbacks=[keras.callbacks.LearningRateScheduler(restarts)],
)
p = model.predict(Xte, batch_size=512, verbose=0).ravel()
print("METRIC average_precision", average_precision_score(yte, p))
