// The libtorch side of CTorch.h. One file, no build system: build.sh compiles it against whatever PyTorch is
// installed. It needs no CUDA headers and links libtorch_cpu and libc10 only; everything about a GPU is reached
// through libtorch's device-independent interfaces.
#include "CTorch.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/detail/AcceleratorHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>
#if TORCH_VERSION_MAJOR < 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 9)
#error "vrvq needs PyTorch 2.9 or newer"
#endif
#if VT_WITH_GLOO  // set by build.sh where the installed headers allow it
#include "groups.h"
#endif

#include <atomic>
#include <cstring>
#include <dlfcn.h>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

using c10::IValue;
using c10::TypeKind;

// A resolved operator with what `call` must know of each argument, read from the schema once.
struct vt_operator_s {
  struct Argument {
    std::string name;
    TypeKind kind, element;  // Optional stripped; `element` is meaningful for lists
    bool element_optional;
    int32_t fixed_count;     // int[2] accepts one int for both; 0: no such shorthand
    std::optional<IValue> default_value;
  };
  c10::OperatorHandle handle;
  std::string name;
  std::vector<Argument> arguments;
};

namespace {

thread_local std::string error_text;
std::atomic<int64_t> handles{0};

// Runs `body`; no C++ exception may cross into Swift.
template <class Body>
int32_t guarded(Body &&body) noexcept {
  try {
    body();
    return VT_OK;
  } catch (const c10::OutOfMemoryError &e) {
    error_text = e.what_without_backtrace();
    return VT_OUT_OF_MEMORY;
  } catch (const c10::Error &e) {
    error_text = e.what_without_backtrace();
  } catch (const std::exception &e) {
    error_text = e.what();
  } catch (...) {
    error_text = "unknown C++ exception";
  }
  return VT_ERROR;
}

// ---- handles: a vt_tensor is the TensorImpl pointer itself, holding one reference ----

vt_tensor own(at::Tensor t) {
  if (!t.defined()) return nullptr;
  handles.fetch_add(1, std::memory_order_relaxed);
  return reinterpret_cast<vt_tensor>(t.unsafeReleaseTensorImpl());
}

using ImplPointer = c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>;

at::Tensor borrow(vt_tensor h) {
  if (!h) return {};
  return at::Tensor(ImplPointer::unsafe_reclaim_from_nonowning(reinterpret_cast<c10::TensorImpl *>(h)));
}

std::vector<at::Tensor> borrow_all(const vt_tensor *hs, int32_t count) {
  std::vector<at::Tensor> out;
  out.reserve(count);
  for (int32_t i = 0; i < count; ++i) out.push_back(borrow(hs[i]));
  return out;
}

c10::Device device_of(int32_t type, int32_t index) {
  return {static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index)};
}

// ---- operators ----

TypeKind kind_of(const c10::TypePtr &type) {  // symbolic ints are plain ints to an eager caller
  switch (type->kind()) {
    case TypeKind::SymIntType: return TypeKind::IntType;
    case TypeKind::SymBoolType: return TypeKind::BoolType;
    case TypeKind::SymFloatType: return TypeKind::FloatType;
    default: return type->kind();
  }
}

c10::TypePtr strip_optional(c10::TypePtr type, bool *was_optional = nullptr) {
  auto optional = type->cast<c10::OptionalType>();
  if (was_optional) *was_optional = optional != nullptr;
  return optional ? optional->getElementType() : type;
}

vt_operator_s::Argument describe(const c10::Argument &a) {
  auto type = strip_optional(a.type());
  vt_operator_s::Argument out{a.name(), kind_of(type), TypeKind::NoneType, false, a.N().value_or(0), a.default_value()};
  if (auto list = type->cast<c10::ListType>())
    out.element = kind_of(strip_optional(list->getElementType(), &out.element_optional));
  return out;
}

template <class T, class Get>
IValue list_of(int64_t count, Get &&get) {
  c10::List<T> list;
  list.reserve(count);
  for (int64_t i = 0; i < count; ++i) list.push_back(get(i));
  return IValue(std::move(list));
}

