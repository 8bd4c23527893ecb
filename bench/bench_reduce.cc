// Full reductions against OpenBLAS's dot product, which computes in no defined order. It has no plain sum:
// ours is compared with a dot product too, whose traffic is the double.

#include <cblas.h>

#include <cstdint>
#include <string>
#include <vector>

#include "bench/floats.h"
#include "bench/harness.h"
#include "engine/kernels/kernel_table.h"
#include "engine/parallel/thread_pool.h"

namespace ibid::bench {
namespace {

int run(const Options& options) {
  openblas_set_num_threads(options.threads);
  parallel::ThreadPool pool(options.threads);
  const kernels::KernelTable& table = kernels::kernel_table(kernels::default_isa());
  Report report(options, {"openblas"});
  for (const int64_t n : {int64_t{4096}, int64_t{100000}, int64_t{16000000}}) {
    Floats a(static_cast<size_t>(n), 0.5f), b(static_cast<size_t>(n), 0.25f);
    float result = 0;
    float sink = 0;
    const auto ours = [&](kernels::Reduction op) {
      kernels::ReduceRowsArgs<float> args;
      args.op = op;
      args.rows = 1;
      args.cols = n;
      args.a = a.data();
      args.b = b.data();
      args.y = &result;
      table.f32.reduce_rows(args, pool);
    };
    const auto openblas = [&] { sink += cblas_sdot(static_cast<blasint>(n), a.data(), 1, b.data(), 1); };
    const auto add = [&](const std::string& name, kernels::Reduction op, double operations) {
      if (name.find(options.filter) == std::string::npos) return;
      report.add(name, operations * 1e-9 * static_cast<double>(n),
                 measure({{"ours", [&] { ours(op); }}, {"openblas", openblas}}, options));
    };
    add("dot " + std::to_string(n), kernels::Reduction::kDot, 2.0);
    add("sum " + std::to_string(n), kernels::Reduction::kSum, 1.0);
    if (sink < 0) return 1;  // the peer's results are used
  }
  return 0;
}

}  // namespace
}  // namespace ibid::bench

int main(int argc, char** argv) { return ibid::bench::run(ibid::bench::parse_options(argc, argv)); }
