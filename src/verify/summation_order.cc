// Makes operations confess the order in which they add.
//
// All terms of a sum are 1 but two, +M and -M, with M so large that M + 1 = M in f32 and in binary64. A 1
// that is added while only one of the two is in the partial sum vanishes, so the result counts the terms that
// are added after the two have met: the size of the sum less the leaves below their lowest common ancestor in
// the summation tree. Such counts for many pairs single out one tree among all that could be meant: here
// among chains and lanes of many sizes, met in order or in a tree. (Comparing results on random data shows
// that two orders differ, but not what either is.)

#include "verify/summation_order.h"

#include <algorithm>
#include <functional>

#include "base/check.h"
#include "base/number_text.h"
#include "base/random_stream.h"
#include "engine/autograd/shards.h"
#include "engine/autograd/subtrees.h"
#include "engine/kernels/kernel_table.h"
#include "ibid/ops/conv.h"
#include "ibid/ops/elementwise.h"
#include "ibid/ops/index.h"
#include "ibid/ops/linear.h"
#include "ibid/ops/loss.h"
#include "ibid/ops/norm.h"
#include "ibid/ops/pool.h"
#include "ibid/ops/reduce.h"

namespace ibid::verify {
namespace {

// A 1 vanishes beside kHuge in f32 and in binary64, beside kLarge in f32 alone.
constexpr float kHuge = 0x1p80f, kLarge = 0x1p40f;
constexpr int64_t kProbes = 64;

struct Probe {
  int64_t first, second;  // positions of +M and -M, first < second
  float magnitude = kHuge;
};

std::vector<Probe> probes_for(int64_t n_terms, int64_t n_probes, float magnitude) {
  std::vector<Probe> probes;
  for (int64_t edge : {1, 4, 32, 63, 64, 65, 511, 512, 1024, 4095, 4096}) {
    if (edge < n_terms) probes.push_back({0, edge});
    if (edge + 1 < n_terms) probes.push_back({edge, edge + 1});
  }
  auto stream = RandomStream::create(1, {.purpose = RandomPurpose::kConformance}).value();
  while (static_cast<int64_t>(probes.size()) < n_probes) {
    const int64_t a = stream.draw(static_cast<uint32_t>(n_terms)),
                  b = stream.draw(static_cast<uint32_t>(n_terms));
    if (a != b) probes.push_back({std::min(a, b), std::max(a, b)});
  }
  probes.resize(static_cast<size_t>(n_probes));
  for (Probe& probe : probes) probe.magnitude = magnitude;
  return probes;
}

float term(const Probe& probe, int64_t i) {
  return i == probe.first ? probe.magnitude : i == probe.second ? -probe.magnitude : 1.0f;
}

// --- what a structure predicts: the leaves below the lowest common ancestor of two terms ---

// The aligned tree over parts of `width` terms; the two lie in different parts.
int64_t leaves_in_tree(const Probe& p, int64_t n, int64_t width) {
  int64_t a = p.first / width, b = p.second / width;
  for (; a != b; width *= 2) a /= 2, b /= 2;
  return std::min(n, (a + 1) * width) - a * width;
}

int64_t leaves_in_lanes(const Probe& p, int64_t n, int64_t lanes) {
  if (p.first % lanes == p.second % lanes) return p.second / lanes + 1;
  int64_t stride = lanes / 2;
  while (p.first % stride != p.second % stride) stride /= 2;
  const int64_t residue = p.first % stride;
  return (n - residue + stride - 1) / stride;
}

// How many terms vanish in a sum of n without shards.
int64_t vanishing_in_shard(const SummationStructure& s, const Probe& p, int64_t n) {
  const int64_t size = s.chunk > 0 ? s.chunk : n, a = p.first / size, b = p.second / size;
  if (a == b) {
    return leaves_in_lanes({p.first - a * size, p.second - a * size}, std::min(size, n - a * size), s.lanes);
  }
  if (s.wide_chunks && p.magnitude == kLarge) return size + std::min(size, n - b * size);
  return s.tree ? leaves_in_tree(p, n, size) : std::min(n, (b + 1) * size);
}

// The terms that vanish beside one M in its own part, when parts meet in binary64.
int64_t own_part(const SummationStructure& s, int64_t position, int64_t n) {
  if (s.chunk == 0 || !s.wide_chunks) return n;
  return std::min(s.chunk, n - position / s.chunk * s.chunk);
}

int64_t vanishing(const SummationStructure& s, const Probe& p, int64_t n) {
  if (s.shard == 0) return vanishing_in_shard(s, p, n);
  const int64_t a = p.first / s.shard, b = p.second / s.shard;
  const int64_t first = p.first - a * s.shard, second = p.second - b * s.shard;
  const int64_t n_first = std::min(s.shard, n - a * s.shard), n_second = std::min(s.shard, n - b * s.shard);
  if (a == b) return vanishing_in_shard(s, {first, second, p.magnitude}, n_first);
  if (!s.wide_shards || p.magnitude == kHuge) return leaves_in_tree(p, n, s.shard);
  return own_part(s, first, n_first) + own_part(s, second, n_second);
}

// Everything that is considered, for a given shard size.
std::vector<SummationStructure> candidates(int64_t shard) {
  std::vector<SummationStructure> all;
  for (bool wide_shards : {false, true}) {
    if (shard == 0 && wide_shards) continue;
    for (int64_t lanes : {1, 2, 4, 8, 16, 32, 64, 128}) {
      all.push_back({lanes, 0, false, false, shard, wide_shards});
      for (int64_t chunk : {128, 256, 512, 1024, 2048, 4096, 8192}) {
        for (bool tree : {false, true}) {
          for (bool wide : {false, true}) all.push_back({lanes, chunk, tree, wide, shard, wide_shards});
        }
      }
    }
  }
  return all;
}

// --- what the operations do ---

// One sum of n terms per probe: (n, probes), or (probes, n).
Tensor term_columns(const std::vector<Probe>& probes, int64_t n) {
  Tensor x = Tensor::empty({n, kProbes}, DType::kF32);
  for (int64_t i = 0; i < n * kProbes; ++i)
    x.data<float>()[i] = term(probes[static_cast<size_t>(i % kProbes)], i / kProbes);
  return x;
}

using Measure = std::function<Tensor(Context&, const std::vector<Probe>&, int64_t n)>;

struct Sum {
  const char* operation;
  SummationStructure expected;
  int64_t n_terms;
  Measure measure;  // the sums, one for each probe
};

TapeOptions with_shards(int64_t samples_per_shard) {
  TapeOptions options;
  options.shards.samples_per_shard = samples_per_shard;
  return options;
}

Tensor ones(const Shape& shape) { return Tensor::full(shape, 1.0, DType::kF32); }

// The gradient of `parameter` when y's is dy.
Tensor gradient_of(Tape& tape, Parameter& parameter, const Variable& y, const Tensor& dy) {
  tape.backward(ops::sum(tape, ops::mul(tape, y, tape.constant(dy))));
  return parameter.gradient;
}

Tensor product_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  Tape tape(context);
  const Variable a = tape.constant(term_columns(probes, n).transpose(0, 1).dense());
  return ops::matmul(tape, a, tape.constant(ones({n, 1}))).value();
}

constexpr int64_t kShard = 700;

Tensor weight_gradient_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  Tape tape(context, with_shards(kShard));
  Parameter weight{.name = "w", .value = ones({1, kProbes}), .gradient = {}};
  const Variable x = tape.batch(term_columns(probes, n));
  return gradient_of(tape, weight, ops::linear(tape, x, tape.parameter(weight)), ones({n, 1}));
}

