/* layer_vectors.h: compares a layer with PyTorch's results in tests/vectors/layers, which
 * tools/maintain/make-vectors computes. */
#ifndef LAYER_VECTORS_H
#define LAYER_VECTORS_H

/* Fails the test unless the reference gives the output and all gradients of every case of ${kind},
 * and the buffers after it, up to ${tolerance} times the largest magnitude in a tensor. */
void layer_check_vectors(const char *kind, double tolerance);

#endif
