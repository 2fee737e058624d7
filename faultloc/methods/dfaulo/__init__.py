"""DFauLo: which samples of a data set are mislabelled or do not belong.

Source: Yin et al., "Dynamic Data Fault Localization for Deep Neural Networks", ESEC/FSE 2023, and its authors' code.
"""
