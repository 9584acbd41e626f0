#!/bin/bash
# test_verify_layers.sh: faults in what layers of graphs have besides those of the published network:
# strides, padding, dilation, groups, activations, dropout, forks. weft verify finds them, too.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_verify_layers
# shellcheck source=tests/support/faults.sh
. "${WEFT_SOURCE:?}/tests/support/faults.sh"
any="wrong computation,rounding,kernel of one layer,fused kernel"
# The layers that read the input of the network of activations contribute to one gradient.
activations="leaky_relu + sigmoid + tanh + gelu + silu + dropout"

names "a stride of the other dimension" 1 layers conv2d output "$any" \
    conv2d.cl 's/#define INPUT_ROW(y, i) ((y)\*STRIDE_HEIGHT/#define INPUT_ROW(y, i) ((y)*STRIDE_WIDTH/'
names "a row taken for padding" 1 layers conv2d output "$any" \
    conv2d.cl 's/(PADDING_HEIGHT == 0 || (uint)(row) < IN_HEIGHT)/(PADDING_HEIGHT == 0 || (uint)(row) < IN_HEIGHT - 1)/'
names "a dilation of columns left out" 1 layers conv2d input.grad "$any" \
    conv2d.cl 's/- (KERNEL_WIDTH - 1 - (slot) % KERNEL_WIDTH) \* DILATION_WIDTH) +/- (KERNEL_WIDTH - 1 - (slot) % KERNEL_WIDTH)) +/'
names "a dilation of rows left out" 1 layers conv2d input.grad "$any" \
    conv2d.cl 's/const int dividend = y + PADDING_HEIGHT - i \* DILATION_HEIGHT;/const int dividend = y + PADDING_HEIGHT - i;/'
names "another group" 1 layers conv2d output "$any" \
    conv2d.cl 's/(k) \/ GROUP_OUTPUTS \* GROUP_INPUTS)/(k) % GROUPS * GROUP_INPUTS)/'

names "padding that takes part in a maximum" 1 layers max_pool2d output "$any" \
    max_pool2d.cl 's/        AT(output, to) = largest;/        AT(output, to) = PADDING_HEIGHT > 0 \&\& rows < WINDOW_HEIGHT ? select(REAL(0.0f), largest, largest > REAL(0.0f)) : largest;/'
names "windows in the padding of a maximum" 1 layers max_pool2d input.grad "$any" \
    max_pool2d.cl 's/windows_end(y, STRIDE_HEIGHT, PADDING_HEIGHT, OUT_HEIGHT)/windows_end(y, STRIDE_HEIGHT, 0, OUT_HEIGHT)/'
names "a count with padding" 1 layers avg_pool2d output "$any" \
    avg_pool2d.cl 's/return COUNT_PADDING ? /return !COUNT_PADDING ? /'
names "another order of a mean" 1 layers global_avg_pool2d output "$any" \
    global_avg_pool2d.cl 's/for (int i = item \* PLANE; i < (item + 1) \* PLANE; i++) {/for (int i = (item + 1) * PLANE - 1; i >= item * PLANE; i--) {/'

names "a sum of two tensors without a threshold" 1 layers add output "$any" \
    add.cl 's/real_clean(AT(first, i) + AT(input, i))/AT(first, i) + AT(input, i)/'
names "a sum of three tensors without a threshold" 1 layers add output "$any" \
    add.cl 's/real_clean(AT(output, i) + AT(input, i))/AT(output, i) + AT(input, i)/'
names "a gradient of other channels" 1 layers concat input.grad "$any" \
    gradient.cl '0,/from_size) + offset \* (16/s//from_size) + (from_size - offset - size) * (16/'

# The first network with this layer is that of sums near 0.
names "a slope of zero" 1 layers "conv2d + leaky_relu + add + concat" input.grad "$any" \
    leaky_relu.cl 's/\* d), d, x > REAL(0.0f))/* d), d, x >= REAL(0.0f))/'
names "a sigmoid without a threshold" 1 layers sigmoid output "$any" \
    sigmoid.cl 's/return real_clean(real_sigmoid(x));/return real_sigmoid(x);/'
names "a product and a sum in the slope of tanh" 1 layers "$activations" input.grad "$any" \
    tanh.cl 's/real_fma(-y, y, REAL(1.0f))/(REAL(1.0f) - y * y)/'
names "a constant of gelu that is one ulp off" 1 layers gelu output "$any" \
    gelu.cl 's/0x1.2444f2p-4f/0x1.2444f4p-4f/'
names "a slope of gelu without a threshold" 1 layers "$activations" input.grad "$any" \
    gelu.cl 's/real_clean(real_clean(real_fma(product, slope, s)) \* d)/real_clean(real_fma(product, slope, s) * d)/'
names "a slope of silu without a threshold" 1 layers "$activations" input.grad "$any" \
    silu.cl 's/real_clean(real_clean(s \* real_fma(x, REAL(1.0f) - s, REAL(1.0f))) \* d)/real_clean(s * real_fma(x, REAL(1.0f) - s, REAL(1.0f)) * d)/'
names "random words of another layer" 1 layers dropout output "$any" \
    dropout.cl 's/(natural)(layer)/(natural)(layer + 1)/'
names "random words of the first equal layer" 1 layers dropout output "$any" \
    dropout.cl 's/(natural)(layer)/(natural)(LAYER)/'
names "values divided, not multiplied by the quotient" 1 layers dropout output "$any" \
    dropout.cl 's/real_clean(x \* REAL(SCALE))/real_clean(real_div(x, REAL(1.0f \/ SCALE)))/'
names "dropout that is always active" 1 layers dropout output "$any" \
    dropout.cl 's/= trains ? kept : x;/= kept;/'
finish
