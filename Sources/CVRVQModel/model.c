#include "CVRVQModel.h"

// 64-byte aligned, read-only and paged in on use. `#embed` (C23) is rebuilt when the file changes.
_Alignas(64) const uint8_t vrvq_default_model[] = {
#embed "small.safetensors"
};
const size_t vrvq_default_model_size = sizeof vrvq_default_model;
