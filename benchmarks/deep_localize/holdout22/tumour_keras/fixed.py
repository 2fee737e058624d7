"""Benign or malignant: a small Keras network on the breast cancer table."""

import os

os.environ["KERAS_BACKEND"] = "torch"
import random

import keras
import numpy as np
import torch
from keras import layers
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
keras.utils.set_random_seed(SEED)
torch.set_num_threads(1)

# ---------------------------------------------------------------- data
table = load_breast_cancer()
X_train, X_test, y_train, y_test = train_test_split(
    table.data, table.target, test_size=0.25, stratify=table.target, random_state=SEED
)
scaler = StandardScaler().fit(X_train)
X_train = scaler.transform(X_train).astype("float32")
X_test = scaler.transform(X_test).astype("float32")
y_train = y_train.astype("float32").reshape(-1, 1)
y_test = y_test.astype("float32").reshape(-1, 1)

print("train", X_train.shape, "test", X_test.shape, "share of benign", y_train.mean())

# --------------------------------------------------------------- model
model = keras.Sequential(
    [
        layers.Input(shape=(X_train.shape[1],)),
        layers.Dense(32, activation="relu", name="hidden1"),
        layers.Dropout(0.1, name="drop"),
        layers.Dense(16, activation="relu", name="hidden2"),
        layers.Dense(1, activation="sigmoid", name="output"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.002),
    loss="binary_crossentropy",
)

# ------------------------------------------------------------ training
history = model.fit(
    X_train,
    y_train,
    batch_size=32,
    epochs=9,
    shuffle=True,
    verbose=0,
)
for epoch, value in enumerate(history.history["loss"]):
    if epoch % 2 == 0:
        print(f"epoch {epoch}: loss {value:.4f}")

# ---------------------------------------------------------- evaluation
probability = np.asarray(model.predict(X_test, verbose=0, batch_size=256))
predicted = (probability > 0.5).astype("float32")
accuracy = float((predicted == y_test).mean())
print(f"METRIC test_accuracy {accuracy:.4f}")
