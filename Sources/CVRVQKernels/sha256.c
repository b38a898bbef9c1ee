// SHA-256 (FIPS 180-4): padding, the portable compression function, and the choice of the machine's own.
#include <string.h>

#include "internal.h"

const uint32_t vrvq_sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t value, int count) { return value >> count | value << (32 - count); }

static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/// The message schedule of one block (section 6.2.2, step 1).
static void schedule(uint32_t *w /* [64] */, const uint8_t *block) {
    for (int t = 0; t < 16; t++) w[t] = big_endian(block + 4 * t);
    for (int t = 16; t < 64; t++) {
        const uint32_t a = w[t - 15], b = w[t - 2];
        const uint32_t sigma0 = rotate(a, 7) ^ rotate(a, 18) ^ a >> 3;
        const uint32_t sigma1 = rotate(b, 17) ^ rotate(b, 19) ^ b >> 10;
        w[t] = sigma1 + w[t - 7] + sigma0 + w[t - 16];
    }
}

static void compress_block(uint32_t *state, const uint8_t *block) {
    uint32_t w[64], s[8];
    schedule(w, block);
    memcpy(s, state, sizeof s);
    for (int t = 0; t < 64; t++) {
        const uint32_t sum1 = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
        const uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
        const uint32_t t1 = s[7] + sum1 + choice + vrvq_sha256_constants[t] + w[t];
        const uint32_t sum0 = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
        const uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += t1;
        s[0] = t1 + sum0 + majority;
    }
    for (int i = 0; i < 8; i++) state[i] += s[i];
}

void vrvq_sha256_compress_portable(uint32_t *state, const uint8_t *bytes, size_t blocks) {
    for (; blocks > 0; blocks--, bytes += 64) compress_block(state, bytes);
}

static void write_big_endian(uint8_t *bytes, uint32_t value) {
    for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

/// The last one or two blocks: the rest of the message, a one bit, zeros, the length in bits. Returns their number.
static size_t padding(uint8_t *last /* [128] */, const uint8_t *rest, size_t count) {
    const size_t left = count % 64, blocks = left < 56 ? 1 : 2;
    memset(last, 0, 128);
    if (left > 0) memcpy(last, rest, left);
    last[left] = 0x80;
    const uint64_t bits = (uint64_t)count * 8;
    write_big_endian(last + 64 * blocks - 8, (uint32_t)(bits >> 32));
    write_big_endian(last + 64 * blocks - 4, (uint32_t)bits);
    return blocks;
}

void vrvq_sha256_with(vrvq_sha256_compress *compress, uint8_t *digest, const uint8_t *bytes, size_t count) {
    uint32_t state[8] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    };
    const size_t whole = count / 64;
    uint8_t last[128];
    if (whole > 0) compress(state, bytes, whole);
    compress(state, last, padding(last, bytes ? bytes + whole * 64 : NULL, count));
    for (int i = 0; i < 8; i++) write_big_endian(digest + 4 * i, state[i]);
}

void vrvq_sha256(uint8_t *digest, const void *bytes, size_t count) {
    vrvq_sha256_compress *native = vrvq_sha256_compress_native();
    vrvq_sha256_with(native ? native : vrvq_sha256_compress_portable, digest, bytes, count);
}
