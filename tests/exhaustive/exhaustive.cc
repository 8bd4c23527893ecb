// ibid_exhaustive FUNCTION [--isa NAME] [--stride N]
//
// Compares a correctly rounded function of section 8.1 with the exact value (oracle.h) on every binary32
// argument, or every N-th, and all instruction sets of this machine with each other on the same arguments.
// Prints every wrong argument (the first hundred) with both results, then the counts; exit status 1 if any.

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/kernels/kernel_table.h"
#include "engine/parallel/thread_pool.h"
#include "exhaustive/oracle.h"

namespace ibid::exhaustive {
namespace {

using kernels::Isa;
using kernels::UnaryOp;

struct NamedFunction {
  std::string_view name;
  UnaryOp op;
};
constexpr NamedFunction kFunctions[] = {
    {"exp", UnaryOp::kExp},   {"expm1", UnaryOp::kExpm1}, {"log", UnaryOp::kLog}, {"log1p", UnaryOp::kLog1p},
    {"tanh", UnaryOp::kTanh}, {"erf", UnaryOp::kErf},     {"sin", UnaryOp::kSin}, {"cos", UnaryOp::kCos},
    {"sqrt", UnaryOp::kSqrt}, {"rsqrt", UnaryOp::kRsqrt},
};

struct Counts {
  int64_t tested = 0, misrounded = 0, isa_differences = 0, by_mpfr = 0, quick_path_errors = 0;
};

struct Sweep {
  NamedFunction function;
  Isa isa = Isa::kScalar;
  uint64_t stride = 1;

  std::mutex mutex;
  Counts counts;
};

constexpr uint64_t kBatch = 1u << 16;

std::vector<float> run_kernel(const kernels::KernelTable& table, UnaryOp op, const std::vector<float>& x) {
  parallel::ThreadPool pool(1);
  std::vector<float> y(x.size());
  table.f32.unary({.op = op, .size = static_cast<int64_t>(x.size()), .x = x.data(), .y = y.data()}, pool);
  return y;
}

void report(Sweep& sweep, float x, float got, float exact) {
  const std::lock_guard lock(sweep.mutex);
  if (sweep.counts.misrounded++ < 100) {
    std::printf("  %s(%a) = %a, exact %a\n", sweep.function.name.data(), static_cast<double>(x),
                static_cast<double>(got), static_cast<double>(exact));
  }
}

void test_batch(Sweep& sweep, Oracle& oracle, uint64_t first) {
  std::vector<float> x;
  for (uint64_t i = 0; i < kBatch && first + i * sweep.stride < (1ull << 32); ++i) {
    x.push_back(std::bit_cast<float>(static_cast<uint32_t>(first + i * sweep.stride)));
  }
  const std::vector<float> y = run_kernel(kernels::kernel_table(sweep.isa), sweep.function.op, x);
  for (size_t i = 0; i < x.size(); ++i) {
    const float exact = oracle(x[i]);
    if (!same_value(y[i], exact)) report(sweep, x[i], y[i], exact);
  }
  int64_t differences = 0;
  for (Isa isa : kernels::available_isas()) {
    if (isa == sweep.isa) continue;
    const std::vector<float> other = run_kernel(kernels::kernel_table(isa), sweep.function.op, x);
    for (size_t i = 0; i < x.size(); ++i) differences += same_value(y[i], other[i]) ? 0 : 1;
  }
  const std::lock_guard lock(sweep.mutex);
  sweep.counts.tested += static_cast<int64_t>(x.size());
  sweep.counts.isa_differences += differences;
}

void run(Sweep& sweep) {
  std::atomic<uint64_t> next_batch{0};
  const uint64_t step = kBatch * sweep.stride, n_batches = ((1ull << 32) + step - 1) / step;
  const auto work = [&] {
    Oracle oracle(sweep.function.op);
    for (uint64_t batch = next_batch++; batch < n_batches; batch = next_batch++) {
      test_batch(sweep, oracle, batch * step);
    }
    const std::lock_guard lock(sweep.mutex);
    sweep.counts.by_mpfr += oracle.n_decided_by_mpfr();
    sweep.counts.quick_path_errors += oracle.n_quick_path_errors();
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
}

int usage() {
  std::fprintf(stderr, "usage: ibid_exhaustive FUNCTION [--isa NAME] [--stride N]\nfunctions:");
  for (const NamedFunction& f : kFunctions) std::fprintf(stderr, " %s", f.name.data());
  std::fprintf(stderr, "\n");
  return 2;
}

bool parse(int argc, char** argv, Sweep* sweep) {
  if (argc < 2 || argc % 2 != 0) return false;
  const auto* found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                   [&](const NamedFunction& f) { return f.name == argv[1]; });
  if (found == std::end(kFunctions)) return false;
  sweep->function = *found;
  for (int i = 2; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--stride") {
      sweep->stride = std::strtoull(argv[i + 1], nullptr, 10);
      if (sweep->stride == 0) return false;
    } else if (option == "--isa") {
      const auto isa = kernels::parse_isa(argv[i + 1]);
      const auto available = kernels::available_isas();
      if (!isa || std::find(available.begin(), available.end(), *isa) == available.end()) return false;
      sweep->isa = *isa;
    } else {
      return false;
    }
  }
  return true;
}

int main(int argc, char** argv) {
  Sweep sweep;
  sweep.isa = kernels::default_isa();
  if (!parse(argc, argv, &sweep)) return usage();
  run(sweep);
  const Counts& c = sweep.counts;
  std::printf(
      "%s on %s: %lld arguments, %lld misrounded, %lld differ between instruction sets "
      "(MPFR decided %lld; %lld errors of the quick path)\n",
      sweep.function.name.data(), kernels::isa_name(sweep.isa).data(), static_cast<long long>(c.tested),
      static_cast<long long>(c.misrounded), static_cast<long long>(c.isa_differences),
      static_cast<long long>(c.by_mpfr), static_cast<long long>(c.quick_path_errors));
  return c.misrounded + c.isa_differences + c.quick_path_errors == 0 ? 0 : 1;
}

}  // namespace
}  // namespace ibid::exhaustive

int main(int argc, char** argv) { return ibid::exhaustive::main(argc, argv); }
