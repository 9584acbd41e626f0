/* flatten.cl: no kernels, since the values of the output are in memory in the same order as those
 * of the input. */
