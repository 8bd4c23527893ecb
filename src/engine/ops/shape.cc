#include "ibid/ops/shape.h"

#include <algorithm>

#include "engine/ops/common.h"
#include "engine/ops/scatter.h"

namespace ibid::ops {
namespace {

Tensor zero_padded_back(const Tensor& dy, const Shape& shape, const auto& view_of) {
  Tensor dx = Tensor::zeros(shape, dy.dtype());
  Tensor covered = view_of(dx);
  covered.copy_from(dy);
  return dx;
}

}  // namespace

Variable reshape(Tape& tape, const Variable& x, const Shape& shape) {
  const Tensor y = x.value().reshape(shape);
  const bool keeps_samples = y.n_dims() > 0 && tape.n_samples() > 0 && y.size(0) % tape.n_samples() == 0;
  const Shape x_shape = x.shape();
  return tape.record(
      y, {x}, [=](Backward& b) { b.add(0, b.dy().reshape(x_shape)); }, keeps_samples ? nullptr : "reshape");
}

Variable flatten(Tape& tape, const Variable& x) {
  if (x.shape().n_dims() < 1) throw ShapeError("flatten needs a first dim for the samples");
  const int64_t size = x.shape().slice(1, x.shape().n_dims()).n_elements();
  return reshape(tape, x, {x.shape()[0], size});
}

Variable permute(Tape& tape, const Variable& x, const std::vector<int64_t>& order) {
  const Tensor y = x.value().permute(order);
  std::vector<int64_t> inverse(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    inverse[static_cast<size_t>(x.shape().checked_dim(order[i]))] = static_cast<int64_t>(i);
  }
  const bool moves_samples = !inverse.empty() && inverse[0] != 0;
  return tape.record(
      y, {x}, [=](Backward& b) { b.add(0, b.dy().permute(inverse)); }, moves_samples ? "permute" : nullptr);
}

Variable slice(Tape& tape, const Variable& x, int64_t dim, int64_t begin, int64_t end, int64_t step) {
  const int64_t d = x.shape().checked_dim(dim);
  const Tensor y = x.value().slice(d, begin, end, step);
  const Shape x_shape = x.shape();
  return tape.record(
      y, {x},
      [=](Backward& b) {
        b.add(0, zero_padded_back(b.dy(), x_shape,
                                  [&](const Tensor& dx) { return dx.slice(d, begin, end, step); }));
      },
      d == 0 ? "slice" : nullptr);
}

Variable concat(Tape& tape, const std::vector<Variable>& parts, int64_t dim) {
  if (parts.empty()) throw ArgumentError("concat needs at least one part");
  const Shape& first = parts[0].shape();
  const int64_t d = first.checked_dim(dim);
  int64_t total = 0;
  for (const Variable& part : parts) {
    if (part.shape().n_dims() != first.n_dims() || part.shape().with(d, first[d]) != first) {
      throw ShapeError("concat along dim " + std::to_string(d) + ": shapes " + first.to_string() + " and " +
                       part.shape().to_string() + " differ in another dim");
    }
    if (part.dtype() != parts[0].dtype()) {
      throw DTypeError("concat needs parts of one type; they are " + parts[0].value().describe() + " and " +
                       part.value().describe());
    }
    total += part.shape()[d];
  }
  Tensor y = Tensor::empty(first.with(d, total), parts[0].dtype());
  std::vector<int64_t> begins{0};
  for (const Variable& part : parts) {
    begins.push_back(begins.back() + part.shape()[d]);
    y.slice(d, begins[begins.size() - 2], begins.back()).copy_from(part.value());
  }
  return tape.record(
      y, parts,
      [=](Backward& b) {
        for (size_t i = 0; i + 1 < begins.size(); ++i) {
          if (b.needs(i)) b.add_broadcast(i, b.dy().slice(d, begins[i], begins[i + 1]));
        }
      },
      d == 0 ? "concat" : nullptr);
}

// --- padding ---

namespace {

// The source index of every padded index along one dim; -1 where the constant goes.
std::vector<int64_t> padded_sources(int64_t size, const Padding& padding, PadMode mode) {
  std::vector<int64_t> sources;
  for (int64_t i = -padding.before; i < size + padding.after; ++i) {
    int64_t source = i;
    if (i < 0 || i >= size) {
      switch (mode) {
        case PadMode::kConstant:
          source = -1;
          break;
        case PadMode::kReflect:
          source = i < 0 ? -i : 2 * (size - 1) - i;
          break;
        case PadMode::kReplicate:
          source = i < 0 ? 0 : size - 1;
          break;
      }
    }
    sources.push_back(source);
  }
  return sources;
}

void require_padding(const Shape& shape, const std::vector<Padding>& padding, PadMode mode) {
  if (static_cast<int64_t>(padding.size()) > shape.n_dims()) {
    throw ArgumentError("pad: more paddings than dims in " + shape.to_string());
  }
  for (size_t i = 0; i < padding.size(); ++i) {
    const int64_t size = shape[shape.n_dims() - static_cast<int64_t>(padding.size() - i)];
    const int64_t widest = std::max(padding[i].before, padding[i].after);
    if (padding[i].before < 0 || padding[i].after < 0) throw ArgumentError("pad: a padding is negative");
    if ((mode == PadMode::kReflect && widest >= size && widest > 0) ||
        (mode == PadMode::kReplicate && size == 0)) {
      throw ArgumentError("pad: a dim of size " + std::to_string(size) + " cannot be padded by " +
                          std::to_string(widest) + " in this mode");
    }
  }
}

Variable pad_constant(Tape& tape, const Variable& x, const std::vector<Padding>& padding, double value) {
  const int64_t first = x.shape().n_dims() - static_cast<int64_t>(padding.size());
  Shape shape = x.shape();
  for (size_t i = 0; i < padding.size(); ++i) {
    const int64_t dim = first + static_cast<int64_t>(i);
    shape = shape.with(dim, shape[dim] + padding[i].before + padding[i].after);
  }
  const Shape x_shape = x.shape();
  const auto inside = [=](Tensor view) {
    for (size_t i = 0; i < padding.size(); ++i) {
      const int64_t dim = first + static_cast<int64_t>(i);
      view = view.slice(dim, padding[i].before, padding[i].before + x_shape[dim]);
    }
    return view;
  };
  Tensor y = Tensor::full(shape, value, x.dtype());
  inside(y).copy_from(x.value());
  return tape.record(y, {x}, [=](Backward& b) { b.add(0, inside(b.dy())); }, first == 0 ? "pad" : nullptr);
}

}  // namespace

Variable pad(Tape& tape, const Variable& x, const std::vector<Padding>& padding, PadMode mode, double value) {
  require_padding(x.shape(), padding, mode);
  if (mode == PadMode::kConstant) return pad_constant(tape, x, padding, value);
  // One dim after the other; every element of the result is a copy of one of x, so the composition is one
  // gather.
  const int64_t n_dims = x.shape().n_dims(), first = n_dims - static_cast<int64_t>(padding.size());
  Tensor positions = Tensor::arange(x.shape().n_elements()).reshape(x.shape());
  for (size_t i = 0; i < padding.size(); ++i) {
    const int64_t dim = first + static_cast<int64_t>(i);
    positions = select_indices(positions, dim, padded_sources(x.shape()[dim], padding[i], mode));
  }
  return gather_elements(tape, x, positions, first == 0 ? "pad" : nullptr);
}

}  // namespace ibid::ops
