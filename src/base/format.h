/* format.h: lets compilers check the arguments of functions that take a format of printf. */
#ifndef WEFT_BASE_FORMAT_H
#define WEFT_BASE_FORMAT_H

#if defined(__MINGW32__)
#define PRINTF_FORMAT(text, first) __attribute__((format(gnu_printf, text, first)))
#elif defined(__GNUC__)
#define PRINTF_FORMAT(text, first) __attribute__((format(printf, text, first)))
#else
#define PRINTF_FORMAT(text, first)
#endif

#endif
