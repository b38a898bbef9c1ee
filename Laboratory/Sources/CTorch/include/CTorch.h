// The C boundary between the laboratory and libtorch.
//
// The implementation (TorchPlugin/plugin.cpp) is compiled on the user's machine against the PyTorch that is installed
// there, and opened with dlopen. It exports one symbol, `vt_get_api`, which returns a table of functions. Almost every
// tensor operation goes through `find_operator` and `call`, that is through PyTorch's dispatcher by schema name
// ("aten::conv1d"), so a new operation needs no new C++.
//
// Conventions
//  - Functions that return `int32_t` return VT_OK or an error code; `last_error()` then has the text, for the calling
//    thread.
//  - A `vt_tensor` that a function hands out is owned by the caller: exactly one `release` for each. A `vt_tensor` in
//    an argument is borrowed for the length of the call.
//  - Gradient mode, autocast and the current device belong to the calling thread.
//  - Numbers of data types and device types are PyTorch's own, which it also writes into files and hence keeps.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef __clang__
#define _Nonnull
#define _Nullable
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// Raised whenever vt_api or vt_value changes. Scripts/setup-training.sh reads it from this line.
#define VT_ABI_VERSION 2
/// Dimensions that `vt_info` has room for.
#define VT_MAX_DIMS 8

enum { VT_OK = 0, VT_ERROR = 1, VT_OUT_OF_MEMORY = 2 };

/// A counted reference to a tensor.
typedef struct vt_tensor_s *vt_tensor;
/// An operator that was found; lives as long as the process.
typedef struct vt_operator_s *vt_operator;

/// What a `vt_value` holds.
typedef enum vt_tag {
    VT_NONE = 0,     ///< None
    VT_DEFAULT = 1,  ///< the default value of the operator's schema
    VT_TENSOR = 2,   ///< `tensor`
    VT_INT = 3,      ///< `i`; also data types and other enumerations; widened where the schema asks for a float
    VT_DOUBLE = 4,   ///< `d`
    VT_BOOL = 5,     ///< `i`
    VT_STRING = 6,   ///< `ptr`, `count` bytes of UTF-8
    VT_DEVICE = 7,   ///< `i` = device type << 8 | device index (0xff: the current one)
    VT_INTS = 8,     ///< `ptr` to int64_t[count]
    VT_DOUBLES = 9,  ///< `ptr` to double[count]
    VT_BOOLS = 10,   ///< `ptr` to int64_t[count], zero or not
    VT_TENSORS = 11, ///< `ptr` to vt_tensor[count]; null entries where the schema has Tensor?[]
} vt_tag;

/// An argument or a result of an operator.
typedef struct vt_value {
    uint32_t tag;
    uint32_t count;
    union {
        int64_t i;
        double d;
        vt_tensor _Nullable tensor;
        const void *_Nullable ptr;
    };
} vt_value;

/// Type, place and shape of a tensor.
typedef struct vt_info {
    int32_t dtype, device_type, device_index, dims;
    bool requires_grad, is_leaf, is_contiguous, reserved;
    int64_t count;  ///< elements
    int64_t bytes;  ///< elements * bytes of an element
    int64_t sizes[VT_MAX_DIMS], strides[VT_MAX_DIMS];
} vt_info;

/// Bytes on an accelerator.
typedef struct vt_memory {
    int64_t allocated, allocated_peak, reserved, reserved_peak, free_on_device, total_on_device;
} vt_memory;