Tensor bias_gradient_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  Tape tape(context, with_shards(kShard));
  Parameter bias{.name = "b", .value = ones({kProbes}), .gradient = {}};
  const Variable x = tape.batch(ones({n, 1})), w = tape.constant(ones({kProbes, 1}));
  return gradient_of(tape, bias, ops::linear(tape, x, w, tape.parameter(bias)), term_columns(probes, n));
}

// 3 x 3 taps of n / 9 channels.
Tensor conv_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  Tape tape(context);
  const Tensor weight = term_columns(probes, n).transpose(0, 1).dense().reshape({kProbes, 3, 3, n / 9});
  return ops::conv(tape, tape.constant(ones({1, 3, 3, n / 9})), tape.constant(weight)).value();
}

// 20 x 20 positions of each of n / 400 samples.
Tensor conv_weight_gradient_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  Tape tape(context, with_shards(2));
  Parameter weight{.name = "w", .value = ones({kProbes, 3, 3, 1}), .gradient = {}};
  const Variable x = tape.batch(ones({n / 400, 22, 22, 1}));
  const Tensor dy = term_columns(probes, n).reshape({n / 400, 20, 20, kProbes});
  return gradient_of(tape, weight, ops::conv(tape, x, tape.parameter(weight)), dy)
      .slice(1, 1, 2)
      .slice(2, 2, 3);
}

