"""What the book "Artificial neural networks and TensorFlow" teaches, as small pure functions.

Importing a lesson never pays for TensorFlow unless the lesson uses it: the
package itself imports nothing.
"""
