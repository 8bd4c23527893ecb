// Products against OpenBLAS and oneDNN. OpenBLAS chooses its kernels by processor and is not always right:
// bench/openblas_best.py runs this under each of its core types and keeps the best.

#include <cblas.h>
#include <dnnl.h>
#include <omp.h>

#include <cstdint>
#include <string>
#include <vector>

#include "bench/floats.h"
#include "bench/harness.h"
#include "engine/kernels/kernel_table.h"
#include "engine/parallel/thread_pool.h"

namespace ibid::bench {
namespace {

struct Shape {
  int64_t m, n, k;
  const char* form;  // A then B: N as stored row by row, T transposed
};

constexpr Shape kShapes[] = {
    {64, 128, 9216, "NT"},    {64, 9216, 128, "NN"},    {128, 9216, 64, "TN"},    {128, 9216, 16, "TN"},
    {64, 128, 9216, "NN"},    {128, 64, 9216, "NT"},    {64, 10, 128, "NT"},      {1024, 1024, 1024, "NN"},
    {1024, 1024, 1024, "NT"}, {1024, 1024, 1024, "TN"}, {1024, 1024, 1024, "TT"}, {4096, 4096, 512, "NN"},
    {256, 4096, 1152, "NN"},  {64, 36864, 288, "NN"},   {36864, 64, 288, "NN"},   {36864, 64, 288, "NT"},
    {64, 288, 36864, "NT"},   {64, 288, 36864, "TN"},   {128, 128, 128, "NN"},    {256, 256, 256, "NN"},
    {100, 100, 100, "NN"},    {37, 53, 71, "NN"},       {32, 26, 2, "NN"},        {32, 26, 2, "NT"},
    {16, 4096, 4096, "NT"},   {1, 1000, 1000, "NN"},    {1, 1000, 1000, "NT"},    {1, 8192, 8192, "NT"},
    {8, 32, 65536, "NT"},     {4, 4, 100000, "NT"},     {1, 1, 100000, "NT"},
};

Floats numbers(int64_t n) {
  Floats values(static_cast<size_t>(n));
  uint32_t state = 1;
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(static_cast<int32_t>(state)) * 0x1p-31f;
  }
  return values;
}

struct Problem {
  Shape s;
  bool ta, tb;
  Floats a, b, c;
  explicit Problem(const Shape& shape)
      : s(shape),
        ta(shape.form[0] == 'T'),
        tb(shape.form[1] == 'T'),
        a(numbers(s.m * s.k)),
        b(numbers(s.k * s.n)),
        c(static_cast<size_t>(s.m * s.n)) {}

  void ours(parallel::ThreadPool& pool) {
    kernels::GemmArgs<float> g;
    g.m = s.m, g.n = s.n, g.k = s.k;
    g.a = a.data(), g.a_row = ta ? 1 : s.k, g.a_col = ta ? s.m : 1;
    g.b = b.data(), g.b_row = tb ? 1 : s.n, g.b_col = tb ? s.k : 1;
    g.c = c.data(), g.c_row = s.n;
    kernels::kernel_table(kernels::default_isa()).f32.gemm(g, pool);
  }
  void openblas() {
    const auto narrow = [](int64_t x) { return static_cast<blasint>(x); };
    cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, narrow(s.m),
                narrow(s.n), narrow(s.k), 1.0f, a.data(), narrow(ta ? s.m : s.k), b.data(),
                narrow(tb ? s.k : s.n), 0.0f, c.data(), narrow(s.n));
  }
  void onednn() {
    dnnl_sgemm(s.form[0], s.form[1], s.m, s.n, s.k, 1.0f, a.data(), ta ? s.m : s.k, b.data(), tb ? s.k : s.n,
               0.0f, c.data(), s.n);
  }
};

void run_shards(parallel::ThreadPool& pool, const Options& options, Report& report) {
  const std::string name = "shards 128x9216 of 64 rows by 16";
  if (name.find(options.filter) == std::string::npos) return;
  Problem problem({128, 9216, 64, "TN"});  // the peers compute the sum over all rows
  kernels::GemmShardsArgs<float> g;
  g.m = 128, g.n = 9216, g.rows = 64, g.shard_rows = 16;
  g.a = problem.a.data(), g.a_row = 128, g.b = problem.b.data(), g.b_row = 9216, g.c = problem.c.data();
  const auto ours = [&] { kernels::kernel_table(kernels::default_isa()).f32.gemm_shards(g, pool); };
  report.add(
      name, 2e-9 * 128 * 9216 * 64,
      measure(
          {{"ours", ours}, {"openblas", [&] { problem.openblas(); }}, {"onednn", [&] { problem.onednn(); }}},
          options));
}

int run(const Options& options) {
  openblas_set_num_threads(options.threads);
  omp_set_num_threads(options.threads);
  parallel::ThreadPool pool(options.threads);
  Report report(options, {"openblas", "onednn"});
  run_shards(pool, options, report);
  for (const Shape& s : kShapes) {
    const std::string name =
        std::to_string(s.m) + "x" + std::to_string(s.n) + "x" + std::to_string(s.k) + " " + s.form;
    if (name.find(options.filter) == std::string::npos) continue;
    Problem problem(s);
    const double work = 2e-9 * static_cast<double>(s.m) * static_cast<double>(s.n) * static_cast<double>(s.k);
    report.add(name, work,
               measure({{"ours", [&] { problem.ours(pool); }},
                        {"openblas", [&] { problem.openblas(); }},
                        {"onednn", [&] { problem.onednn(); }}},
                       options));
  }
  return 0;
}

}  // namespace
}  // namespace ibid::bench

int main(int argc, char** argv) { return ibid::bench::run(ibid::bench::parse_options(argc, argv)); }
