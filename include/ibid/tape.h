#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ibid/context.h"
#include "ibid/tensor.h"

namespace ibid {

class Tape;
class Backward;

// A trainable tensor and its gradient. Its address identifies it; modules own parameters and never move them.
struct Parameter {
  std::string name;  // its path in the state dict
  Tensor value;
  Tensor gradient;  // absent until a backward pass used the parameter
  bool trainable = true;
};

// A tensor inside one forward pass. A batched variable has the samples of the step outermost: its first dim
// is a multiple of their number. Everything else (parameters, constants, losses) is not batched.
class Variable {
 public:
  Variable() = default;

  const Tensor& value() const { return value_; }
  const Shape& shape() const { return value_.shape(); }
  DType dtype() const { return value_.dtype(); }
  bool batched() const { return batched_; }
  bool needs_gradient() const { return slot_ >= 0; }

 private:
  friend class Tape;
  friend class Backward;
  Tensor value_;
  int64_t slot_ = -1;
  int64_t loss_ = -1;  // which of the tape's losses with samples it is
  bool batched_ = false;
};

// How the samples of a step are cut into gradient shards (section 6.1), and which of them this pass covers.
struct ShardPlan {
  int64_t samples_per_shard = 1;
  int64_t first_sample =
      0;  // position in the whole step of this pass's first sample; a multiple of the above
  int64_t step_samples = 0;  // of the whole step; 0: this pass is all of it

  // Section 6.1's default for a configured batch size.
  static int64_t default_samples_per_shard(int64_t batch_size);
};

// What random draws inside a pass are keyed with, besides the module and the element (section 7.1).
struct RandomState {
  uint64_t seed = 0;
  uint32_t step = 0;
};

struct TapeOptions {
  bool training = true;          // dropout drops, batch norm uses the statistics of the pass
  bool record_gradients = true;  // false: nothing is kept for a backward pass
  ShardPlan shards;
  RandomState random;
};

// The gradient of one operation: reads the output's gradient and hands each input its contribution.
using BackwardFunction = std::function<void(Backward&)>;

// One forward pass and the backward pass that follows it. The tape is the order of section 12: operations are
// recorded one after another and walked back in exactly the reverse order. While it lives, the standard's
// floating-point state is in force on its thread (section 0.1).
class Tape {
 public:
  explicit Tape(Context& context, const TapeOptions& options = {});
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  Context& context() const { return context_; }
  const TapeOptions& options() const { return options_; }
  bool training() const { return options_.training; }

  // --- leaves ---
  // Samples, outermost dim. The first call fixes how many there are; later ones must have a multiple of that.
  Variable batch(const Tensor& value, bool needs_gradient = false);
  Variable constant(const Tensor& value) const;
  // The same parameter gives the same leaf however often it is asked for.
  Variable parameter(Parameter& parameter);

  // Records `value` as the result of an operation on `inputs`. The result is batched if an input is. An
  // operation that mixes samples is named by `mixing`: its result belongs to the whole pass, and a pass over
  // part of a step is refused, because there the other samples are missing (section 6.2). Errors:
  // ArgumentError naming the operation.
  Variable record(Tensor value, std::initializer_list<Variable> inputs, BackwardFunction backward,
                  const char* mixing = nullptr);
  Variable record(Tensor value, const std::vector<Variable>& inputs, BackwardFunction backward,
                  const char* mixing = nullptr);

  // Says that the gradient function of `value`, the result of a fused ReLU, takes dy as +0 where value <= 0.
  // A later operation may then hand over its contribution with that done (Backward::add_rectified).
  void declare_rectified(const Variable& value);

  // Walks back from `loss`, one element. Afterwards the gradients of parameters are in place: set, or added
  // to what an earlier pass left (section 12). The record is used up. Errors: ShapeError unless loss has one
  // element.
  void backward(const Variable& loss);

  // After backward(): the gradient of a leaf made by batch(value, true); zeros if nothing reached it.
  Tensor gradient(const Variable& leaf) const;

  // Records a loss: the terms of the input's samples reduced to one value by section 4.2. `shard_sums` are
  // the binary64 sums of the terms, one per shard of this pass; none when the terms belong to no samples.
  Variable record_loss(Tensor value, const Variable& input, BackwardFunction backward,
                       std::vector<double> shard_sums);