// A list of numbers in the element type the schema asks for.
template <class Get>
IValue numbers(const vt_operator_s::Argument &a, int64_t count, Get &&get) {
  switch (a.element) {
    case TypeKind::FloatType: return list_of<double>(count, [&](int64_t i) { return static_cast<double>(get(i)); });
    case TypeKind::BoolType: return list_of<bool>(count, [&](int64_t i) { return get(i) != 0; });
    case TypeKind::NumberType: return list_of<at::Scalar>(count, [&](int64_t i) { return at::Scalar(get(i)); });
    default: return list_of<int64_t>(count, [&](int64_t i) { return static_cast<int64_t>(get(i)); });
  }
}

IValue to_ivalue(const vt_value &v, const vt_operator_s::Argument &a) {
  switch (v.tag) {
    case VT_NONE: return {};
    case VT_DEFAULT:
      TORCH_CHECK(a.default_value, "argument '", a.name, "' has no default value");
      return *a.default_value;
    case VT_TENSOR: return IValue(borrow(v.tensor));
    case VT_INT:
      if (a.kind == TypeKind::FloatType) return IValue(static_cast<double>(v.i));
      if (a.kind == TypeKind::ListType && a.fixed_count) return numbers(a, a.fixed_count, [&](int64_t) { return v.i; });
      return IValue(v.i);
    case VT_DOUBLE: return IValue(v.d);
    case VT_BOOL: return IValue(v.i != 0);
    case VT_STRING: return IValue(std::string(static_cast<const char *>(v.ptr), v.count));
    case VT_DEVICE: {
      int32_t index = static_cast<int32_t>(v.i & 0xff);
      return IValue(device_of(static_cast<int32_t>(v.i >> 8), index == 0xff ? -1 : index));
    }
    case VT_INTS:
    case VT_BOOLS: return numbers(a, v.count, [&](int64_t i) { return static_cast<const int64_t *>(v.ptr)[i]; });
    case VT_DOUBLES: return numbers(a, v.count, [&](int64_t i) { return static_cast<const double *>(v.ptr)[i]; });
    case VT_TENSORS: {
      auto hs = static_cast<const vt_tensor *>(v.ptr);
      if (!a.element_optional) return list_of<at::Tensor>(v.count, [&](int64_t i) { return borrow(hs[i]); });
      return list_of<std::optional<at::Tensor>>(
          v.count, [&](int64_t i) { return hs[i] ? std::make_optional(borrow(hs[i])) : std::nullopt; });
    }
    default: TORCH_CHECK(false, "argument '", a.name, "' has unknown tag ", v.tag);
  }
}

vt_value from_ivalue(IValue &&v) {
  vt_value out{};
  if (v.isNone()) return out;
  if (v.isTensor()) {
    out.tensor = own(std::move(v).toTensor());
    out.tag = out.tensor ? VT_TENSOR : VT_NONE;
  } else if (v.isInt()) {
    out.tag = VT_INT, out.i = v.toInt();
  } else if (v.isDouble()) {
    out.tag = VT_DOUBLE, out.d = v.toDouble();
  } else if (v.isBool()) {
    out.tag = VT_BOOL, out.i = v.toBool();
  } else if (v.isTensorList()) {
    auto list = v.toTensorVector();
    auto *buffer = static_cast<vt_tensor *>(std::malloc(std::max<size_t>(1, list.size()) * sizeof(vt_tensor)));
    if (!buffer) throw std::bad_alloc();
    for (size_t i = 0; i < list.size(); ++i) buffer[i] = own(std::move(list[i]));
    out.tag = VT_TENSORS, out.count = static_cast<uint32_t>(list.size()), out.ptr = buffer;
  } else {
    TORCH_CHECK(false, "a result of type ", v.tagKind(), " has no counterpart in vt_value");
  }
  return out;
}

int32_t find_operator(const char *name, const char *overload, vt_operator *op) {
  return guarded([&] {
    static std::mutex lock;
    // Never destroyed: tensors may be released after main.
    static auto &known = *new std::unordered_map<std::string, vt_operator_s *>();
    std::lock_guard<std::mutex> hold(lock);
    auto &slot = known[std::string(name) + "." + overload];
    if (!slot) {
      auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
      TORCH_CHECK(handle, "PyTorch " TORCH_VERSION " has no operator ", name, " with overload '", overload, "'");
      auto found = std::make_unique<vt_operator_s>(vt_operator_s{*handle, name, {}});
      for (const auto &a : handle->schema().arguments()) found->arguments.push_back(describe(a));
      slot = found.release();
    }
    *op = slot;
  });
}

