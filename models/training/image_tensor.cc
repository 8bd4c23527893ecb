#include "models/training/image_tensor.h"

#include <array>

namespace ibid::models {

Tensor image_tensor(const data::LabelledImages& images, std::span<const uint32_t> indices,
                    const PixelScaling& scaling) {
  const float mean = static_cast<float>(scaling.mean), deviation = static_cast<float>(scaling.deviation);
  std::array<float, 256> value_of_byte;
  for (size_t byte = 0; byte < value_of_byte.size(); ++byte) {
    value_of_byte[byte] = (static_cast<float>(byte) / 255.0f - mean) / deviation;
  }
  Tensor result = Tensor::empty(
      {static_cast<int64_t>(indices.size()), images.height, images.width, images.channels}, DType::kF32);
  const int64_t image_size = images.height * images.width * images.channels;
  float* out = result.data<float>();
  for (uint32_t index : indices) {
    const uint8_t* pixels = images.pixels.data() + static_cast<int64_t>(index) * image_size;
    for (int64_t i = 0; i < image_size; ++i) *out++ = value_of_byte[pixels[i]];
  }
  return result;
}

Tensor label_tensor(const data::LabelledImages& images, std::span<const uint32_t> indices) {
  Tensor result = Tensor::empty({static_cast<int64_t>(indices.size())}, DType::kI64);
  int64_t* out = result.data<int64_t>();
  for (uint32_t index : indices) *out++ = images.labels[index];
  return result;
}

}  // namespace ibid::models