  // For operations that take something over all samples of a step. `instead` is what else could be used.
  // Errors: ArgumentError naming `operation` when this pass has only part of them.
  void require_whole_step(const char* operation, const std::string& instead) const;

  // Gradients of this pass's shards are combined by the tree when true (the default). When false, each used
  // parameter keeps one gradient per shard in shard_gradients(), for an exchange between workers; only the
  // part without samples (penalties) then goes to Parameter::gradient. It is the same in every worker and is
  // added once, to the root of the tree.
  void set_fold_shards(bool fold) { fold_shards_ = fold; }
  const Tensor& shard_gradients(const Parameter& parameter) const;

  // The binary64 sums of a loss's terms, one per shard of this pass (section 4.2), for the same exchange.
  // Several losses of one pass have their own. Errors: ArgumentError for what is no loss over samples, such
  // as a penalty or a sum of losses.
  const std::vector<double>& loss_shards(const Variable& loss) const;

  // --- for operations ---
  int64_t n_samples() const { return n_samples_; }
  int64_t n_shards() const;
  int64_t step_samples() const;
  // Rows of a batched tensor with `rows` in its first dim that make up one shard.
  int64_t rows_per_shard(int64_t rows) const;

  // The number of the next call of a module in this pass (section 7.1, field "call").
  uint32_t next_call(const void* module) { return calls_[module]++; }

 private:
  friend class Backward;
  struct Slot;
  struct Record;

  int64_t new_slot(bool batched, const Shape& shape, DType dtype);
  Variable add_record(Tensor value, const std::vector<Variable>& inputs, BackwardFunction backward,
                      bool batched);
  void run(Record& record);
  void run_per_shard(Record& record, const Tensor& dy_shards);
  void add_shards(Slot& slot, Tensor contribution);
  void finish_parameters();

  Context& context_;
  TapeOptions options_;
  int64_t n_samples_ = 0;
  bool fold_shards_ = true;
  std::vector<std::vector<double>> loss_shards_;  // of each loss with samples, as recorded
  std::vector<Slot> slots_;
  std::vector<Record> records_;
  std::map<const Parameter*, int64_t> parameter_slots_;  // looked up, never iterated
  std::vector<Parameter*> parameters_;                   // in order of first use
  std::map<const void*, uint32_t> calls_;                // looked up, never iterated
};

// What a gradient function sees.
class Backward {
 public:
  const Tape& tape() const { return tape_; }
  Context& context() const { return tape_.context(); }
  const Tensor& dy() const { return dy_; }

  bool needs(size_t input) const;
  const Shape& input_shape(size_t input) const;
  // The operation is batched and this input is not: its gradient is kept per shard.
  bool sums_over_shards(size_t input) const;

  // A contribution of the input's own shape: for a batched input, or for any input when the output is not
  // batched.
  void add(size_t input, Tensor contribution);

  // True when the input was declared rectified and this is its only contribution: the operation may then
  // apply the mask itself where that is cheaper, and add_rectified() takes the result.
  bool wants_rectified(size_t input) const;
  void add_rectified(size_t input, Tensor contribution);
  // For the gradient function of a rectified output: dy is +0 already where the output is <= 0.
  bool dy_is_rectified() const;

  // A contribution shaped like the output to an input that was broadcast to it: reduced to the input's shape
  // first (section 12), per gradient shard when the output is batched and the input is not.
  void add_broadcast(size_t input, const Tensor& contribution);

  // The contribution of a batched operation to an input that is not batched: one per shard, shards outermost.
  void add_shards(size_t input, Tensor contribution);

  // True when this is the only contribution such an input gets: then the kernel may combine the shards itself
  // by the tree, and add_folded() takes the result.
  bool wants_folded(size_t input) const;
  void add_folded(size_t input, Tensor contribution);

 private:
  friend class Tape;
  Backward(Tape& tape, Tape::Record& record, Tensor dy, std::vector<std::vector<Tensor>>* per_shard)
      : tape_(tape), record_(record), dy_(std::move(dy)), per_shard_(per_shard) {}

  Tape::Slot& slot(size_t input) const;

  Tape& tape_;
  Tape::Record& record_;
  Tensor dy_;
  // Where contributions go, per input, while one shard of several passes through an operation between
  // parameters.
  std::vector<std::vector<Tensor>>* per_shard_;
};

}  // namespace ibid
