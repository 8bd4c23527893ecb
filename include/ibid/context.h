#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace ibid {

namespace kernels {
class Executor;
struct KernelTable;
}  // namespace kernels

// Where the arithmetic runs. None of it influences a result.
struct ContextOptions {
  int32_t threads = 1;  // the calling thread included
  // "scalar", "avx2", "avx512", "neon"; empty: the fastest this machine has. "scalar-soft": the reference
  // with the fused multiply-add computed from other operations, where "scalar" uses the processor's.
  std::string isa{};
};

// Threads and kernels. Everything the engine may use of the machine reaches it through here.
// Not for use from two threads at the same time.
class Context {
 public:
  // Errors: ArgumentError for threads < 1; DeviceError naming the instruction sets of this machine for any
  // other.
  explicit Context(const ContextOptions& options = {});
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  int32_t threads() const;
  const std::string& isa() const;

  kernels::Executor& executor() const;
  const kernels::KernelTable& kernels() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ibid
