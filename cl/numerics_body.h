/* numerics_body.h: the functions of numerics.h for one type. numerics.h includes it once for each
 * type, after defining
 *
 *   WEFT_V, WEFT_U                float or float16, and the same number of unsigned 32-bit integers
 *   WEFT_AS_V(u), WEFT_AS_U(v)    bit casts
 *   WEFT_NAME(x)                  the name x for this type
 *   WEFT_PICK(condition, a, b)    a where the condition holds, else b
 *   WEFT_INLINE                   how a function is declared
 *
 * There is no branch: the ordinary result is computed for every argument, from a mantissa of about
 * 1, and then integer comparisons select special results. So a device that flushes denormals
 * selects the same. For an ordinary result no intermediate value is denormal; NUMERICS.md shows
 * each. Coefficients are from tools/maintain/fit-polynomials.
 *
 * Bits: 0x00800000 is 2^-126, the smallest normal number; 0x7f800000 is infinity, and what is above
 * it NaN. */

WEFT_INLINE WEFT_V WEFT_NAME(weft_clean)(WEFT_V x) {
    const WEFT_U u = WEFT_AS_U(x);
    return WEFT_AS_V(WEFT_PICK((u & 0x7fffffffu) < 0x2d800000u, (WEFT_U)(0u), u));
}

WEFT_INLINE WEFT_V WEFT_NAME(weft_clean_squared)(WEFT_V x) {
    const WEFT_U u = WEFT_AS_U(x);
    return WEFT_AS_V(WEFT_PICK((u & 0x7fffffffu) < 0x1b800000u, (WEFT_U)(0u), u));
}

/* Returns y = 1 / b for b in [1, 2), with |b y - 1| < 1 / (2^23 b + 1): a parabola, a Newton step
 * that squares its error e, and a step that cubes it. The hardest b is the float before 2: two
 * plain Newton steps, or a parabola that is exact at 2, give 0.5, which just misses the bound. */
WEFT_INLINE WEFT_V WEFT_NAME(weft_reciprocal)(WEFT_V b) {
    const WEFT_V one = (WEFT_V)(1.0f);
    WEFT_V y = fma((WEFT_V)(0x1.37065ap-2f), b, (WEFT_V)(-0x1.6646e2p+0f));
    y = fma(y, b, (WEFT_V)(0x1.0abdb4p+1f));
    WEFT_V e = fma(-b, y, one);
    y = fma(y, e, y);
    e = fma(-b, y, one);
    return fma(y, fma(e, e, e), y);
}

/* Returns a / b, correctly rounded, for a and b in [1, 2): Markstein's correction of a x (1 / b).
 *
 * Let Q be the true quotient, u the spacing of floats there, d = b y - 1. If q is one of the two
 * floats around Q, then a - b q is exact, and the last fma rounds Q + (Q - q) d. That rounds like Q
 * unless a midpoint of two floats is between; but Q is at least u / (2^24 b) away from the
 * nearest one, and (Q - q) d is less, by what weft_reciprocal promises. If q is further away, Q is
 * not near a midpoint, except for some b just below 2 with the least exact y: tests/test_numerics.c
 * finds these, and tests every a with them. */
WEFT_INLINE WEFT_V WEFT_NAME(weft_quotient)(WEFT_V a, WEFT_V b) {
    const WEFT_V y = WEFT_NAME(weft_reciprocal)(b);
    const WEFT_V q = a * y;
    return fma(fma(-b, q, a), y, q);
}

WEFT_INLINE WEFT_V WEFT_NAME(weft_div)(WEFT_V a, WEFT_V b) {
    const WEFT_U ua = WEFT_AS_U(a) & 0x7fffffffu, ub = WEFT_AS_U(b) & 0x7fffffffu;
    const WEFT_U ea = ua & 0x7f800000u, eb = ub & 0x7f800000u, shift = ea - eb;
    const WEFT_U sign = (WEFT_AS_U(a) ^ WEFT_AS_U(b)) & 0x80000000u;
    const WEFT_V one_a = WEFT_AS_V((ua & 0x007fffffu) | 0x3f800000u);
    const WEFT_V one_b = WEFT_AS_V((ub & 0x007fffffu) | 0x3f800000u);
    /* A too large or too small exponent changes the sign bit or wraps around: at most
     * 2^30 past infinity, or that far below 0. */
    const WEFT_U q = WEFT_AS_U(WEFT_NAME(weft_quotient)(one_a, one_b)) + shift;
    /* The sign bit of each of these words is a truth value, which saves vector code many
     * comparisons. */
    const WEFT_U huge = (0x7f000000u - ea) | (eb - 1u); /* a is infinite or NaN, or b is 0 */
    const WEFT_U none = (ea - 1u) | (0x7f000000u - eb); /* a is 0, or b is infinite or NaN */
    const WEFT_U over = huge | (q + 0x00800000u);       /* set below 0, too: see under */
    const WEFT_U under = none | (shift & (q - 0x00800000u));
    const WEFT_U invalid = (huge & none) | (0x7f800000u - ua) | (0x7f800000u - ub);
    WEFT_U result = WEFT_PICK(over > 0x7fffffffu, (WEFT_U)(0x7f800000u), q);
    result = WEFT_PICK(under > 0x7fffffffu, (WEFT_U)(0u), result | sign);
    result = WEFT_PICK(invalid > 0x7fffffffu, (WEFT_U)(0x7fc00000u), result);
    return WEFT_AS_V(result);
}

