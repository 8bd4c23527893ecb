#pragma once

#include <vector>

#include "ibid/tape.h"

// Reductions over some dims (none named: all of them), section 3. Results lack those dims; `keep` leaves them
// with size 1. A reduction over the samples of a batched variable belongs to the whole pass. DTypes: f32,
// f64. Errors: ArgumentError for a dim that does not exist or is named twice, DTypeError.
namespace ibid::ops {

struct ReduceOptions {
  std::vector<int64_t> dims{};
  bool keep = false;
};

Variable sum(Tape& tape, const Variable& x, const ReduceOptions& options = {});
Variable mean(Tape& tape, const Variable& x, const ReduceOptions& options = {});
// Divisor: number of elements less `correction`.
Variable variance(Tape& tape, const Variable& x, const ReduceOptions& options = {}, int64_t correction = 1);
Variable standard_deviation(Tape& tape, const Variable& x, const ReduceOptions& options = {},
                            int64_t correction = 1);
// Euclidean.
Variable norm(Tape& tape, const Variable& x, const ReduceOptions& options = {});
// Gradient: to every element that equals the extreme first in raster order (section 0.2).
Variable max(Tape& tape, const Variable& x, const ReduceOptions& options = {});
Variable min(Tape& tape, const Variable& x, const ReduceOptions& options = {});
Variable prod(Tape& tape, const Variable& x, const ReduceOptions& options = {});
// Running sums along one dim (section 3.3).
Variable cumulative_sum(Tape& tape, const Variable& x, int64_t dim);

// Scalar product of two vectors: the lane rule.
Variable dot(Tape& tape, const Variable& a, const Variable& b);

// On bool tensors, and for any integer tensor: exact.
Tensor any(const Tensor& x);
Tensor all(const Tensor& x);
int64_t count_nonzero(const Tensor& x);

}  // namespace ibid::ops
