#pragma once

#include <vector>

#include "ibid/tape.h"

// Operations that only move elements. Their gradients move them back; an element no result covers gets a
// contribution of +0. Types: f32, f64 with gradients, any without. Errors: ShapeError, ArgumentError.
//
// A batched variable stays batched while its samples stay outermost; slicing or permuting its first dim makes the
// result a value of the whole pass.
namespace ibid::ops {

// The same raster under another shape; one size may be -1.
Variable reshape(Tape& tape, const Variable& x, const Shape& shape);
// (n, everything else).
Variable flatten(Tape& tape, const Variable& x);
Variable permute(Tape& tape, const Variable& x, const std::vector<int64_t>& order);
Variable slice(Tape& tape, const Variable& x, int64_t dim, int64_t begin, int64_t end, int64_t step = 1);
Variable concat(Tape& tape, const std::vector<Variable>& parts, int64_t dim);

enum class PadMode { kConstant, kReflect, kReplicate };
struct Padding {
  int64_t before = 0, after = 0;
};
// Elements added before and after each of the last dims, outermost of them first. Reflect needs less padding than
// elements. Order of the gradient of reflect and replicate: section 9.1 over the padded raster.
Variable pad(Tape& tape, const Variable& x, const std::vector<Padding>& padding, PadMode mode = PadMode::kConstant,
             double value = 0.0);

}  // namespace ibid::ops