/* x = m 4^k with m in [0.5, 2). y is about 1 / sqrt(m): first from the bits of m, then by a
 * polynomial in e, which is 1 - m y^2. g and h converge to sqrt(m) and 1 / (2 sqrt(m)), in
 * steps that share their error. That this rounds correctly is shown by testing every m. */
WEFT_INLINE WEFT_V WEFT_NAME(weft_sqrt)(WEFT_V x) {
    const WEFT_U u = WEFT_AS_U(x), um = (u & 0x00ffffffu) | 0x3f000000u;
    const WEFT_V m = WEFT_AS_V(um);
    WEFT_V y = WEFT_AS_V(0x5f310000u - (um >> 1));
    const WEFT_V e = fma(-(m * y), y, (WEFT_V)(1.0f));
    WEFT_V p = fma((WEFT_V)(0x1.be88d2p-2f), e, (WEFT_V)(0x1.fd43eap-2f));
    p = fma(p, e, (WEFT_V)(0x1.0000e6p+0f));
    y = y * p;
    WEFT_V g = m * y, h = 0.5f * y;
    const WEFT_V rest = fma(-g, h, (WEFT_V)(0.5f));
    g = fma(g, rest, g);
    h = fma(h, rest, h);
    g = fma(fma(-g, g, m), h, g);
    WEFT_U result = WEFT_AS_U(g) + ((u & 0x7f000000u) >> 1) - 0x1f800000u; /* g 2^k */
    result = WEFT_PICK(u > 0x7f7fffffu, (WEFT_U)(0x7fc00000u), result);
    result = WEFT_PICK(u == 0x7f800000u, u, result);
    result = WEFT_PICK((u & 0x7fffffffu) < 0x00800000u, (WEFT_U)(0u), result);
    return WEFT_AS_V(result);
}

/* e^x = 2^k e^r with k the integer nearest to x / log(2). r + rest is x - k log(2); p is (e^r - 1 -
 * r) / r^2; high + low is 1 + r, exactly. Adding 1.5 x 2^23 rounds to an integer and leaves it in
 * the last bits. */
WEFT_INLINE WEFT_V WEFT_NAME(weft_exp)(WEFT_V value) {
    const WEFT_V shift = (WEFT_V)(0x1.8p+23f), minus_low = (WEFT_V)(-0x1.7f7d1cp-20f);
    const WEFT_V x = WEFT_NAME(weft_clean)(value);
    const WEFT_V t = fma(x, (WEFT_V)(0x1.715476p+0f), shift), k = t - shift;
    const WEFT_V part = fma(k, (WEFT_V)(-0x1.62e4p-1f), x); /* exact: 15 bits of log(2) */
    const WEFT_V r = fma(k, minus_low, part), rest = fma(k, minus_low, part - r);
    WEFT_V p = fma((WEFT_V)(0x1.a19d08p-13f), r, (WEFT_V)(0x1.6d4f9ep-10f));
    p = fma(p, r, (WEFT_V)(0x1.111094p-7f));
    p = fma(p, r, (WEFT_V)(0x1.5554e6p-5f));
    p = fma(p, r, (WEFT_V)(0x1.555556p-3f));
    p = fma(p, r, (WEFT_V)(0.5f));
    const WEFT_V high = 1.0f + r, low = r - (high - 1.0f);
    const WEFT_V y = high + (low + fma(r * r, p, rest));
    WEFT_U result = WEFT_AS_U(y) + ((WEFT_AS_U(t) - WEFT_AS_U(shift)) << 23);
    result = WEFT_PICK(x > 88.72283f, (WEFT_U)(0x7f800000u), result);
    result = WEFT_PICK(x < -87.33654f, (WEFT_U)(0u), result);
    result = WEFT_PICK((WEFT_AS_U(x) & 0x7fffffffu) > 0x7f800000u, (WEFT_U)(0x7fc00000u), result);
    return WEFT_AS_V(result);
}

