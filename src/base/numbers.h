/* numbers.h: numbers as text. */
#ifndef WEFT_BASE_NUMBERS_H
#define WEFT_BASE_NUMBERS_H

/* Writes the fewest digits that read back to the same bits into ${text}: "0.01", "1e-05", "276.2".
 * The decimal point is '.' in every locale. Returns ${text}. */
char *number_float(float value, char text[32]);
char *number_double(double value, char text[32]);

/* The same as PyTorch prints it: a number without a decimal point gets ".0", so 1 is "1.0". */
char *number_python(float value, char text[32]);

/* Replaces the decimal point that printf wrote into ${text}, which may have several bytes, by '.'.
 * Returns ${text}. */
char *number_point(char *text);

/* Returns ${seconds} rounded to a microsecond, so that no printed digit is meaningless. */
double number_microseconds(double seconds);

#endif
