/* numerics_body.h: the bodies of numerics.h, for one type. It is included once for each type, after numerics.h has defined
 *
 *   WEFT_V, WEFT_U, WEFT_I        the type of floats, of unsigned integers of 32 bits, and of truth values, as many lanes
 *   WEFT_AS_V(u), WEFT_AS_U(v)    bit casts
 *   WEFT_NAME(x)                  the name x as this type spells it
 *
 * Special cases are chosen by integer comparisons at the end, so there is no branch, and a device that flushes denormals
 * sees them the same way. Each comment tells why no value on the way is denormal. */

/* Returns +0 where |x| < 2^-36 (0x2d800000), else x. */
static inline WEFT_V WEFT_NAME(weft_clean)(WEFT_V x) {
    const WEFT_U u = WEFT_AS_U(x);
    return WEFT_AS_V((u & 0x7fffffffu) < 0x2d800000u ? (WEFT_U)(0u) : u);
}

/* Returns +0 where |x| < 2^-72 (0x1b800000), else x. */
static inline WEFT_V WEFT_NAME(weft_clean_squared)(WEFT_V x) {
    const WEFT_U u = WEFT_AS_U(x);
    return WEFT_AS_V((u & 0x7fffffffu) < 0x1b800000u ? (WEFT_U)(0u) : u);
}

/* Returns 1 / b for b in [1, 2), such that |b y - 1| < 1 / (2^23 b + 1): what weft_quotient needs. */
static inline WEFT_V WEFT_NAME(weft_reciprocal)(WEFT_V b) {
    const WEFT_V one = (WEFT_V)(1.0f);
    WEFT_V y = fma(fma((WEFT_V)(0x1.37065ap-2f), b, (WEFT_V)(-0x1.6646e2p+0f)), b,
                   (WEFT_V)(0x1.0abdb4p+1f));
    WEFT_V e = fma(-b, y, one);
    y = fma(y, e, y);
    e = fma(-b, y, one);
    return fma(y, fma(e, e, e), y);
}

/* Returns a / b, correctly rounded, for a and b in [1, 2). */
static inline WEFT_V WEFT_NAME(weft_quotient)(WEFT_V a, WEFT_V b) {
    const WEFT_V y = WEFT_NAME(weft_reciprocal)(b);
    const WEFT_V q = a * y;
    return fma(fma(-b, q, a), y, q);
}

/* Returns a / b. */
static inline WEFT_V WEFT_NAME(weft_div)(WEFT_V a, WEFT_V b) {
    const WEFT_U ua = WEFT_AS_U(a) & 0x7fffffffu, ub = WEFT_AS_U(b) & 0x7fffffffu;
    const WEFT_U sign = (WEFT_AS_U(a) ^ WEFT_AS_U(b)) & 0x80000000u;
    const WEFT_U q = WEFT_AS_U(WEFT_NAME(weft_quotient)(WEFT_AS_V((ua & 0x7fffffu) | 0x3f800000u),
                                                        WEFT_AS_V((ub & 0x7fffffu) | 0x3f800000u)));
    const WEFT_U ea = ua >> 23, eb = ub >> 23;
    const WEFT_U exponent = (q >> 23) + 256u + ea - eb; /* of the result, with 256 added */
    const WEFT_I infinite = (exponent > 510u) | (ea == 255u) | (eb == 0u);
    const WEFT_I nothing = (exponent < 257u) | (ea == 0u) | (eb == 255u);
    const WEFT_I invalid = ((ua | ub) < 0x00800000u) | ((ua & ub) >= 0x7f800000u) |
                           (ua > 0x7f800000u) | (ub > 0x7f800000u);
    WEFT_U result = infinite ? (WEFT_U)(0x7f800000u) : q + ((ea - eb) << 23);
    result = nothing ? (WEFT_U)(0u) : result | sign;
    result = invalid ? (WEFT_U)(0x7fc00000u) : result;
    return WEFT_AS_V(result);
}

/* Returns the square root of x. */
static inline WEFT_V WEFT_NAME(weft_sqrt)(WEFT_V x) {
    const WEFT_U u = WEFT_AS_U(x), magnitude = u & 0x7fffffffu;
    /* x = m 4^k with m in [0.5, 2). */
    const WEFT_V m = WEFT_AS_V((u & 0x00ffffffu) | 0x3f000000u);
    WEFT_V y = WEFT_AS_V(0x5f310000u - (WEFT_AS_U(m) >> 1));
    const WEFT_V e = fma(-(m * y), y, (WEFT_V)(1.0f));
    y = y * fma(fma((WEFT_V)(0x1.be88d2p-2f), e, (WEFT_V)(0x1.fd43eap-2f)), e,
                (WEFT_V)(0x1.0000e6p+0f));
    WEFT_V g = m * y, h = 0.5f * y;
    const WEFT_V r = fma(-g, h, (WEFT_V)(0.5f));
    g = fma(g, r, g);
    h = fma(h, r, h);
    g = fma(fma(-g, g, m), h, g);
    WEFT_U result = WEFT_AS_U(g) + ((u & 0x7f000000u) >> 1) - 0x1f800000u;
    result = u > 0x7f7fffffu ? (WEFT_U)(0x7fc00000u) : result;
    result = u == 0x7f800000u ? u : result;
    result = magnitude < 0x00800000u ? (WEFT_U)(0u) : result;
    return WEFT_AS_V(result);
}