/// The table of functions.
typedef struct vt_api {
    uint32_t abi_version, struct_bytes;
    const char *_Nonnull torch_version;

    const char *_Nonnull (*_Nonnull last_error)(void);
    /// Tensors handed out and not yet released.
    int64_t (*_Nonnull live_handles)(void);

    // Operators. Trailing arguments may be left out (the schema's defaults). Results are written to `outs` in schema
    // order, as VT_NONE, _TENSOR, _INT, _DOUBLE, _BOOL or _TENSORS; the last owns a buffer for `free_buffer`, and each
    // tensor in it is the caller's.
    int32_t (*_Nonnull find_operator)(
        const char *_Nonnull name, const char *_Nonnull overload, vt_operator _Nullable *_Nonnull op);
    int32_t (*_Nonnull call)(
        vt_operator _Nonnull op, const vt_value *_Nullable args, int32_t arg_count, vt_value *_Nonnull outs,
        int32_t out_capacity, int32_t *_Nonnull out_count);
    void (*_Nonnull free_buffer)(const void *_Nullable buffer);

    // Tensors. Host memory is row-major; both directions copy, and `to_host` waits for the device.
    void (*_Nonnull release)(vt_tensor _Nullable t);
    int32_t (*_Nonnull from_host)(
        const void *_Nullable data, int32_t dtype, const int64_t *_Nullable sizes, int32_t dims,
        vt_tensor _Nullable *_Nonnull out);
    int32_t (*_Nonnull to_host)(vt_tensor _Nonnull t, void *_Nullable data, int64_t bytes);
    int32_t (*_Nonnull info)(vt_tensor _Nonnull t, vt_info *_Nonnull out);

    // Automatic differentiation. `gradients` is d(sum of outputs)/d(inputs) without touching any tensor's own
    // gradient; an input that is not reached gives NULL.
    int32_t (*_Nonnull set_requires_grad)(vt_tensor _Nonnull t, bool on);
    int32_t (*_Nonnull grad)(vt_tensor _Nonnull t, vt_tensor _Nullable *_Nonnull out);  // NULL: none yet
    int32_t (*_Nonnull set_grad)(vt_tensor _Nonnull t, vt_tensor _Nullable grad);       // NULL: drop it
    int32_t (*_Nonnull backward)(
        vt_tensor _Nonnull root, vt_tensor _Nullable gradient, bool retain_graph, bool create_graph);
    int32_t (*_Nonnull gradients)(
        const vt_tensor _Nonnull *_Nonnull outputs, int32_t output_count, const vt_tensor _Nonnull *_Nonnull inputs,
        int32_t input_count, bool retain_graph, bool create_graph, vt_tensor _Nullable *_Nonnull results);
    bool (*_Nonnull set_grad_mode)(bool on);  // returns the previous mode
    // A negative `dtype` switches mixed precision off.
    int32_t (*_Nonnull begin_autocast)(int32_t device_type, int32_t dtype, int64_t *_Nonnull previous);
    int32_t (*_Nonnull end_autocast)(int32_t device_type, int64_t previous);

    // Random numbers. State tensors are bytes on the host, the same as torch.get_rng_state()'s.
    int32_t (*_Nonnull manual_seed)(int32_t device_type, int32_t device_index, uint64_t seed);
    int32_t (*_Nonnull get_rng_state)(int32_t device_type, int32_t device_index, vt_tensor _Nullable *_Nonnull out);
    int32_t (*_Nonnull set_rng_state)(int32_t device_type, int32_t device_index, vt_tensor _Nonnull state);

    // Settings of the process.
    int32_t (*_Nonnull set_threads)(int32_t count);
    int32_t (*_Nonnull threads)(void);
    int32_t (*_Nonnull set_numerics)(bool deterministic, bool tf32, bool cudnn_benchmark);

    // Accelerators. `load_cuda` comes before anything else that asks about CUDA: libtorch remembers "absent".
    int32_t (*_Nonnull load_cuda)(void);
    int32_t (*_Nonnull device_count)(int32_t device_type);
    int32_t (*_Nonnull synchronize)(int32_t device_type, int32_t device_index);
    int32_t (*_Nonnull memory)(int32_t device_type, int32_t device_index, vt_memory *_Nonnull out);
    int32_t (*_Nonnull empty_cache)(int32_t device_type, int32_t device_index, bool reset_peaks);

    // Data parallel: one group of processes. `backend` is "gloo" (host) or "nccl" (the CUDA device of that index, after
    // `load_cuda`). Sums and copies in place.
    int32_t (*_Nonnull group_open)(
        const char *_Nonnull backend, const char *_Nonnull host, int32_t port, int32_t rank, int32_t size,
        int32_t device_index, int32_t timeout_ms);
    int32_t (*_Nonnull group_all_reduce)(const vt_tensor _Nonnull *_Nonnull tensors, int32_t count);
    int32_t (*_Nonnull group_broadcast)(const vt_tensor _Nonnull *_Nonnull tensors, int32_t count, int32_t root);
    int32_t (*_Nonnull group_barrier)(void);
    void (*_Nonnull group_close)(void);
} vt_api;

/// Opens a built plugin and checks that it fits this header. NULL on failure, with a message in `error`.
const vt_api *_Nullable vt_load(const char *_Nonnull path, char *_Nonnull error, size_t error_bytes);

#ifdef __cplusplus
}
#endif
#endif
