#pragma once

#include <optional>

#include "ibid/tape.h"

// Indices are i64 tensors without gradient; an index outside its dim is an ArgumentError that names it.
// Gradients of reads are the scatter-add of section 9.1; nothing here uses atomics.
namespace ibid::ops {

// Rows of a table. Shapes: indices (...), table (n, width); result (..., width). `padding_index`: that row
// gets no gradient. Per gradient shard when the indices belong to samples (batched_indices).
struct EmbeddingOptions {
  std::optional<int64_t> padding_index{};
  bool batched_indices = true;  // the first dim of indices is the samples
};
Variable embedding(Tape& tape, const Tensor& indices, const Variable& table,
                   const EmbeddingOptions& options = {});

// Whole slices along one dim. Shapes: indices (k); result like x with k in that dim.
Variable index_select(Tape& tape, const Variable& x, int64_t dim, const Tensor& indices);

// result[..i..] = x[..index[..i..]..] along one dim. Shapes: index has as many dims as x and no larger sizes
// outside `dim`; result like index.
Variable gather(Tape& tape, const Variable& x, int64_t dim, const Tensor& index);

// base plus, at [..index[..i..]..] along one dim, source[..i..]. Shapes: index and source alike; result like
// base.
Variable scatter_add(Tape& tape, const Variable& base, int64_t dim, const Tensor& index,
                     const Variable& source);

// Stable sort along one dim (section 9.2): equal keys keep their order in both directions, NaN above +Inf.
struct Sorted {
  Variable values;
  Tensor indices;  // i64
};
Sorted sort(Tape& tape, const Variable& x, int64_t dim = -1, bool descending = false);
// The first k of sort(). Errors: ArgumentError for k outside the dim.
Sorted top_k(Tape& tape, const Variable& x, int64_t k, int64_t dim = -1, bool largest = true);

// The first element no other beats (section 0.2). Results without that dim.
Tensor arg_max(const Tensor& x, int64_t dim = -1);
Tensor arg_min(const Tensor& x, int64_t dim = -1);

}  // namespace ibid::ops
