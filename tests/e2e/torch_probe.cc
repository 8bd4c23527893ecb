// torch_probe IN OUT: runs the cases a file of tensors describes and writes results and gradients, for the
// comparison with PyTorch.
//
// The file's metadata "cases" is a JSON list; each case has a name, an operation and its options. Tensors are
// named CASE.x, CASE.weight, CASE.bias, CASE.dy (the gradient that arrives at the result) and so on; results
// CASE.y, CASE.dx, CASE.dweight, CASE.dbias. A case without dy is a loss.

#include <cstdio>
#include <functional>
#include <map>

#include "base/json.h"
#include "engine/io/safetensors.h"
#include "ibid/ops/conv.h"
#include "ibid/ops/elementwise.h"
#include "ibid/ops/loss.h"
#include "ibid/ops/norm.h"
#include "ibid/ops/pool.h"
#include "ibid/ops/resample.h"
#include "ibid/optim.h"
#include "platform/atomic_file.h"
#include "platform/file.h"

namespace ibid {
namespace {

using Sizes = std::vector<int64_t>;

// One case while it runs.
struct Case {
  const io::Safetensors& content;
  std::string name;
  Json options;

  bool has(const std::string& part) const { return content.find(name + "." + part) != nullptr; }
  Tensor tensor(const std::string& part) const {
    const Tensor* found = content.find(name + "." + part);
    return found == nullptr ? Tensor() : *found;
  }
  Sizes sizes(const char* option, const Sizes& otherwise) const {
    return options.contains(option) ? options[option].get<Sizes>() : otherwise;
  }
  bool flag(const char* option) const { return options.value(option, false); }
  double number(const char* option, double otherwise) const { return options.value(option, otherwise); }
};

using Inputs = std::array<Variable, 3>;  // x, weight, bias
using Operation = std::function<Variable(Tape&, const Case&, const Inputs&)>;

ops::PoolOptions pool_options(const Case& c) {
  ops::PoolOptions options;
  options.kernel = c.sizes("kernel", {2});
  options.stride = c.sizes("stride", {});
  options.padding = c.sizes("padding", {0});
  options.dilation = c.sizes("dilation", {1});
  options.round_up = c.flag("ceil");
  options.count_padding = c.options.value("count_padding", true);
  return options;
}

ops::ClassLossOptions class_options(const Case& c) {
  ops::ClassLossOptions options;
  options.class_weights = c.tensor("class_weights");
  if (c.options.contains("ignore")) options.ignore_index = c.options["ignore"].get<int64_t>();
  options.label_smoothing = c.number("smoothing", 0.0);
  options.reduction = c.flag("sum") ? ops::Reduction::kSum : ops::Reduction::kMean;
  return options;
}

const std::map<std::string, Operation>& operations() {
  static const std::map<std::string, Operation> table{
      {"conv",
       [](Tape& t, const Case& c, const Inputs& in) {
         ops::ConvOptions o;
         o.stride = c.sizes("stride", {1}), o.padding = c.sizes("padding", {0});
         o.dilation = c.sizes("dilation", {1}), o.groups = c.options.value("groups", int64_t{1});
         return ops::conv(t, in[0], in[1], in[2], o);
       }},
      {"conv_transpose",
       [](Tape& t, const Case& c, const Inputs& in) {
         ops::ConvTransposeOptions o;
         o.stride = c.sizes("stride", {1}), o.padding = c.sizes("padding", {0});
         o.output_padding = c.sizes("output_padding", {0}), o.dilation = c.sizes("dilation", {1});
         o.groups = c.options.value("groups", int64_t{1});
         return ops::conv_transpose(t, in[0], in[1], in[2], o);
       }},
      {"layer_norm",
       [](Tape& t, const Case&, const Inputs& in) { return ops::layer_norm(t, in[0], 1, in[1], in[2]); }},
      {"group_norm",
       [](Tape& t, const Case& c, const Inputs& in) {
         return ops::group_norm(t, in[0], c.options["groups"].get<int64_t>(), in[1], in[2]);
       }},
      {"max_pool",
       [](Tape& t, const Case& c, const Inputs& in) { return ops::max_pool(t, in[0], pool_options(c)); }},
      {"average_pool",
       [](Tape& t, const Case& c, const Inputs& in) { return ops::average_pool(t, in[0], pool_options(c)); }},
      {"adaptive_average_pool",
       [](Tape& t, const Case& c, const Inputs& in) {
         return ops::adaptive_average_pool(t, in[0], c.sizes("out_size", {1}));
       }},
      {"upsample",
       [](Tape& t, const Case& c, const Inputs& in) {
         const auto mode = c.flag("linear") ? ops::UpsampleMode::kLinear : ops::UpsampleMode::kNearest;
         return ops::upsample(t, in[0], {c.sizes("out_size", {1}), mode, c.flag("align_corners")});
       }},
      {"gelu", [](Tape& t, const Case&, const Inputs& in) { return ops::gelu(t, in[0]); }},
      {"gelu_tanh", [](Tape& t, const Case&, const Inputs& in) { return ops::gelu_tanh(t, in[0]); }},
      {"softmax", [](Tape& t, const Case&, const Inputs& in) { return ops::softmax(t, in[0], 1); }},
      {"cross_entropy",
       [](Tape& t, const Case& c, const Inputs& in) {
         return ops::cross_entropy_loss(t, in[0], c.tensor("targets"), class_options(c));
       }},
      {"nll",
       [](Tape& t, const Case& c, const Inputs& in) {
         return ops::nll_loss(t, in[0], c.tensor("targets"), class_options(c));
       }},
      {"bce",
       [](Tape& t, const Case& c, const Inputs& in) {
         std::optional<double> weight;
         if (c.options.contains("positive_weight")) weight = c.options["positive_weight"].get<double>();
         return ops::bce_with_logits_loss(t, in[0], c.tensor("targets"), weight);
       }},
  };
  return table;
}

// y and the gradients of what went in.
void run_operation(Context& context, const Case& c, const Operation& operation, nn::StateDict& results) {
  Tape tape(context);
  Parameter weight{"weight", c.tensor("weight"), {}, true}, bias{"bias", c.tensor("bias"), {}, true};
  Inputs inputs{tape.batch(c.tensor("x"), true)};
  if (c.has("weight")) inputs[1] = tape.parameter(weight);
  if (c.has("bias")) inputs[2] = tape.parameter(bias);
  const Variable y = operation(tape, c, inputs);
  if (c.has("dy")) {
    const Tensor dy = c.tensor("dy");
    tape.backward(
        tape.record_loss(Tensor::scalar(0.0, y.dtype()), y, [dy](Backward& b) { b.add(0, dy); }, {}));
  } else {
    tape.backward(y);
  }
  results.emplace_back(c.name + ".y", y.value());
  results.emplace_back(c.name + ".dx", tape.gradient(inputs[0]));
  if (c.has("weight")) results.emplace_back(c.name + ".dweight", weight.gradient);
  if (c.has("bias")) results.emplace_back(c.name + ".dbias", bias.gradient);
}

void run_batch_norm(Context& context, const Case& c, nn::StateDict& results) {
  Tensor mean = c.tensor("mean").clone(), variance = c.tensor("variance").clone();
  run_operation(
      context, c,
      [&](Tape& t, const Case&, const Inputs& in) {
        return ops::batch_norm(t, in[0], in[1], in[2], {&mean, &variance, c.number("momentum", 0.1)});
      },
      results);
  results.emplace_back(c.name + ".mean", mean);
  results.emplace_back(c.name + ".variance", variance);
}

// As many steps as there are gradients g0, g1, ...
void run_optimiser(Context& context, const Case& c, nn::StateDict& results) {
  Parameter p{"p", c.tensor("x").clone(), {}, true};
  std::unique_ptr<optim::Optimizer> optimiser;
  if (c.options["op"] == "sgd") {
    optimiser = std::make_unique<optim::Sgd>(
        std::vector<Parameter*>{&p},
        optim::SgdOptions{c.number("lr", 0.1), c.number("momentum", 0), c.number("dampening", 0),
                          c.number("decay", 0), c.flag("nesterov")});
  } else {
    optim::AdamOptions options;
    options.learning_rate = c.number("lr", 0.1);
    options.weight_decay = c.number("decay", 0);
    options.decoupled_decay = c.flag("decoupled");
    options.amsgrad = c.flag("amsgrad");
    optimiser = std::make_unique<optim::Adam>(std::vector<Parameter*>{&p}, options);
  }
  for (int step = 0; c.has("g" + std::to_string(step)); ++step) {
    p.gradient = c.tensor("g" + std::to_string(step));
    optimiser->step(context);
  }
  results.emplace_back(c.name + ".y", p.value);
}

Result<void> run(const char* in, const char* out) {
  IBID_ASSIGN(const std::string bytes, platform::read_file(in));
  IBID_ASSIGN(const io::Safetensors content, io::decode_safetensors(std::as_bytes(std::span(bytes)), in));
  IBID_ASSIGN(const Json cases, parse_json(*content.find_metadata("cases"), in));
  Context context;
  io::Safetensors results;
  for (const Json& item : cases) {
    const Case c{content, item["name"].get<std::string>(), item};
    const std::string op = item["op"].get<std::string>();
    if (op == "batch_norm") {
      run_batch_norm(context, c, results.tensors);
    } else if (op == "sgd" || op == "adam") {
      run_optimiser(context, c, results.tensors);
    } else {
      run_operation(context, c, operations().at(op), results.tensors);
    }
  }
  return platform::write_file_atomically(out, io::encode_safetensors(results));
}

}  // namespace
}  // namespace ibid

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: torch_probe IN OUT\n");
    return 2;
  }
  const ibid::Result<void> done = ibid::run(argv[1], argv[2]);
  if (!done.ok()) std::fprintf(stderr, "%s\n", done.error().to_string().c_str());
  return done.ok() ? 0 : 3;
}