/* Returns e^x. */
static inline WEFT_V WEFT_NAME(weft_exp)(WEFT_V value) {
    const WEFT_V shift = (WEFT_V)(0x1.8p23f); /* added to a small float: its nearest integer */
    const WEFT_V x = WEFT_NAME(weft_clean)(value);
    const WEFT_V t = fma(x, (WEFT_V)(0x1.715476p+0f), shift), k = t - shift;
    const WEFT_V far = fma(k, (WEFT_V)(-WEFT_LN2_HIGH), x);
    const WEFT_V r = fma(k, (WEFT_V)(-WEFT_LN2_LOW), far);
    const WEFT_V rest = fma(k, (WEFT_V)(-WEFT_LN2_LOW), far - r);
    WEFT_V p = (WEFT_V)(0x1.a19d08p-13f);
    p = fma(p, r, (WEFT_V)(0x1.6d4f9ep-10f));
    p = fma(p, r, (WEFT_V)(0x1.111094p-7f));
    p = fma(p, r, (WEFT_V)(0x1.5554e6p-5f));
    p = fma(p, r, (WEFT_V)(0x1.555556p-3f));
    p = fma(p, r, (WEFT_V)(0.5f));
    const WEFT_V high = 1.0f + r, low = r - (high - 1.0f);
    const WEFT_U y = WEFT_AS_U(high + (low + fma(r * r, p, rest)));
    WEFT_U result = y + ((WEFT_AS_U(t) - WEFT_AS_U(shift)) << 23);
    result = x > 88.72283f ? (WEFT_U)(0x7f800000u) : result;
    result = x < -87.33654f ? (WEFT_U)(0u) : result;
    result = (WEFT_AS_U(x) & 0x7fffffffu) > 0x7f800000u ? (WEFT_U)(0x7fc00000u) : result;
    return WEFT_AS_V(result);
}

/* Returns the natural logarithm of x. */
static inline WEFT_V WEFT_NAME(weft_log)(WEFT_V x) {
    const WEFT_U u = WEFT_AS_U(x);
    /* x = 2^n (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)). */
    const WEFT_U t = u + (0x3f800000u - 0x3f3504f3u);
    const WEFT_V n = WEFT_AS_V((t >> 23) + 0x4b400000u) - (0x1.8p23f + 127.0f);
    const WEFT_V f = WEFT_AS_V((t & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
    WEFT_V p = (WEFT_V)(0x1.1457acp-4f);
    p = fma(p, f, (WEFT_V)(-0x1.de3c16p-4f));
    p = fma(p, f, (WEFT_V)(0x1.e6f06ap-4f));
    p = fma(p, f, (WEFT_V)(-0x1.fc2206p-4f));
    p = fma(p, f, (WEFT_V)(0x1.233768p-3f));
    p = fma(p, f, (WEFT_V)(-0x1.555c4ep-3f));
    p = fma(p, f, (WEFT_V)(0x1.99a4b6p-3f));
    p = fma(p, f, (WEFT_V)(-0x1.000006p-2f));
    p = fma(p, f, (WEFT_V)(0x1.555548p-2f));
    p = fma(p, f, (WEFT_V)(-0.5f));
    const WEFT_V high = fma(n, (WEFT_V)(WEFT_LN2_HIGH), f);
    const WEFT_V low = fma(n, (WEFT_V)(WEFT_LN2_HIGH), -high) + f;
    WEFT_U result = WEFT_AS_U(high + (low + fma(f * f, p, n * WEFT_LN2_LOW)));
    result = u == 0x7f800000u ? u : result;
    result = u > 0x7f800000u ? (WEFT_U)(0x7fc00000u) : result;
    result = (u & 0x7fffffffu) < 0x00800000u ? (WEFT_U)(0xff800000u) : result;
    return WEFT_AS_V(result);
}

#undef WEFT_V
#undef WEFT_U
#undef WEFT_I
#undef WEFT_AS_V
#undef WEFT_AS_U
#undef WEFT_NAME
