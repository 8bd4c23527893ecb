#include "verify/operation_explanation.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "catalogue/catalogue.h"

namespace ibid::verify {
namespace {

using catalogue::Catalogue;
using catalogue::Fact;

std::string without_suffix(std::string text, std::string_view suffix) {
  if (text.ends_with(suffix)) text.resize(text.size() - suffix.size());
  return text;
}

// Names under which people call what PyTorch's dispatcher calls "aten.upsample_nearest2d_backward.default".
std::vector<std::string> torch_names(const std::string& op) {
  static const std::vector<std::pair<std::string, std::string>> kAliases = {
      {"upsample_", "interpolate"},
      {"reflection_pad", "pad"},
      {"replication_pad", "pad"},
      {"convolution", "conv2d"},
      {"mkldnn_convolution", "conv2d"},
      {"_embedding_bag", "embedding_bag"},
      {"nll_loss2d", "nll_loss"},
      {"index_put", "index_put_"},
      {"_index_put_impl", "index_put_"},
      {"_ctc_loss", "ctc_loss"},
      {"addmm", "mm"},
      {"bmm", "bmm"}};
  const std::vector<std::string> parts = split(op, '.');
  std::string name = parts.size() > 1 ? parts[1] : op;
  for (const char* suffix : {"_backward_data", "_backward", "_forward"}) name = without_suffix(name, suffix);
  std::vector<std::string> bases = {name, without_suffix(name, "_"), name + "_"};
  for (const auto& [prefix, alias] : kAliases) {
    if (name.starts_with(prefix)) bases.push_back(alias);
  }
  if (name.starts_with("_")) bases.push_back(name.substr(1));
  std::vector<std::string> names;
  for (const std::string& base : bases) {
    for (const char* prefix : {"torch.", "torch.nn.functional.", "torch.Tensor.", "torch.ops.aten."})
      names.push_back(prefix + base);
  }
  return names;
}

// TensorFlow's operations without their versions, and the functions by which people call them.
const std::map<std::string, std::string, std::less<>> kTensorFlowNames = {
    {"BiasAdd", "tf.nn.bias_add"},
    {"Bincount", "tf.math.bincount"},
    {"Conv2D", "tf.nn.conv2d"},
    {"Conv3D", "tf.nn.conv3d"},
    {"CropAndResize", "tf.image.crop_and_resize"},
    {"DenseBincount", "tf.math.bincount"},
    {"DepthwiseConv2dNative", "tf.nn.depthwise_conv2d"},
    {"FusedBatchNorm", "tf.compat.v1.nn.fused_batch_norm"},
    {"GatherNd", "tf.gather_nd"},
    {"Gather", "tf.gather"},
    {"IteratorGetNext", "tf.data.Dataset.shuffle"},
    {"MatMul", "tf.linalg.matmul"},
    {"MaxPool", "tf.nn.max_pool2d"},
    {"Multinomial", "tf.random.categorical"},
    {"NonDeterministicInts", "tf.random.Generator.from_non_deterministic_state"},
    {"RandomGamma", "tf.random.gamma"},
    {"RandomPoisson", "tf.random.poisson"},
    {"RandomShuffle", "tf.random.shuffle"},
    {"RandomStandardNormal", "tf.random.normal"},
    {"RandomUniform", "tf.random.uniform"},
    {"RandomUniformInt", "tf.random.uniform"},
    {"ResizeBilinear", "tf.image.resize"},
    {"ResizeNearestNeighbor", "tf.image.resize"},
    {"ScatterNd", "tf.scatter_nd"},
    {"SegmentSum", "tf.math.segment_sum"},
    {"SoftmaxCrossEntropyWithLogits", "tf.nn.softmax_cross_entropy_with_logits"},
    {"SparseSoftmaxCrossEntropyWithLogits", "tf.nn.sparse_softmax_cross_entropy_with_logits"},
    {"SparseTensorDenseMatMul", "tf.sparse.sparse_dense_matmul"},
    {"Svd", "tf.linalg.svd"},
    {"TensorScatterAdd", "tf.tensor_scatter_nd_add"},
    {"TensorScatterUpdate", "tf.tensor_scatter_nd_update"},
    {"Timestamp", "tf.timestamp"},
    {"TruncatedNormal", "tf.random.truncated_normal"},
    {"UnsortedSegmentSum", "tf.math.unsorted_segment_sum"}};

// Names under which facts know "tf.Conv2DBackpropFilter" and the like; an operation of the backward pass is
// known by the one whose gradient it computes, too.
std::vector<std::string> tensorflow_names(const Operation& operation) {
  const std::string own = operation.op.substr(operation.op.find('.') + 1);
  std::vector<std::string> names = {operation.op, "tf.raw_ops." + own};
  for (std::string name : {own, operation.node}) {
    for (const char* suffix : {"V3", "V2", "Grad", "BackpropInput", "BackpropFilter"})
      name = without_suffix(name, suffix);
    const auto found = kTensorFlowNames.find(name);
    if (found != kTensorFlowNames.end()) names.push_back(found->second);
  }
  return names;
}

std::vector<std::string> names_of(const Operation& operation) {
  if (operation.op.starts_with("aten.")) return torch_names(operation.op);
  if (operation.op.starts_with("tf.")) return tensorflow_names(operation);
  return {operation.op};
}

bool is_on_gpu(const Operation& operation) {
  const auto is = [](const OperationValue& value) { return value.device.starts_with("cuda"); };
  return std::any_of(operation.inputs.begin(), operation.inputs.end(), is) ||
         std::any_of(operation.outputs.begin(), operation.outputs.end(), is);
}

bool applies(const Fact& fact, const Operation& operation) {
  const bool gpu = is_on_gpu(operation);
  if (fact.device == catalogue::Device::kCuda && !gpu) return false;
  if (fact.device == catalogue::Device::kCpu && gpu) return false;
  const bool backward = operation.backward || operation.op.find("backward") != std::string::npos;
  return fact.direction == catalogue::Direction::kBoth ||
         (fact.direction == catalogue::Direction::kBackward) == backward;
}

// Facts about an operation on its device, in its direction.
std::vector<const Fact*> facts_about(const Operation& operation) {
  const Catalogue& all = Catalogue::built_in();
  std::vector<const Fact*> facts;
  for (const std::string& name : names_of(operation)) {
    for (const Fact* fact : all.of(name)) {
      if (applies(*fact, operation) && std::find(facts.begin(), facts.end(), fact) == facts.end())
        facts.push_back(fact);
    }
  }
  return facts;
}

// Facts about what was changed: another number of threads or instruction set.
std::vector<std::string> facts_about_factor(const std::string& op, const std::string& factor) {
  const bool threads = factor == "threads", isa = factor == "isa";
  if (op.starts_with("aten."))
    return threads ? std::vector<std::string>{"PT118"}
           : isa   ? std::vector<std::string>{"PT119"}
                   : std::vector<std::string>{};
  if (op.starts_with("tf.") && threads) return {"TF064"};
  if (op.starts_with("xgboost") && threads) return {"XG014"};
  if (op.starts_with("lightgbm") && threads) return {"LG016", "LG001"};
  return {};
}

void add(Explanation& explanation, const Fact& fact) {
  explanation.facts.push_back(fact.id);
  if (!explanation.remedy.empty()) explanation.remedy += "; ";
  explanation.remedy += fact.alternative;
  if (!fact.condition.empty()) explanation.remedy += " (" + fact.condition + ")";
}

bool reads_unwritten(const Operation& operation) {
  return std::any_of(operation.inputs.begin(), operation.inputs.end(),
                     [](const OperationValue& value) { return value.unwritten; });
}

Explanation explain_computation(const OperationDivergence& divergence, const std::string& factor) {
  Explanation explanation;
  if (reads_unwritten(divergence.a)) {
    explanation.why =
        "It reads memory that nothing has written yet, and finds there what happened to be left.";
    add(explanation, *Catalogue::built_in().find("PT093"));
    return explanation;
  }
  if (factor == "threads") {
    explanation.why =
        "The work is divided among threads, and another number of them adds the parts of a sum in another "
        "order: each order rounds differently.";
    explanation.remedy = "give every run the same number of threads (--deterministic holds it)";
  } else if (factor == "isa") {
    explanation.why =
        "Another instruction set adds in other strides and fuses other products: each order rounds "
        "differently. Another processor does the same.";
    explanation.remedy = "hold the libraries to an instruction set that all machines have";
  } else if (factor.empty()) {
    explanation.why =
        "The same inputs gave another result with nothing changed: parts are added in the order in which "
        "threads finish, or an algorithm is chosen by a clock.";
  } else {
    explanation.why = "The same inputs gave another result when " + factor + " was changed.";
  }
  const std::vector<std::string> known = facts_about_factor(divergence.a.op, factor);
  for (const std::string& id : known) {
    if (const Fact* fact = Catalogue::built_in().find(id)) add(explanation, *fact);
  }
  for (const Fact* fact : facts_about(divergence.a)) {
    const bool is_about_bits = fact->behaviour != "needs_seed";
    if (known.empty() && is_about_bits && fact->condition.empty()) add(explanation, *fact);
  }
  return explanation;
}

Explanation explain_generator(const OperationDivergence& divergence) {
  Explanation explanation;
  explanation.why =
      "Its random numbers come from a generator that was in another state before: nothing drawn or seeded "
      "until "
      "then was seen to differ, so it got no seed, or one that is another in each run.";
  for (const Fact* fact : facts_about(divergence.a)) {
    if (fact->behaviour == "needs_seed") {
      add(explanation, *fact);
      break;
    }
  }
  if (explanation.remedy.empty() && divergence.a.op.starts_with("aten."))
    add(explanation, *Catalogue::built_in().find("PT120"));
  return explanation;
}

Explanation explain_argument(const OperationDivergence& divergence) {
  Explanation explanation;
  const std::string& op = divergence.a.op;
  if (op.ends_with(".seed") || op.ends_with("manual_seed") || op.ends_with("set_seed") ||
      op.ends_with("default_rng") || op.ends_with("RandomState"))
    explanation.why = "The seed itself is another one in each run";
  else
    explanation.why = "It is called with another value in each run";
  if (divergence.clock) {
    const Operation& clock = *divergence.clock;
    explanation.why += clock.at == divergence.a.at
                           ? ", taken from " + clock.op + "() on the same line"
                           : ", perhaps made of " + clock.op + "() at " + clock.at + "   " + clock.code;
  }
  explanation.why += ".";
  explanation.remedy = "write down one value, or read it from a configuration that is recorded";
  if (divergence.clock) {
    for (const Fact* fact : facts_about(*divergence.clock)) add(explanation, *fact);
  }
  return explanation;
}

Explanation explain_outside_value(const OperationDivergence& divergence) {
  Explanation explanation;
  explanation.why = "It takes from outside the program what is another one in each run.";
  for (const Fact* fact : facts_about(divergence.a)) add(explanation, *fact);
  return explanation;
}

Explanation explain_input(const OperationDivergence& divergence, const std::string& factor) {
  Explanation explanation;
  explanation.why =
      "Its input differs already, and no operation that was watched has made it: it comes from outside the "
      "framework, from lists, NumPy, files or a loader.";
  if (factor == "hash-seed") {
    explanation.why += " It depends on PYTHONHASHSEED: the order of a set, or hash() of a text.";
    add(explanation, *Catalogue::built_in().find("PY005"));
  } else if (factor == "file-order") {
    explanation.why += " It depends on the order in which a folder lists its files.";
    add(explanation, *Catalogue::built_in().find("PY007"));
  } else {
    explanation.remedy = "look at how '" + divergence.what + "' is made on the way to this line";
  }
  return explanation;
}

}  // namespace

Explanation explain(const OperationDivergence& divergence, const std::string& factor) {
  switch (divergence.cause) {
    case OperationCause::kComputation:
      return explain_computation(divergence, factor);
    case OperationCause::kGenerator:
      return explain_generator(divergence);
    case OperationCause::kArgument:
      return explain_argument(divergence);
    case OperationCause::kOutsideValue:
      return explain_outside_value(divergence);
    case OperationCause::kInput:
      return explain_input(divergence, factor);
    case OperationCause::kPath:
      break;
  }
  return {"The program itself took another way from here on: something it decides by differs.",
          "look at the conditions and loops that lead to this line",
          {}};
}

Explanation explain_hash_order() {
  Explanation explanation;
  explanation.why =
      "With one value of PYTHONHASHSEED the runs agree: the program goes through a set of texts, or uses "
      "hash().";
  add(explanation, *Catalogue::built_in().find("PY005"));
  return explanation;
}

}  // namespace ibid::verify
