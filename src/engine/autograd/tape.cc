#include "ibid/tape.h"

#include <algorithm>

#include "base/check.h"
#include "engine/autograd/shards.h"
#include "engine/autograd/tape_internal.h"
#include "engine/parallel/fp_state.h"

namespace ibid {

int64_t ShardPlan::default_samples_per_shard(int64_t batch_size) {
  return std::clamp<int64_t>(batch_size / 4, 1, 16);
}

Tape::Tape(Context& context, const TapeOptions& options) : context_(context), options_(options) {
  const ShardPlan& plan = options.shards;
  if (plan.samples_per_shard < 1) throw ArgumentError("a gradient shard needs at least one sample");
  if (plan.first_sample % plan.samples_per_shard != 0) {
    throw ArgumentError("a pass must begin at the start of a gradient shard; sample " +
                        std::to_string(plan.first_sample) + " is inside one of " +
                        std::to_string(plan.samples_per_shard));
  }
  parallel::begin_standard_fp_state();
}

Tape::~Tape() { parallel::end_standard_fp_state(); }

// --- leaves and records ---

int64_t Tape::new_slot(bool batched, const Shape& shape, DType dtype) {
  Slot slot;
  slot.batched = batched;
  slot.shape = shape;
  slot.dtype = dtype;
  slots_.push_back(std::move(slot));
  return static_cast<int64_t>(slots_.size()) - 1;
}

Variable Tape::batch(const Tensor& value, bool needs_gradient) {
  if (value.n_dims() == 0) throw ShapeError("a batch needs a first dim for its samples");
  if (n_samples_ == 0) n_samples_ = value.size(0);
  if (n_samples_ != 0 && value.size(0) % n_samples_ != 0) {
    throw ShapeError("this pass has " + std::to_string(n_samples_) + " samples; the first dim of " +
                     value.shape().to_string() + " is not a multiple of that");
  }
  Variable variable;
  variable.value_ = value;
  variable.batched_ = true;
  if (needs_gradient && options_.record_gradients)
    variable.slot_ = new_slot(true, value.shape(), value.dtype());
  return variable;
}

Variable Tape::constant(const Tensor& value) const {
  Variable variable;
  variable.value_ = value;
  return variable;
}

Variable Tape::parameter(Parameter& parameter) {
  Variable variable;
  variable.value_ = parameter.value;
  if (!options_.record_gradients || !parameter.trainable) return variable;
  const auto [entry, is_new] = parameter_slots_.try_emplace(&parameter, 0);
  if (is_new) {
    entry->second = new_slot(false, parameter.value.shape(), parameter.value.dtype());
    slots_.back().parameter = &parameter;
    parameters_.push_back(&parameter);
  }
  variable.slot_ = entry->second;
  return variable;
}

Variable Tape::record(Tensor value, std::initializer_list<Variable> inputs, BackwardFunction backward,
                      const char* mixing) {
  return record(std::move(value), std::vector<Variable>(inputs), std::move(backward), mixing);
}

Variable Tape::record(Tensor value, const std::vector<Variable>& inputs, BackwardFunction backward,
                      const char* mixing) {
  const bool batched =
      std::any_of(inputs.begin(), inputs.end(), [](const Variable& v) { return v.batched_; });
  if (batched && mixing != nullptr) require_whole_step(mixing, "an operation on each sample alone");
  return add_record(std::move(value), inputs, std::move(backward), batched && mixing == nullptr);
}

Variable Tape::add_record(Tensor value, const std::vector<Variable>& inputs, BackwardFunction backward,
                          bool batched) {
  const bool any_batched =
      std::any_of(inputs.begin(), inputs.end(), [](const Variable& v) { return v.batched_; });
  const bool any_needs =
      std::any_of(inputs.begin(), inputs.end(), [](const Variable& v) { return v.slot_ >= 0; });
  Variable result;
  result.batched_ = batched;
  if (any_needs && options_.record_gradients) {
    result.slot_ = new_slot(result.batched_, value.shape(), value.dtype());
    Record record;
    record.output_slot = result.slot_;
    record.output_batched = result.batched_;
    record.any_input_batched = any_batched;
    for (const Variable& input : inputs) {
      record.input_slots.push_back(input.slot_);
      record.input_batched.push_back(input.batched_);
      record.input_shapes.push_back(input.shape());
      if (input.slot_ >= 0) ++slots_[static_cast<size_t>(input.slot_)].n_uses;
    }
    record.backward = std::move(backward);
    records_.push_back(std::move(record));
  }
  result.value_ = std::move(value);
  return result;
}

Variable Tape::record_loss(Tensor value, const Variable& input, BackwardFunction backward,
                           std::vector<double> shard_sums) {
  Variable result = add_record(std::move(value), {input}, std::move(backward), false);
  if (input.batched_) {
    result.loss_ = static_cast<int64_t>(loss_shards_.size());
    loss_shards_.push_back(std::move(shard_sums));
  }
  return result;
}

void Tape::require_whole_step(const char* operation, const std::string& instead) const {
  if (step_samples() == n_samples_) return;
  throw ArgumentError(std::string(operation) + " needs all " + std::to_string(step_samples()) +
                      " samples of the step, and this pass has " + std::to_string(n_samples_) +
                      " of them: train with one worker and without micro-batches, or use " + instead);
}

const std::vector<double>& Tape::loss_shards(const Variable& loss) const {
  if (loss.loss_ < 0 || loss.loss_ >= static_cast<int64_t>(loss_shards_.size())) {
    throw ArgumentError(
        "loss_shards() of " + (loss.value_.defined() ? loss.value_.describe() : "nothing") +
        ", which is no loss over the samples of this pass: ask for each loss itself, not for a "
        "penalty or a sum of losses");
  }
  return loss_shards_[static_cast<size_t>(loss.loss_)];
}

void Tape::declare_rectified(const Variable& value) {
  if (value.slot_ >= 0) slots_[static_cast<size_t>(value.slot_)].rectified = true;
}

// --- shards ---

int64_t Tape::step_samples() const {
  return options_.shards.step_samples > 0 ? options_.shards.step_samples : n_samples_;
}

int64_t Tape::n_shards() const {
  const int64_t per_shard = options_.shards.samples_per_shard;
  return (n_samples_ + per_shard - 1) / per_shard;
}

int64_t Tape::rows_per_shard(int64_t rows) const {
  IBID_CHECK(n_samples_ > 0 && rows % n_samples_ == 0, "a batched value does not have the samples outermost");
  return rows / n_samples_ * options_.shards.samples_per_shard;
}

// --- backward ---

void Tape::backward(const Variable& loss) {
  if (loss.value().n_elements() != 1) {
    throw ShapeError("backward() starts from one element; the loss is " + loss.value().describe());
  }
  if (loss.slot_ < 0) return;
  slots_[static_cast<size_t>(loss.slot_)].whole = Tensor::full(loss.shape(), 1.0, loss.dtype());
  for (size_t i = records_.size(); i-- > 0;) {
    run(records_[i]);
    records_[i].backward = nullptr;  // frees what the forward pass kept for it
  }
  finish_parameters();
  records_.clear();
}

void Tape::run(Record& record) {
  Slot& output = slots_[static_cast<size_t>(record.output_slot)];
  if (record.output_batched || record.any_input_batched) {
    // Samples on the input side: one call with the whole gradient.
    Tensor dy = std::move(output.whole);
    if (output.shards.defined()) {
      Tensor folded = autograd::fold_shards(context_, output.shards);
      dy = dy.defined() ? autograd::add_into(context_, std::move(folded), dy) : folded;
    }
    if (dy.defined()) {
      Backward pass(*this, record, std::move(dy), nullptr);
      record.backward(pass);
    }
  } else {
    // Only parameters and constants: linear in each part of the gradient, so each goes its own way. (Only a
    // parameter itself is ever given folded shards.)
    if (output.whole.defined()) {
      Backward pass(*this, record, output.whole, nullptr);
      record.backward(pass);
    }
    if (output.shards.defined()) run_per_shard(record, output.shards);
  }
  output.whole = output.shards = Tensor();
}

// An operation between parameters, reached by gradient shards: each shard goes through it on its own.
void Tape::run_per_shard(Record& record, const Tensor& dy_shards) {
  const int64_t n_shards = dy_shards.size(0);
  std::vector<std::vector<Tensor>> contributions(record.input_slots.size());
  for (int64_t s = 0; s < n_shards; ++s) {
    Backward pass(*this, record, dy_shards.select(0, s), &contributions);
    record.backward(pass);
  }
  for (size_t input = 0; input < contributions.size(); ++input) {
    const std::vector<Tensor>& parts = contributions[input];
    if (parts.empty()) continue;
    IBID_CHECK(static_cast<int64_t>(parts.size()) == n_shards,
               "a gradient function must treat all shards alike");
    Shape shape{n_shards};
    for (int64_t size : parts[0].shape().sizes()) shape.append(size);
    Tensor stacked = Tensor::empty(shape, parts[0].dtype());
    for (int64_t s = 0; s < n_shards; ++s) stacked.select(0, s).copy_from(parts[static_cast<size_t>(s)]);
    // Products of a closed gradient can be -0 again.
    const Tensor zeros = Tensor::zeros(shape, stacked.dtype());
    stacked = autograd::add_into(context_, std::move(stacked), zeros);
    add_shards(slots_[static_cast<size_t>(record.input_slots[input])], std::move(stacked));
  }
}

void Tape::add_shards(Slot& slot, Tensor contribution) {
  slot.shards = slot.shards.defined() ? autograd::add_into(context_, std::move(slot.shards), contribution)
                                      : std::move(contribution);
}

void Tape::finish_parameters() {
  for (Parameter* parameter : parameters_) {
    Slot& slot = slots_[static_cast<size_t>(parameter_slots_.at(parameter))];
    Tensor gradient = std::move(slot.folded);
    if (fold_shards_ && slot.shards.defined()) {
      gradient = autograd::fold_shards(context_, slot.shards);
      slot.shards = Tensor();
    }
    if (slot.whole.defined()) {
      gradient =
          gradient.defined() ? autograd::add_into(context_, std::move(gradient), slot.whole) : slot.whole;
    }
    slot.whole = Tensor();
    if (!gradient.defined()) continue;
    parameter->gradient = parameter->gradient.defined()
                              ? autograd::add_into(context_, std::move(parameter->gradient), gradient)
                              : gradient;
  }
}

Tensor Tape::gradient(const Variable& leaf) const {
  IBID_CHECK(leaf.slot_ >= 0, "gradient() of a value that was not asked to have one");
  const Slot& slot = slots_[static_cast<size_t>(leaf.slot_)];
  return slot.whole.defined() ? slot.whole : Tensor::zeros(slot.shape, slot.dtype);
}

const Tensor& Tape::shard_gradients(const Parameter& parameter) const {
  static const Tensor kNone;
  const auto found = parameter_slots_.find(&parameter);
  return found == parameter_slots_.end() ? kNone : slots_[static_cast<size_t>(found->second)].shards;
}

// --- what a gradient function may do ---

Tape::Slot& Backward::slot(size_t input) const {
  return tape_.slots_[static_cast<size_t>(record_.input_slots[input])];
}

bool Backward::needs(size_t input) const { return record_.input_slots[input] >= 0; }

const Shape& Backward::input_shape(size_t input) const { return record_.input_shapes[input]; }

bool Backward::sums_over_shards(size_t input) const {
  return record_.output_batched && !record_.input_batched[input];
}

bool Backward::wants_folded(size_t input) const {
  const Tape::Slot& target = slot(input);
  return target.n_uses == 1 && target.parameter != nullptr && tape_.fold_shards_;
}

void Backward::add(size_t input, Tensor contribution) {
  if (!needs(input)) return;
  Tape::Slot& target = slot(input);
  IBID_CHECK(contribution.shape() == target.shape, "a gradient contribution has the wrong shape");
  if (per_shard_ != nullptr) {
    (*per_shard_)[input].push_back(std::move(contribution));
    return;
  }
  target.whole = target.whole.defined() ? autograd::add_into(context(), std::move(target.whole), contribution)
                                        : std::move(contribution);
}

bool Backward::wants_rectified(size_t input) const {
  return needs(input) && slot(input).rectified && slot(input).batched && slot(input).n_uses == 1;
}

void Backward::add_rectified(size_t input, Tensor contribution) {
  IBID_CHECK(wants_rectified(input), "a masked gradient for a value that has others or no mask");
  add(input, std::move(contribution));
  slot(input).is_masked = true;
}

bool Backward::dy_is_rectified() const {
  return tape_.slots_[static_cast<size_t>(record_.output_slot)].is_masked;
}

void Backward::add_shards(size_t input, Tensor contribution) {
  if (!needs(input)) return;
  tape_.add_shards(slot(input), std::move(contribution));
}

void Backward::add_folded(size_t input, Tensor contribution) {
  IBID_CHECK(wants_folded(input), "a folded gradient for a value that has others");
  slot(input).folded = std::move(contribution);
}

}  // namespace ibid
