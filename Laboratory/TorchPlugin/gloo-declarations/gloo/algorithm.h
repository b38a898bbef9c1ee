// PyTorch's wheels carry ProcessGroupGloo.hpp but not the headers of Gloo that it includes. These declarations are just
// enough for that header to compile. No Gloo object is made or looked into here: all of it stays behind pointers, so no
// layout matters.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>
namespace gloo {
class Context {
 public:
  void setTimeout(std::chrono::milliseconds);
};
namespace transport {
class Device;
class UnboundBuffer;
}  // namespace transport
}  // namespace gloo