int32_t call(vt_operator op, const vt_value *args, int32_t arg_count, vt_value *outs, int32_t capacity,
             int32_t *out_count) {
  return guarded([&] {
    const size_t total = op->arguments.size();
    TORCH_CHECK(static_cast<size_t>(arg_count) <= total, op->name, " takes ", total, " arguments, not ", arg_count);
    torch::jit::Stack stack;
    stack.reserve(std::max<size_t>(total, 4));
    const vt_value missing{VT_DEFAULT, 0, {}};
    for (size_t i = 0; i < total; ++i)
      stack.push_back(to_ivalue(i < static_cast<size_t>(arg_count) ? args[i] : missing, op->arguments[i]));
    op->handle.callBoxed(stack);
    TORCH_CHECK(stack.size() <= static_cast<size_t>(capacity), op->name, " has ", stack.size(), " results");
    for (size_t i = 0; i < stack.size(); ++i) outs[i] = from_ivalue(std::move(stack[i]));
    *out_count = static_cast<int32_t>(stack.size());
  });
}

// ---- tensors ----

void release(vt_tensor h) {
  if (!h) return;
  handles.fetch_sub(1, std::memory_order_relaxed);
  ImplPointer::reclaim(reinterpret_cast<c10::TensorImpl *>(h));  // the temporary drops the reference
}

int32_t from_host(const void *data, int32_t dtype, const int64_t *sizes, int32_t dims, vt_tensor *out) {
  return guarded([&] {
    auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
    at::Tensor t = at::empty(at::IntArrayRef(sizes, dims), options);
    if (t.nbytes()) std::memcpy(t.mutable_data_ptr(), data, t.nbytes());
    *out = own(std::move(t));
  });
}

int32_t to_host(vt_tensor h, void *data, int64_t bytes) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    at::Tensor t = borrow(h).detach().to(at::kCPU).resolve_conj().resolve_neg().contiguous();
    TORCH_CHECK(static_cast<int64_t>(t.nbytes()) == bytes, "the tensor has ", t.nbytes(), " bytes, the buffer ", bytes);
    if (bytes) std::memcpy(data, t.const_data_ptr(), bytes);
  });
}

int32_t info(vt_tensor h, vt_info *out) {
  return guarded([&] {
    at::Tensor t = borrow(h);
    TORCH_CHECK(t.dim() <= VT_MAX_DIMS, "a tensor of ", t.dim(), " dimensions");
    *out = {static_cast<int32_t>(t.scalar_type()), static_cast<int32_t>(t.device().type()), t.device().index(),
            static_cast<int32_t>(t.dim()), t.requires_grad(), t.is_leaf(), t.is_contiguous(), false, t.numel(),
            static_cast<int64_t>(t.nbytes()), {}, {}};
    std::copy_n(t.sizes().data(), t.dim(), out->sizes);
    std::copy_n(t.strides().data(), t.dim(), out->strides);
  });
}

// ---- autograd ----

int32_t set_requires_grad(vt_tensor h, bool on) { return guarded([&] { borrow(h).requires_grad_(on); }); }

int32_t grad(vt_tensor h, vt_tensor *out) { return guarded([&] { *out = own(borrow(h).grad()); }); }

int32_t set_grad(vt_tensor h, vt_tensor g) { return guarded([&] { borrow(h).mutable_grad() = borrow(g); }); }

int32_t backward(vt_tensor root, vt_tensor gradient, bool retain, bool create) {
  return guarded([&] {
    std::vector<at::Tensor> gradients;
    if (gradient) gradients.push_back(borrow(gradient));
    torch::autograd::backward({borrow(root)}, gradients, retain || create, create);
  });
}

int32_t gradients(const vt_tensor *outputs, int32_t output_count, const vt_tensor *inputs, int32_t input_count,
                  bool retain, bool create, vt_tensor *results) {
  return guarded([&] {
    auto found = torch::autograd::grad(borrow_all(outputs, output_count), borrow_all(inputs, input_count), {},
                                       retain || create, create, /*allow_unused=*/true);
    for (int32_t i = 0; i < input_count; ++i) results[i] = own(std::move(found[i]));
  });
}

