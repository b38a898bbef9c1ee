// Compares the NEON table with the scalar one, function by function, and the machine's SHA-256 with the portable one.
// A plain program, so that it can be built for aarch64 on another machine and run by an emulator. Prints each
// difference with the seed; exits 1 if there was one. The Swift tests of this folder judge both tables by definitions;
// this one needs only the tables to agree: exactly on integers, within rounding on fractions.
#define _DEFAULT_SOURCE  // MAP_ANONYMOUS
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CVRVQKernels.h"

static uint64_t seed = 1, state;
static int failures, checks;

static uint64_t next(void) {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static size_t between(size_t low, size_t high) { return low + next() % (high - low + 1); }
static float fraction(float size) { return size * ((float)(next() >> 40) * 0x1p-23f - 1); }
static float integer(void) { return (float)between(0, 16) - 8; }

/// Checks that hold are counted too: a run without checks is a failure.
static void check(bool holds, const char *what, size_t a, size_t b) {
    checks++;
    if (holds) return;
    if (failures++ < 20) printf("differs: %s (%zu, %zu), seed %llu\n", what, a, b, (unsigned long long)seed);
}

/// Memory for `count` floats that ends at a page without access. Never given back: the program is short.
static float *guarded(size_t count) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (count * sizeof(float) + page - 1) / page * page;
    char *pages = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + room, page, PROT_NONE)) abort();
    memset(pages, 0xff, room);
    return (float *)(void *)(pages + room) - count;
}

static bool close_to(float a, float b, float unit, float units) {
    return (isnan(a) && isnan(b)) || a == b || fabsf(a - b) <= units * unit * 0x1p-23f;
}

static void fill(float *to, size_t count, bool exact) {
    for (size_t i = 0; i < count; i++) to[i] = exact ? integer() : fraction(1);
}

/// The product by one table, into guarded memory whose gaps must keep their pattern.
static float *multiply(const vrvq_kernels *kernels, vrvq_product p, const float *weights) {
    float *packed = guarded(vrvq_packed_count(kernels, p.columns, p.taps, p.depth));
    vrvq_pack(kernels, packed, weights, p.columns, p.taps, p.depth, 1, (ptrdiff_t)(p.depth * p.columns),
              (ptrdiff_t)p.columns);
    const size_t span = p.rows ? (p.rows - 1) * (size_t)p.out_stride + p.columns : 0;
    p.out = guarded(span);
    p.weights = packed;
    kernels->multiply(&p);
    const uint32_t untouched = UINT32_MAX;
    for (size_t i = 0; i < span; i++)
        if (i % (size_t)p.out_stride >= p.columns)
            check(memcmp(p.out + i, &untouched, 4) == 0, "multiply writes beyond the columns", i, p.columns);
    return p.out;
}

/// Every row by itself has the bits that it has among the others.
static void check_single_rows(const vrvq_kernels *kernels, vrvq_product p, const float *weights, const float *out) {
    const size_t rows = p.rows, row_bytes = p.columns * sizeof(float);
    const float *in = p.in;
    p.rows = 1;
    for (size_t r = 0; r < rows; r++) {
        p.in = in + r * (size_t)p.in_stride;
        const float *single = multiply(kernels, p, weights);
        check(memcmp(single, out + r * (size_t)p.out_stride, row_bytes) == 0, "row by itself", r, p.columns);
    }
}

static void compare_product(const vrvq_kernels *a, const vrvq_kernels *b, size_t rows, size_t columns, size_t taps,
                            size_t depth, bool exact) {
    vrvq_product p = {.rows = rows, .columns = columns, .taps = taps, .depth = depth};
    p.in_stride = (ptrdiff_t)between(1, depth + 2);
    p.tap_stride = (ptrdiff_t)between(0, 2 * depth);
    p.out_stride = (ptrdiff_t)(columns + between(0, 3));
    const size_t span = rows ? (rows - 1) * (size_t)p.in_stride + (taps - 1) * (size_t)p.tap_stride + depth : 0;
    float *in = guarded(span), *weights = guarded(taps * depth * columns), *bias = guarded(columns);
    fill(in, span, exact), fill(weights, taps * depth * columns, exact), fill(bias, columns, exact);
    p.in = in;
    p.bias = next() % 2 ? bias : NULL;
    const float *x = multiply(a, p, weights), *y = multiply(b, p, weights);
    for (size_t r = 0; r < rows; r++)
        for (size_t n = 0; n < columns; n++) {
            const size_t i = r * (size_t)p.out_stride + n;
            check(exact ? x[i] == y[i] : close_to(x[i], y[i], (float)(taps * depth), 8), "multiply", r, n);
        }
    if (rows > 1) check_single_rows(b, p, weights, y);
}

static void compare_products(const vrvq_kernels *a, const vrvq_kernels *b) {
    static const size_t rows[] = {0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 13};
    static const size_t columns[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 43};
    static const size_t depths[] = {1, 3, 4, 5, 96, 128, 129, 256, 257, 600};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t j = 0; j < sizeof columns / sizeof *columns; j++)
            compare_product(a, b, rows[i], columns[j], between(1, 4), between(1, 9), true);
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++)
        for (size_t taps = 1; taps <= 16; taps += 3)
            compare_product(a, b, between(1, 3), between(1, 9), taps, depths[i], taps % 2);
}

