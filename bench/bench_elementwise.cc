// Element-wise functions, normalisation and a 3-D convolution, for bench/against_torch.py.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "bench/floats.h"
#include "bench/serve.h"
#include "engine/kernels/kernel_table.h"
#include "engine/kernels/random_key.h"
#include "ibid/context.h"
#include "ibid/ops/conv.h"
#include "ibid/ops/norm.h"
#include "ibid/tape.h"

namespace ibid::bench {
namespace {

using Call = std::function<void()>;

std::shared_ptr<Floats> numbers(int64_t n, float scale) {
  auto values = std::make_shared<Floats>(static_cast<size_t>(n));
  uint32_t state = 1;
  for (float& value : *values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(static_cast<int32_t>(state)) * 0x1p-31f * scale;
  }
  return values;
}

// Calls kernel(x, y) on vectors of n elements.
Call on_vectors(int64_t n, const std::function<void(const float*, float*)>& kernel) {
  auto x = numbers(n, 4.0f), y = numbers(n, 4.0f);
  return [=] { kernel(x->data(), y->data()); };
}

Case softmax(Context& context, bool logarithm, int64_t rows, int64_t cols) {
  const std::string shape = std::to_string(rows) + "x" + std::to_string(cols);
  return {(logarithm ? "log-softmax " : "softmax ") + shape, [=, &context] {
            return on_vectors(rows * cols, [=, &context](const float* x, float* y) {
              context.kernels().f32.softmax({logarithm, rows, cols, x, y}, context.executor());
            });
          }};
}

Case unary(Context& context, const std::string& name, kernels::UnaryOp op) {
  constexpr int64_t kSize = 4 * 1024 * 1024;
  return {name + " 4M", [=, &context] {
            return on_vectors(kSize, [=, &context](const float* x, float* y) {
              context.kernels().f32.unary({op, 0.0f, kSize, x, y}, context.executor());
            });
          }};
}

Case dropout(Context& context) {
  constexpr int64_t kSize = 16 * 1024 * 1024;
  return {"dropout 16M", [&context] {
            return on_vectors(kSize, [&context](const float* x, float* y) {
              kernels::DropoutArgs<float> args;
              args.stream = kernels::philox_stream({});
              args.threshold = uint64_t{1} << 30;
              args.scale = 4.0f / 3.0f;
              args.size = kSize;
              args.x = x;
              args.y = y;
              context.kernels().f32.dropout(args, context.executor());
            });
          }};
}

Tensor filled(const Shape& shape) {
  Tensor tensor = Tensor::empty(shape, DType::kF32);
  const auto values = numbers(shape.n_elements(), 1.0f);
  std::copy(values->begin(), values->end(), tensor.data<float>());
  return tensor;
}

struct BatchNorm {
  explicit BatchNorm(Context& own_context) : context(own_context) {}

  void run() {
    gamma.gradient = beta.gradient = Tensor();
    TapeOptions options;
    options.shards.samples_per_shard = 16;
    Tape tape(context, options);
    const Variable in = tape.batch(x, true);
    const Variable out = ops::batch_norm(tape, in, tape.parameter(gamma), tape.parameter(beta),
                                         {&running_mean, &running_variance});
    // The whole gradient at once, as the peer gets it.
    const Variable loss =
        tape.record_loss(Tensor::scalar(0.0), out, [this](Backward& b) { b.add(0, dy); }, {});
    tape.backward(loss);
  }

  Context& context;
  Tensor x = filled({64, 24, 24, 64}), dy = filled({64, 24, 24, 64});
  Parameter gamma{"gamma", Tensor::full({64}, 1.0, DType::kF32), {}};
  Parameter beta{"beta", Tensor::zeros({64}, DType::kF32), {}};
  Tensor running_mean = Tensor::zeros({64}, DType::kF32);
  Tensor running_variance = Tensor::full({64}, 1.0, DType::kF32);
};

Case batch_norm(Context& context) {
  return {"batch norm 64x24x24x64, training, forward and backward",
          [&context] { return [norm = std::make_shared<BatchNorm>(context)] { norm->run(); }; }};
}

// The whole operation, its output's memory included.
Case convolution_3d(Context& context) {
  return {"3-D convolution 32->32 3x3x3 64x64x64, forward", [&context]() -> Call {
            const Tensor x = filled({1, 64, 64, 64, 32}), weight = filled({32, 3, 3, 3, 32});
            return [=, &context] {
              TapeOptions options;
              options.record_gradients = false;
              Tape tape(context, options);
              ops::ConvOptions padded;
              padded.padding = {1};
              ops::conv(tape, tape.batch(x), tape.constant(weight), {}, padded);
            };
          }};
}

int run(const Options& options) {
  Context context({options.threads, ""});
  std::vector<Case> cases;
  for (const bool logarithm : {false, true}) {
    cases.push_back(softmax(context, logarithm, 4096, 1000));
    cases.push_back(softmax(context, logarithm, 65536, 64));
    cases.push_back(softmax(context, logarithm, 512, 32000));
  }
  cases.push_back(dropout(context));
  cases.push_back(unary(context, "exp", kernels::UnaryOp::kExp));
  cases.push_back(unary(context, "tanh", kernels::UnaryOp::kTanh));
  cases.push_back(unary(context, "sigmoid", kernels::UnaryOp::kSigmoid));
  cases.push_back(unary(context, "gelu", kernels::UnaryOp::kGelu));
  cases.push_back(batch_norm(context));
  cases.push_back(convolution_3d(context));
  return run_cases(cases, options);
}

}  // namespace
}  // namespace ibid::bench

int main(int argc, char** argv) { return ibid::bench::run(ibid::bench::parse_options(argc, argv)); }