bool set_grad_mode(bool on) {
  bool before = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(on);
  return before;
}

int32_t begin_autocast(int32_t device_type, int32_t dtype, int64_t *previous) {
  return guarded([&] {
    auto type = static_cast<c10::DeviceType>(device_type);
    int32_t dtype_before = static_cast<int32_t>(at::autocast::get_autocast_dtype(type));
    *previous = (at::autocast::is_autocast_enabled(type) ? 0x100 : 0) | dtype_before;
    at::autocast::set_autocast_enabled(type, dtype >= 0);
    if (dtype >= 0) at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(dtype));
    at::autocast::increment_nesting();
  });
}

int32_t end_autocast(int32_t device_type, int64_t previous) {
  return guarded([&] {
    auto type = static_cast<c10::DeviceType>(device_type);
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();  // drops the cached bf16 weights
    at::autocast::set_autocast_enabled(type, previous & 0x100);
    at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(previous & 0xff));
  });
}

// ---- randomness ----

template <class Body>
int32_t with_generator(int32_t type, int32_t index, Body &&body) {
  return guarded([&] {
    at::Generator g = at::globalContext().defaultGenerator(device_of(type, index));
    std::lock_guard<std::mutex> hold(g.mutex());
    body(g);
  });
}

int32_t manual_seed(int32_t type, int32_t index, uint64_t seed) {
  return with_generator(type, index, [&](at::Generator &g) { g.set_current_seed(seed); });
}

int32_t get_rng_state(int32_t type, int32_t index, vt_tensor *out) {
  return with_generator(type, index, [&](at::Generator &g) { *out = own(g.get_state()); });
}

int32_t set_rng_state(int32_t type, int32_t index, vt_tensor state) {
  return with_generator(type, index, [&](at::Generator &g) { g.set_state(borrow(state)); });
}

// ---- settings and accelerators ----

int32_t set_threads(int32_t n) { return guarded([&] { at::set_num_threads(n); }); }

int32_t set_numerics(bool deterministic, bool tf32, bool cudnn_benchmark) {
  return guarded([&] {
    auto &context = at::globalContext();
    context.setDeterministicAlgorithms(deterministic, /*warn_only=*/false);
    context.setDeterministicCuDNN(deterministic);
    context.setBenchmarkCuDNN(cudnn_benchmark && !deterministic);
    context.setAllowTF32CuDNN(tf32);
    context.setAllowTF32CuBLAS(tf32);
  });
}

int32_t load_cuda() {
  return guarded([&] {
    Dl_info where{};
    TORCH_CHECK(dladdr(reinterpret_cast<void *>(&at::globalContext), &where), "cannot locate libtorch_cpu");
    std::string path(where.dli_fname);
    path = path.substr(0, path.find_last_of('/') + 1) + "libtorch_cuda.so";
    TORCH_CHECK(dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL), "no CUDA in this PyTorch: ", dlerror());
    TORCH_CHECK(at::globalContext().hasCUDA(), "libtorch_cuda is loaded, but finds no usable GPU or driver");
  });
}

const at::AcceleratorHooksInterface &hooks(int32_t type) {
  return at::globalContext().getAcceleratorHooksInterface(static_cast<c10::DeviceType>(type));
}

int32_t device_count(int32_t type) {
  int32_t count = 0;
  guarded([&] { count = hooks(type).isAvailable() ? hooks(type).deviceCount() : 0; });
  return count;
}

template <class Body>
int32_t on_accelerator(int32_t type, int32_t index, Body &&body) {
  return guarded([&] {
    c10::Device device = device_of(type, std::max(index, 0));
    at::globalContext().lazyInitDevice(device.type());
    body(device);
  });
}

int32_t synchronize(int32_t type, int32_t index) {
  return on_accelerator(type, index, [](c10::Device device) {
    c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
  });
}