static void compare_snake(const vrvq_kernels *a, const vrvq_kernels *b, size_t channels, float size) {
    float *in = guarded(channels * 5), *alpha = guarded(channels), *inverse = guarded(channels);
    float *x = guarded(channels * 5), *y = guarded(channels * 5);
    for (size_t i = 0; i < channels * 5; i++) in[i] = fraction(size);
    for (size_t i = 0; i < channels; i++) alpha[i] = fraction(4), inverse[i] = 1 / (alpha[i] + 1e-9f);
    a->snake(x, in, alpha, inverse, 5, channels);
    b->snake(y, in, alpha, inverse, 5, channels);
    for (size_t i = 0; i < channels * 5; i++)
        check(close_to(x[i], y[i], fmaxf(fabsf(in[i]), fabsf(inverse[i % channels])), 4), "snake", channels, i);
}

/// Any bit pattern, so that subnormals, infinities and NaN occur.
static float pattern(void) {
    const uint32_t bits = (uint32_t)next();
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void compare_elements(const vrvq_kernels *a, const vrvq_kernels *b, size_t count) {
    float *in = guarded(count), *other = guarded(count), *x = guarded(count), *y = guarded(count);
    for (size_t i = 0; i < count; i++) in[i] = next() % 4 ? fraction(20) : pattern(), other[i] = fraction(9);
    a->tanh(x, in, count), b->tanh(y, in, count);
    for (size_t i = 0; i < count; i++) check(close_to(x[i], y[i], fabsf(x[i]), 4), "tanh", count, i);
    a->sigmoid(x, in, count), b->sigmoid(y, in, count);
    for (size_t i = 0; i < count; i++) check(close_to(x[i], y[i], fmaxf(x[i], 0x1p-126f), 4), "sigmoid", count, i);
    a->add(x, in, other, count), b->add(y, in, other, count);
    for (size_t i = 0; i < count; i++) check(close_to(x[i], y[i], 0, 0), "add", count, i);
    a->subtract(x, in, other, count), b->subtract(y, in, other, count);
    for (size_t i = 0; i < count; i++) check(close_to(x[i], y[i], 0, 0), "subtract", count, i);
    a->normalize(x, other, 1, count), b->normalize(y, other, 1, count);
    for (size_t i = 0; i < count; i++) check(close_to(x[i], y[i], 0, 0), "normalize", count, i);
}

static void compare_argmax(const vrvq_kernels *a, const vrvq_kernels *b, size_t columns) {
    float *scores = guarded(columns * 7);
    static const float odd[] = {NAN, -INFINITY, INFINITY, 0, -0.0f, 1};
    for (size_t i = 0; i < columns * 7; i++) {
        const size_t row = i / columns;
        scores[i] = row % 2 ? integer() : odd[next() % (row + 1) % 6];
    }
    uint16_t x[7], y[7];
    a->argmax(x, scores, (ptrdiff_t)columns, 7, columns);
    b->argmax(y, scores, (ptrdiff_t)columns, 7, columns);
    for (size_t r = 0; r < 7; r++) check(x[r] == y[r], "argmax", columns, r);
}

static void compare_widen(const vrvq_kernels *a, const vrvq_kernels *b) {
    static uint16_t halves[65536];
    float *x = guarded(65536), *y = guarded(65536);
    for (size_t i = 0; i < 65536; i++) halves[i] = (uint16_t)i;
    a->widen(x, halves, 65536), b->widen(y, halves, 65536);
    for (size_t i = 0; i < 65536; i++) check(memcmp(x + i, y + i, 4) == 0, "widen", i, 0);
    for (size_t count = 0; count < 20; count++) {
        float *z = guarded(count);
        b->widen(z, halves + 1000, count);
        check(memcmp(z, x + 1000, count * sizeof *z) == 0, "widen", count, 1);
    }
}

static void compare_sha256(void) {
    uint8_t bytes[400], x[32], y[32];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)next();
    for (size_t count = 0; count <= sizeof bytes; count++) {
        vrvq_sha256(x, bytes, count);
        vrvq_sha256_portable(y, bytes, count);
        check(memcmp(x, y, 32) == 0, "sha256", count, 0);
    }
}

int main(void) {
    const char *given = getenv("VRVQ_SEED");
    if (given) seed = strtoull(given, NULL, 10);
    state = seed;
    const vrvq_kernels *scalar = vrvq_kernels_for(VRVQ_SCALAR), *neon = vrvq_kernels_for(VRVQ_NEON);
    if (!neon || vrvq_kernels_best() != neon) {
        printf("no NEON table, or not the best\n");
        return 1;
    }
    compare_products(scalar, neon);
    for (size_t channels = 1; channels < 20; channels++)
        compare_snake(scalar, neon, channels, channels % 3 == 0 ? 1e6f : channels % 3 == 1 ? 3 : 1000);
    for (size_t count = 1; count < 60; count++) compare_elements(scalar, neon, count);
    compare_elements(scalar, neon, 20000);
    for (size_t columns = 1; columns < 70; columns++) compare_argmax(scalar, neon, columns);
    compare_widen(scalar, neon);
    compare_sha256();
    printf("neon: %d checks, %d differences, seed %llu\n", checks, failures, (unsigned long long)seed);
    return failures > 0 || checks == 0;
}