Tensor row_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  Tape tape(context);
  const Tensor x = term_columns(probes, n).transpose(0, 1).dense();
  return ops::sum(tape, tape.constant(x), {{1}, false}).value();
}

Tensor column_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  Tape tape(context);
  return ops::sum(tape, tape.constant(term_columns(probes, n)), {{0}, false}).value();
}

// dx = y (dy - t) with y = 1, read where dy is 1.
Tensor softmax_gradient_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  const Tensor dy = term_columns(probes, n).transpose(0, 1).dense(), y = ones({kProbes, n});
  Tensor dx = Tensor::empty(y.shape(), DType::kF32);
  context.kernels().f32.softmax_gradient(
      {false, kProbes, n, dy.data<float>(), y.data<float>(), dx.data<float>()}, context.executor());
  Tensor sums = Tensor::empty({kProbes}, DType::kF32);
  for (int64_t p = 0; p < kProbes; ++p) {
    int64_t at = 0;
    while (dy.data<float>()[p * n + at] != 1.0f) ++at;
    sums.data<float>()[p] = 1.0f - dx.data<float>()[p * n + at];
  }
  return sums;
}

// The running mean takes over the mean of the pass; n is a power of two, so the division is exact.
Tensor batch_norm_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  Tape tape(context, with_shards(kShard));
  Tensor mean = Tensor::zeros({kProbes}, DType::kF32), variance = Tensor::zeros({kProbes}, DType::kF32);
  ops::batch_norm(tape, tape.batch(term_columns(probes, n)), {}, {}, {&mean, &variance, 1.0});
  for (int64_t p = 0; p < kProbes; ++p) mean.data<float>()[p] *= static_cast<float>(n);
  return mean;
}

Tensor embedding_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  Tape tape(context);
  Parameter table{.name = "t", .value = ones({1, kProbes}), .gradient = {}};
  const Tensor indices = Tensor::zeros({n}, DType::kI64);
  const Variable y = ops::embedding(tape, indices, tape.parameter(table), {std::nullopt, false});
  return gradient_of(tape, table, y, term_columns(probes, n));
}

// One window of 32 x 32 positions.
Tensor average_pool_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  Tape tape(context);
  ops::PoolOptions options;
  options.kernel = {32};
  const Variable x = tape.constant(term_columns(probes, n).reshape({1, 32, 32, kProbes}));
  Tensor sums = ops::average_pool(tape, x, options).value();
  for (int64_t p = 0; p < kProbes; ++p) sums.data<float>()[p] *= static_cast<float>(n);
  return sums;
}

Tensor running_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  Tape tape(context);
  return ops::cumulative_sum(tape, tape.constant(term_columns(probes, n)), 0).value().slice(0, n - 1, n);
}

// The loss of n samples of one class is the sum of what stands in place of their log-probabilities.
Tensor loss_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  Tensor sums = Tensor::empty({kProbes}, DType::kF32);
  const Tensor terms = term_columns(probes, n), targets = Tensor::zeros({n}, DType::kI64);
  for (int64_t p = 0; p < kProbes; ++p) {
    Tape tape(context, with_shards(kShard));
    const Variable x = tape.batch(terms.slice(1, p, p + 1));
    ops::ClassLossOptions options;
    options.reduction = ops::Reduction::kSum;
    sums.data<float>()[p] = static_cast<float>(-ops::nll_loss(tape, x, targets, options).value().item());
  }
  return sums;
}

Tensor shard_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  return autograd::fold_shards(context, term_columns(probes, n));
}

// Three workers ship subtrees of their runs of shards.
Tensor worker_sums(Context& context, const std::vector<Probe>& probes, int64_t n) {
  const Tensor shards = term_columns(probes, n);
  autograd::SubtreeBuilder all(context);
  for (int64_t worker = 0; worker < 3; ++worker) {
    const int64_t begin = n * worker / 3, end = n * (worker + 1) / 3;
    autograd::SubtreeBuilder own(context);
    own.push_shards(shards.slice(0, begin, end), begin);
    for (autograd::Subtree& subtree : own.take()) all.push(std::move(subtree));
  }
  return all.collapse();
}