int32_t memory(int32_t type, int32_t index, vt_memory *out) {
  return on_accelerator(type, index, [&](c10::Device device) {
    auto *allocator = c10::getDeviceAllocator(device.type());
    auto stats = allocator->getDeviceStats(device.index());
    const auto &used = stats.allocated_bytes[0], &held = stats.reserved_bytes[0];  // [0]: over all pools
    *out = {used.current, used.peak, held.current, held.peak, 0, 0};
#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 10
    auto [free_bytes, total_bytes] = allocator->getMemoryInfo(device.index());
    out->free_on_device = static_cast<int64_t>(free_bytes), out->total_on_device = static_cast<int64_t>(total_bytes);
#endif
  });
}

int32_t empty_cache(int32_t type, int32_t index, bool reset_peaks) {
  return on_accelerator(type, index, [&](c10::Device device) {
    c10::getDeviceAllocator(device.type())->emptyCache();
    if (reset_peaks) c10::getDeviceAllocator(device.type())->resetPeakStats(device.index());
  });
}

// ---- data parallel: one group per process; sums and copies run in place ----

#if VT_WITH_GLOO

std::unique_ptr<vrvq::Group> group;

int32_t group_open(const char *backend, const char *host, int32_t port, int32_t rank, int32_t size, int32_t device,
                   int32_t timeout_ms) {
  return guarded([&] {
    c10d::TCPStoreOptions options;
    options.port = static_cast<uint16_t>(port);
    options.isServer = rank == 0;
    options.numWorkers = size;
    options.timeout = std::chrono::milliseconds(timeout_ms);
    auto store = c10::make_intrusive<c10d::TCPStore>(host, options);
    if (std::string(backend) == "gloo")
      group = std::make_unique<vrvq::GlooGroup>(store, rank, size, host, timeout_ms);
    else if (std::string(backend) == "nccl")
      group = std::make_unique<vrvq::NcclGroup>(store, rank, size, device);
    else
      TORCH_CHECK(false, "no backend '", backend, "'; there are gloo and nccl");
  });
}

vrvq::Group &open_group() {
  TORCH_CHECK(group, "no process group is open");
  return *group;
}

int32_t group_all_reduce(const vt_tensor *hs, int32_t count) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    open_group().sum(borrow_all(hs, count));
  });
}

int32_t group_broadcast(const vt_tensor *hs, int32_t count, int32_t root) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    open_group().broadcast(borrow_all(hs, count), root);
  });
}

int32_t group_barrier() {
  return guarded([] { open_group().barrier(); });
}

void group_close() { group.reset(); }

#else

int32_t no_group() {
  return guarded([] { TORCH_CHECK(false, "the plugin was built without data parallel"); });
}
int32_t group_open(const char *, const char *, int32_t, int32_t, int32_t, int32_t, int32_t) { return no_group(); }
int32_t group_all_reduce(const vt_tensor *, int32_t) { return no_group(); }
int32_t group_broadcast(const vt_tensor *, int32_t, int32_t) { return no_group(); }
int32_t group_barrier() { return no_group(); }
void group_close() {}

#endif

const vt_api api = {
    VT_ABI_VERSION, sizeof(vt_api), TORCH_VERSION, [] { return error_text.c_str(); }, [] { return handles.load(); },
    find_operator, call, [](const void *buffer) { std::free(const_cast<void *>(buffer)); },
    release, from_host, to_host, info,
    set_requires_grad, grad, set_grad, backward, gradients, set_grad_mode, begin_autocast, end_autocast,
    manual_seed, get_rng_state, set_rng_state,
    set_threads, [] { return static_cast<int32_t>(at::get_num_threads()); }, set_numerics,
    load_cuda, device_count, synchronize, memory, empty_cache,
    group_open, group_all_reduce, group_broadcast, group_barrier, group_close,
};

}  // namespace

// Exported by libtorch_cpu: the version that is loaded, laid out like TORCH_ABI_VERSION.
extern "C" uint64_t aoti_torch_abi_version();

extern "C" __attribute__((visibility("default"))) const vt_api *vt_get_api(const char **problem) {
  // A neighbouring PyTorch often links without complaint and then computes with wrong layouts.
  if (aoti_torch_abi_version() >> 40 == static_cast<uint64_t>(TORCH_ABI_VERSION) >> 40) return &api;
  *problem = "it was built for PyTorch " TORCH_VERSION ", but another version is loaded: build it again";
  return nullptr;
}