/* x = 2^n (1 + f) with 1 + f from sqrt(1/2) to sqrt(2), and log(1 + f) = f - f^2 / 2 + f^3 p. high
 * + low is n log(2) + f - f^2 / 2 without rounding errors, except for the last bits of log(2),
 * which are added with p. */
WEFT_INLINE WEFT_V WEFT_NAME(weft_log)(WEFT_V x) {
    const WEFT_V log2_high = (WEFT_V)(0x1.62e4p-1f);
    const WEFT_U u = WEFT_AS_U(x), t = u + (0x3f800000u - 0x3f3504f3u); /* 0x3f3504f3: sqrt(1/2) */
    const WEFT_V n = WEFT_AS_V((t >> 23) + 0x4b400000u) - (0x1.8p+23f + 127.0f);
    const WEFT_V f = WEFT_AS_V((t & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
    WEFT_V p = fma((WEFT_V)(0x1.1457acp-4f), f, (WEFT_V)(-0x1.de3c16p-4f));
    p = fma(p, f, (WEFT_V)(0x1.e6f06ap-4f));
    p = fma(p, f, (WEFT_V)(-0x1.fc2206p-4f));
    p = fma(p, f, (WEFT_V)(0x1.233768p-3f));
    p = fma(p, f, (WEFT_V)(-0x1.555c4ep-3f));
    p = fma(p, f, (WEFT_V)(0x1.99a4b6p-3f));
    p = fma(p, f, (WEFT_V)(-0x1.000006p-2f));
    p = fma(p, f, (WEFT_V)(0x1.555548p-2f));
    const WEFT_V minus_half = -0.5f * f;
    const WEFT_V sum = fma(n, log2_high, f), high = fma(minus_half, f, sum);
    const WEFT_V low = (fma(n, log2_high, -sum) + f) + fma(minus_half, f, sum - high);
    const WEFT_V y = high + (low + fma(f * f * f, p, n * 0x1.7f7d1cp-20f));
    WEFT_U result = WEFT_PICK(u == 0x7f800000u, u, WEFT_AS_U(y));
    result = WEFT_PICK(u > 0x7f800000u, (WEFT_U)(0x7fc00000u), result);
    result = WEFT_PICK((u & 0x7fffffffu) < 0x00800000u, (WEFT_U)(0xff800000u), result);
    return WEFT_AS_V(result);
}

/* 1 / (1 + e) for x >= 0, e / (1 + e) for x < 0, with e = e^-|x|, which never overflows. */
WEFT_INLINE WEFT_V WEFT_NAME(weft_sigmoid)(WEFT_V x) {
    const WEFT_U u = WEFT_AS_U(x);
    const WEFT_V e = WEFT_NAME(weft_exp)(WEFT_AS_V(u | 0x80000000u));
    const WEFT_U one = (WEFT_U)(0x3f800000u);
    const WEFT_V top = WEFT_AS_V(WEFT_PICK(u > 0x7fffffffu, WEFT_AS_U(e), one));
    return WEFT_NAME(weft_div)(top, 1.0f + e);
}

/* For |x| < 0.55, x + x^3 p with p about (tanh(x) / x - 1) / x^2, without a difference of close
 * numbers; else 1 - 2 e / (1 + e) with e = e^-2|x|, and the sign of x. */
WEFT_INLINE WEFT_V WEFT_NAME(weft_tanh)(WEFT_V value) {
    const WEFT_V x = WEFT_NAME(weft_clean)(value), square = x * x;
    const WEFT_U u = WEFT_AS_U(x), sign = u & 0x80000000u, magnitude = u & 0x7fffffffu;
    const WEFT_V e = WEFT_NAME(weft_exp)(-2.0f * WEFT_AS_V(magnitude));
    const WEFT_V large = 1.0f - WEFT_NAME(weft_div)(2.0f * e, 1.0f + e);
    WEFT_V p = fma((WEFT_V)(-0x1.9b3046p-8f), square, (WEFT_V)(0x1.593d08p-6f));
    p = fma(p, square, (WEFT_V)(-0x1.b9287ap-5f));
    p = fma(p, square, (WEFT_V)(0x1.110d26p-3f));
    p = fma(p, square, (WEFT_V)(-0x1.55554ap-2f));
    const WEFT_V small = fma(square * x, p, x);
    WEFT_U result = WEFT_PICK(magnitude < 0x3f0ccccdu, WEFT_AS_U(small), WEFT_AS_U(large) | sign);
    result = WEFT_PICK(magnitude > 0x7f800000u, (WEFT_U)(0x7fc00000u), result);
    result = WEFT_PICK(magnitude == 0u, (WEFT_U)(0u), result);
    return WEFT_AS_V(result);
}

#undef WEFT_V
#undef WEFT_U
#undef WEFT_AS_V
#undef WEFT_AS_U
#undef WEFT_NAME