// Terms enough for several chunks, shards and levels of the tree, and a remainder.
const std::vector<Sum>& sums() {
  constexpr SummationStructure kProduct{1, 512, false, false, 0, false},
      kLaneRule{64, 4096, true, true, 0, false}, kColumnRule{1, 512, true, true, 0, false},
      kTreeOfShards{1, 0, false, false, 1, false};
  static const std::vector<Sum> all{
      {"matmul", kProduct, 3000, product_sums},
      {"linear, weight gradient", {1, 512, false, false, kShard, false}, 4000, weight_gradient_sums},
      {"linear, bias gradient", {1, 512, true, true, kShard, false}, 4000, bias_gradient_sums},
      {"conv", kProduct, 2997, conv_sums},
      {"conv, weight gradient", {1, 512, false, false, 800, false}, 3600, conv_weight_gradient_sums},
      {"sum over rows", kLaneRule, 21000, row_sums},
      {"sum over columns", kColumnRule, 3000, column_sums},
      {"softmax gradient", kLaneRule, 21000, softmax_gradient_sums},
      {"batch_norm, mean", {1, 512, true, true, kShard, true}, 4096, batch_norm_sums},
      {"embedding gradient", kProduct, 3000, embedding_sums},
      {"average_pool", {1, 0, false, false, 0, false}, 1024, average_pool_sums},
      {"cumulative_sum", kProduct, 3000, running_sums},
      {"loss", {64, 4096, true, true, kShard, true}, 4000, loss_sums},
      {"shards", kTreeOfShards, 77, shard_sums},
      {"shards of three workers", kTreeOfShards, 77, worker_sums},
  };
  return all;
}

// Whether two structures are the same tree over n terms, like blocks of 4096 and of 8192 over 700. Decided on
// many more pairs than are measured: what the measurements alone cannot tell apart stays two explanations.
bool are_one(const SummationStructure& a, const SummationStructure& b, int64_t n) {
  for (float magnitude : {kHuge, kLarge}) {
    for (const Probe& p : probes_for(n, 4000, magnitude)) {
      if (vanishing(a, p, n) != vanishing(b, p, n)) return false;
    }
  }
  return true;
}

OrderFinding find_order(Context& context, const Sum& sum) {
  const int64_t n = sum.n_terms;
  std::vector<Probe> probes;
  std::vector<float> results;
  for (float magnitude : {kHuge, kLarge}) {
    const std::vector<Probe> own = probes_for(n, kProbes, magnitude);
    const std::vector<float> measured = sum.measure(context, own, n).reshape({kProbes}).to_vector<float>();
    probes.insert(probes.end(), own.begin(), own.end());
    results.insert(results.end(), measured.begin(), measured.end());
  }
  OrderFinding finding{sum.operation, sum.expected, {}, static_cast<int64_t>(probes.size())};
  for (const SummationStructure& candidate : candidates(sum.expected.shard)) {
    bool fits = true;
    for (size_t p = 0; p < probes.size() && fits; ++p)
      fits = results[p] == static_cast<float>(n - vanishing(candidate, probes[p], n));
    if (!fits || (candidate != sum.expected && are_one(candidate, sum.expected, n))) continue;
    finding.explains.push_back(candidate);
  }
  return finding;
}

}  // namespace

std::string SummationStructure::describe() const {
  if (shard == 1) return "shards met in a binary tree";
  std::string text = lanes == 1 ? "one chain" : number_text(lanes) + " lanes met by halving";
  if (chunk > 0) {
    text = (lanes == 1 ? "chains of " : number_text(lanes) + " lanes in blocks of ") + number_text(chunk) +
           (tree ? ", met in a binary tree" : ", folded in order") + (wide_chunks ? " in binary64" : "");
  }
  if (shard > 0) {
    text += "; shards of " + number_text(shard) + " in a binary tree" + (wide_shards ? " in binary64" : "");
  }
  return text;
}

std::vector<OrderFinding> summation_orders(Context& context) {
  std::vector<OrderFinding> findings;
  for (const Sum& sum : sums()) findings.push_back(find_order(context, sum));
  return findings;
}

}  // namespace ibid::verify
