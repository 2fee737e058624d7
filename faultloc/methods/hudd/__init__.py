"""HUDD: the root causes behind a model's errors, found by clustering what the network holds while it errs.

Source: Fahmy et al., "Supporting Deep Neural Network Safety Analysis and Retraining Through Heatmap-Based Unsupervised
Learning", IEEE Transactions on Reliability 2021 (arXiv 2002.00863), and their released code, HUDD-Toolset.

An error is a test sample whose largest logit is not that of its label. Each layer gives evidence of every error
(`evidence`), brought to one scale (`form`); Ward's method grows a tree over them (`growing`), which is cut into
clusters (`cutting`), each of which is taken for a root cause (`root_causes`). Images that are near a cluster are unsafe
(`assignment`); a model is trained on with them (`bagging`, `retraining_sets`).
"""
