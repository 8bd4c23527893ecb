#include "engine/ops/common.h"

namespace ibid::ops {

void require_same_floating(const char* operation, const Variable& a, const Variable& b) {
  if (!is_floating(a.dtype())) {
    throw DTypeError(std::string(operation) + " is defined for f32 and f64, not " + std::string(name_of(a.dtype())));
  }
  if (!absent(b) && b.dtype() != a.dtype()) {
    throw DTypeError(std::string(operation) + " needs operands of one type; they are " + a.value().describe() +
                     " and " + b.value().describe() + "; convert one with to()");
  }
}

std::array<int64_t, 3> spatial_option(const char* operation, const char* option, const std::vector<int64_t>& values,
                                      int64_t n_spatial, int64_t minimum, int64_t filler) {
  const int64_t n_values = static_cast<int64_t>(values.size());
  if (n_values != 1 && n_values != n_spatial) {
    throw ArgumentError(std::string(operation) + ": " + option + " has " + std::to_string(n_values) +
                        " values; 1 or one for each of the " + std::to_string(n_spatial) +
                        " spatial dims is expected");
  }
  std::array<int64_t, 3> result{filler, filler, filler};
  for (int64_t i = 0; i < n_spatial; ++i) {
    const int64_t value = values[n_values == 1 ? 0 : static_cast<size_t>(i)];
    if (value < minimum) {
      throw ArgumentError(std::string(operation) + ": " + option + " is " + std::to_string(value) +
                          "; it must be at least " + std::to_string(minimum));
    }
    result[static_cast<size_t>(3 - n_spatial + i)] = value;
  }
  return result;
}

std::array<int64_t, 3> spatial_sizes(const char* operation, const Shape& shape) {
  const int64_t n_spatial = shape.n_dims() - 2;
  if (n_spatial < 1 || n_spatial > 3) {
    throw ShapeError(std::string(operation) + " needs (samples, 1 to 3 spatial dims, channels); the shape is " +
                     shape.to_string());
  }
  std::array<int64_t, 3> sizes{1, 1, 1};
  for (int64_t i = 0; i < n_spatial; ++i) sizes[static_cast<size_t>(3 - n_spatial + i)] = shape[1 + i];
  return sizes;
}

Shape channels_last_shape(int64_t batch, const std::array<int64_t, 3>& sizes, int64_t n_spatial, int64_t channels) {
  Shape shape{batch};
  for (int64_t i = 0; i < n_spatial; ++i) shape.append(sizes[static_cast<size_t>(3 - n_spatial + i)]);
  shape.append(channels);
  return shape;
}

}  // namespace ibid::ops
