#pragma once
#include <stddef.h>
#include <stdint.h>

/// What of libFuzzer is called: its loop, with the program's arguments. The runtime comes with -sanitize=fuzzer.
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*callback)(const uint8_t *bytes, size_t count));
