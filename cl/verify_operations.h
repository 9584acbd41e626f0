/* verify_operations.h: the list of the operations that weft verify checks one by one. C and OpenCL
 * C compile this same text.
 *
 * A row: name, kernel of verify.cl, text, rule of comparison (src/verify/operations.h), operands
 * (bits: a 1, b 2, c 4), whether the result is an integer, and the section of OpenCL 1.2. Basic
 * operations are before those that use them: a diagnosis names the first one that is wrong. */
#ifndef WEFT_VERIFY_OPERATIONS_LIST_H
#define WEFT_VERIFY_OPERATIONS_LIST_H

// clang-format off
#define WEFT_OPERATIONS(ROW)                                                                       \
    ROW(ADD, BASIC, "a + b", RAW, 3, 0, "7.4, addition is correctly rounded")                      \
    ROW(MULTIPLY, BASIC, "a * b", RAW, 3, 0, "7.4, multiplication is correctly rounded")           \
    ROW(FMA, BASIC, "fma(a, b, c)", RAW, 7, 0, "6.12.2 and 7.4, fma is correctly rounded")         \
    ROW(SUBTRACT, BASIC, "a - b", RAW, 3, 0, "7.4, subtraction is correctly rounded")              \
    ROW(COMPARE, BASIC, "a < b, <=, >, >=, ==, !=", TRUTH, 3, 1, "6.3, relational operators")      \
    ROW(FROM_UINT, CONVERT, "(float)(uint)a", EXACT, 0, 0,                                         \
        "6.2.3, conversions round to the nearest even")                                            \
    ROW(FROM_INT, CONVERT, "(float)(int)a", EXACT, 0, 0,                                           \
        "6.2.3, conversions round to the nearest even")                                            \
    ROW(TO_INT, CONVERT, "(int)a", EXACT, 0, 1,                                                    \
        "6.2.3, conversions to integers round towards zero")                                       \
    ROW(TWO_STATEMENTS, CONTRACT, "p = a * b; p + c", RAW, 7, 0, "6.10, FP_CONTRACT OFF")          \
    ROW(ONE_EXPRESSION, CONTRACT, "a * b + c", RAW, 7, 0, "6.10, FP_CONTRACT OFF")                 \
    ROW(CLEAN, BASIC, "weft_clean(a)", ANY_NAN, 0, 0, "6.3, integer operations and comparisons")   \
    ROW(CLEAN_SQUARED, BASIC, "weft_clean_squared(a)", ANY_NAN, 0, 0,                              \
        "6.3, integer operations and comparisons")                                                 \
    ROW(DIVIDE, DIVIDE, "weft_div(a, b)", EXACT, 0, 0,                                             \
        "7.4, the operations that it uses are correctly rounded")                                  \
    ROW(SQRT, SQRT, "weft_sqrt(a)", EXACT, 0, 0,                                                   \
        "7.4, the operations that it uses are correctly rounded")                                  \
    ROW(DEVICE_DIVIDE, DIVIDE, "a / b", RAW, 3, 0,                                                 \
        "5.6.4.2, -cl-fp32-correctly-rounded-divide-sqrt")                                         \
    ROW(DEVICE_SQRT, SQRT, "sqrt(a)", RAW, 1, 0,                                                   \
        "5.6.4.2, -cl-fp32-correctly-rounded-divide-sqrt")                                         \
    ROW(EXP, EXP, "weft_exp(a)", EXACT, 0, 0,                                                      \
        "7.4, the operations that it uses are correctly rounded")                                  \
    ROW(LOG, LOG, "weft_log(a)", EXACT, 0, 0,                                                      \
        "7.4, the operations that it uses are correctly rounded")                                  \
    ROW(SIGMOID, SIGMOID, "weft_sigmoid(a)", EXACT, 0, 0,                                          \
        "7.4, the operations that it uses are correctly rounded")                                  \
    ROW(TANH, SIGMOID, "weft_tanh(a)", EXACT, 0, 0,                                                \
        "7.4, the operations that it uses are correctly rounded")
// clang-format on

#define WEFT_OPERATION_NAME(name, kernel, text, rule, operands, integer, section) OPERATION_##name,
enum weft_operation { WEFT_OPERATIONS(WEFT_OPERATION_NAME) OPERATION_COUNT };

#endif
