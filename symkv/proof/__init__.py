"""Proofs: a small kernel, independent judges, counterexamples. sympy builds and solves; it does not judge alone."""
