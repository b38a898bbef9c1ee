// Groups of processes for data parallel: sums and copies of tensors, in place.
#pragma once

#include <ATen/Functions.h>
#include <ATen/core/Tensor.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <chrono>
#include <cstring>
#include <dlfcn.h>
#include <memory>
#include <string>
#include <vector>

namespace vrvq {

class Group {
 public:
  virtual ~Group() = default;
  virtual void sum(std::vector<at::Tensor> tensors) = 0;
  virtual void broadcast(std::vector<at::Tensor> tensors, int root) = 0;
  virtual void barrier() = 0;
};

// Gloo, on the host, through c10d.
class GlooGroup : public Group {
 public:
  GlooGroup(c10::intrusive_ptr<c10d::TCPStore> store, int rank, int size, const std::string &host, int timeout_ms) {
    auto options = c10d::ProcessGroupGloo::Options::create(std::chrono::milliseconds(timeout_ms));
    // Elsewhere than on the loopback `host` is rank 0's address, not ours.
    bool is_loopback = host == "localhost" || host.rfind("127.", 0) == 0;
    options->devices.push_back(is_loopback ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                                           : c10d::ProcessGroupGloo::createDefaultDevice());
    group_ = c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
  }
  void sum(std::vector<at::Tensor> tensors) override {
    wait_for_each(tensors, [&](std::vector<at::Tensor> &one) { return group_->allreduce(one); });
  }
  void broadcast(std::vector<at::Tensor> tensors, int root) override {
    c10d::BroadcastOptions options;
    options.rootRank = root;
    wait_for_each(tensors, [&](std::vector<at::Tensor> &one) { return group_->broadcast(one, options); });
  }
  void barrier() override { group_->barrier()->wait(); }

 private:
  // Starts all before it waits for the first: a model has hundreds of small tensors.
  template <class Start>
  static void wait_for_each(const std::vector<at::Tensor> &tensors, Start &&start) {
    std::vector<c10::intrusive_ptr<c10d::Work>> works;
    for (const auto &tensor : tensors) {
      std::vector<at::Tensor> one{tensor};
      works.push_back(start(one));
    }
    for (auto &work : works) work->wait();
  }

  c10::intrusive_ptr<c10d::Backend> group_;
};

// NCCL, on CUDA devices, through its own C functions: libtorch_cuda brings them, and no headers of CUDA are needed. The
// numbers are those of nccl.h, which are the same in every version 2. Never run on more than one device.
class NcclGroup : public Group {
 public:
  NcclGroup(c10::intrusive_ptr<c10d::TCPStore> store, int rank, int size, int device) : device_(device) {
    c10::impl::VirtualGuardImpl(c10::kCUDA).setDevice({c10::kCUDA, static_cast<c10::DeviceIndex>(device)});
    Id id{};
    if (rank == 0) {
      check(function<int(Id *)>("ncclGetUniqueId")(&id));
      store->set("vrvq/nccl", std::vector<uint8_t>(id.bytes, id.bytes + sizeof(id.bytes)));
    } else {
      auto bytes = store->get("vrvq/nccl");
      TORCH_CHECK(bytes.size() == sizeof(id.bytes), "rank 0 sent no NCCL id");
      std::memcpy(id.bytes, bytes.data(), sizeof(id.bytes));
    }
    check(function<int(void **, int, Id, int)>("ncclCommInitRank")(&communicator_, size, id, rank));
  }
  ~NcclGroup() override {
    if (communicator_) function<int(void *)>("ncclCommDestroy")(communicator_);
  }
  void sum(std::vector<at::Tensor> tensors) override { together("ncclAllReduce", tensors, /*sum*/ 0); }
  void broadcast(std::vector<at::Tensor> tensors, int root) override { together("ncclBroadcast", tensors, root); }
  void barrier() override {
    c10::Device device(c10::kCUDA, static_cast<c10::DeviceIndex>(device_));
    sum({at::zeros({1}, at::TensorOptions().device(device))});
    c10::impl::VirtualGuardImpl(c10::kCUDA).synchronizeDevice(device.index());
  }

 private:
  struct Id {
    char bytes[128];
  };
  template <class F>
  static F *function(const char *name) {
    void *address = dlsym(RTLD_DEFAULT, name);
    TORCH_CHECK(address, name, " is not loaded: load CUDA before opening a group");
    return reinterpret_cast<F *>(address);
  }
  static void check(int code) {
    TORCH_CHECK(code == 0, "NCCL: ", function<const char *(int)>("ncclGetErrorString")(code));
  }
  // Both functions take (from, to, count, type, operation or root, communicator, stream).
  void together(const char *name, const std::vector<at::Tensor> &tensors, int detail) {
    auto run = function<int(const void *, void *, size_t, int, int, void *, void *)>(name);
    void *queue = stream();
    for (const auto &t : tensors) data_of(t), type_of(t);  // complaints come before the group is begun
    check(function<int()>("ncclGroupStart")());
    for (const auto &t : tensors) {
      void *data = data_of(t);
      check(run(data, data, t.numel(), type_of(t), detail, communicator_, queue));
    }
    check(function<int()>("ncclGroupEnd")());
  }
  static void *data_of(const at::Tensor &t) {
    TORCH_CHECK(t.is_cuda() && t.is_contiguous(), "NCCL works on contiguous tensors of a CUDA device");
    return t.mutable_data_ptr();
  }
  static int type_of(const at::Tensor &t) {
    switch (t.scalar_type()) {
      case at::kByte: return 1;
      case at::kInt: return 2;
      case at::kLong: return 4;
      case at::kHalf: return 6;
      case at::kFloat: return 7;
      case at::kDouble: return 8;
      case at::kBFloat16: return 9;
      default: TORCH_CHECK(false, "NCCL has no sums of ", t.scalar_type());
    }
  }
  void *stream() {
    void *stream = nullptr;
    function<int(int32_t, void **)>("aoti_torch_get_current_cuda_stream")(device_, &stream);
    return stream;
  }

  int device_;
  void *communicator_ = nullptr;
};

}  // namespace vrvq
