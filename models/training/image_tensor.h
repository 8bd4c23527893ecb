#pragma once

#include <span>

#include "data/labelled_images.h"
#include "ibid/tensor.h"

namespace ibid::models {

// How bytes become inputs: ((f32(u8) / 255) - mean) / deviation (section 10, last line).
struct PixelScaling {
  double mean = 0.0;
  double deviation = 1.0;
};

// The named images as f32 (n, height, width, channels).
Tensor image_tensor(const data::LabelledImages& images, std::span<const uint32_t> indices,
                    const PixelScaling& scaling);

// Their labels as i64 (n).
Tensor label_tensor(const data::LabelledImages& images, std::span<const uint32_t> indices);

}  // namespace ibid::models
