#include "data/digit_glyphs.h"

#include <array>

#include "base/check.h"

namespace ibid::data {
namespace {

using enum StrokeForm;

// One array per stroke (digit, variant, stroke), then one per glyph, then one per digit.

constexpr Point kZero0_0[] = {{0.5, 0.05}, {0.2, 0.2}, {0.12, 0.5}, {0.2, 0.8},
                              {0.5, 0.95}, {0.8, 0.8}, {0.88, 0.5}, {0.8, 0.2}};
constexpr Point kZero1_0[] = {{0.6, 0.05},  {0.35, 0.2}, {0.25, 0.55}, {0.35, 0.9},
                              {0.55, 0.93}, {0.75, 0.7}, {0.8, 0.35},  {0.72, 0.1}};
constexpr Point kZero2_0[] = {{0.62, 0.1}, {0.35, 0.1},  {0.15, 0.4}, {0.2, 0.8}, {0.5, 0.95},
                              {0.8, 0.8},  {0.87, 0.45}, {0.7, 0.15}, {0.5, 0.07}};
constexpr Stroke kZero0[] = {{kClosed, kZero0_0}};
constexpr Stroke kZero1[] = {{kClosed, kZero1_0}};
constexpr Stroke kZero2[] = {{kSmooth, kZero2_0}};
constexpr Glyph kZero[] = {kZero0, kZero1, kZero2};

constexpr Point kOne0_0[] = {{0.5, 0.03}, {0.5, 0.97}};
constexpr Point kOne1_0[] = {{0.32, 0.25}, {0.55, 0.05}, {0.55, 0.97}};
constexpr Point kOne2_0[] = {{0.32, 0.22}, {0.55, 0.05}, {0.55, 0.97}};
constexpr Point kOne2_1[] = {{0.3, 0.97}, {0.8, 0.97}};
constexpr Point kOne3_0[] = {{0.65, 0.03}, {0.38, 0.97}};
constexpr Stroke kOne0[] = {{kStraight, kOne0_0}};
constexpr Stroke kOne1[] = {{kStraight, kOne1_0}};
constexpr Stroke kOne2[] = {{kStraight, kOne2_0}, {kStraight, kOne2_1}};
constexpr Stroke kOne3[] = {{kStraight, kOne3_0}};
constexpr Glyph kOne[] = {kOne0, kOne1, kOne2, kOne3};

constexpr Point kTwo0_0[] = {{0.18, 0.25}, {0.35, 0.07}, {0.65, 0.07}, {0.8, 0.28},
                             {0.65, 0.52}, {0.35, 0.78}, {0.15, 0.95}};
constexpr Point kTwo0_1[] = {{0.15, 0.95}, {0.85, 0.95}};
constexpr Point kTwo1_0[] = {{0.2, 0.28}, {0.4, 0.07},  {0.7, 0.12},  {0.72, 0.4},  {0.45, 0.72}, {0.2, 0.93},
                             {0.1, 0.85}, {0.22, 0.75}, {0.45, 0.85}, {0.65, 0.95}, {0.9, 0.85}};
constexpr Point kTwo2_0[] = {{0.2, 0.12}, {0.5, 0.05}, {0.78, 0.15}, {0.75, 0.4}, {0.5, 0.65}, {0.2, 0.92}};
constexpr Point kTwo2_1[] = {{0.2, 0.92}, {0.5, 0.88}, {0.85, 0.96}};
constexpr Stroke kTwo0[] = {{kSmooth, kTwo0_0}, {kStraight, kTwo0_1}};
constexpr Stroke kTwo1[] = {{kSmooth, kTwo1_0}};
constexpr Stroke kTwo2[] = {{kSmooth, kTwo2_0}, {kSmooth, kTwo2_1}};
constexpr Glyph kTwo[] = {kTwo0, kTwo1, kTwo2};

constexpr Point kThree0_0[] = {{0.2, 0.15}, {0.45, 0.05}, {0.75, 0.15}, {0.72, 0.38}, {0.45, 0.48}};
constexpr Point kThree0_1[] = {{0.45, 0.48}, {0.78, 0.58}, {0.8, 0.82}, {0.5, 0.96}, {0.17, 0.85}};
constexpr Point kThree1_0[] = {{0.2, 0.07}, {0.8, 0.07}, {0.45, 0.42}};
constexpr Point kThree1_1[] = {{0.45, 0.42}, {0.75, 0.52}, {0.82, 0.75}, {0.6, 0.95}, {0.18, 0.88}};
constexpr Point kThree2_0[] = {{0.25, 0.12}, {0.55, 0.04}, {0.74, 0.2}, {0.6, 0.42}, {0.42, 0.47},
                               {0.62, 0.52}, {0.78, 0.72}, {0.6, 0.94}, {0.3, 0.95}, {0.2, 0.85}};
constexpr Stroke kThree0[] = {{kSmooth, kThree0_0}, {kSmooth, kThree0_1}};
constexpr Stroke kThree1[] = {{kStraight, kThree1_0}, {kSmooth, kThree1_1}};
constexpr Stroke kThree2[] = {{kSmooth, kThree2_0}};
constexpr Glyph kThree[] = {kThree0, kThree1, kThree2};

constexpr Point kFour0_0[] = {{0.22, 0.05}, {0.15, 0.55}, {0.85, 0.55}};
constexpr Point kFour0_1[] = {{0.72, 0.05}, {0.68, 0.97}};
constexpr Point kFour1_0[] = {{0.62, 0.97}, {0.62, 0.03}, {0.1, 0.65}, {0.9, 0.65}};
constexpr Point kFour2_0[] = {{0.2, 0.08}, {0.15, 0.35}, {0.25, 0.52}, {0.5, 0.55}, {0.75, 0.48}};
constexpr Point kFour2_1[] = {{0.78, 0.05}, {0.7, 0.5}, {0.66, 0.97}};
constexpr Stroke kFour0[] = {{kStraight, kFour0_0}, {kStraight, kFour0_1}};
constexpr Stroke kFour1[] = {{kStraight, kFour1_0}};
constexpr Stroke kFour2[] = {{kSmooth, kFour2_0}, {kSmooth, kFour2_1}};
constexpr Glyph kFour[] = {kFour0, kFour1, kFour2};

constexpr Point kFive0_0[] = {{0.8, 0.06}, {0.28, 0.06}, {0.23, 0.45}};
constexpr Point kFive0_1[] = {{0.23, 0.45}, {0.5, 0.38}, {0.8, 0.5}, {0.8, 0.78}, {0.5, 0.96}, {0.16, 0.85}};
constexpr Point kFive1_0[] = {{0.82, 0.08}, {0.4, 0.1},   {0.3, 0.3},  {0.35, 0.42},
                              {0.65, 0.5},  {0.75, 0.72}, {0.5, 0.94}, {0.18, 0.88}};
constexpr Point kFive2_0[] = {{0.3, 0.1}, {0.3, 0.45}};
constexpr Point kFive2_1[] = {{0.3, 0.45}, {0.55, 0.4}, {0.78, 0.6}, {0.7, 0.88}, {0.4, 0.96}, {0.18, 0.88}};
constexpr Point kFive2_2[] = {{0.3, 0.1}, {0.85, 0.04}};
constexpr Stroke kFive0[] = {{kStraight, kFive0_0}, {kSmooth, kFive0_1}};
constexpr Stroke kFive1[] = {{kSmooth, kFive1_0}};
constexpr Stroke kFive2[] = {{kStraight, kFive2_0}, {kSmooth, kFive2_1}, {kStraight, kFive2_2}};
constexpr Glyph kFive[] = {kFive0, kFive1, kFive2};

constexpr Point kSix0_0[] = {{0.7, 0.05},  {0.4, 0.2},  {0.2, 0.55}, {0.25, 0.85}, {0.5, 0.96},
                             {0.78, 0.82}, {0.75, 0.6}, {0.5, 0.5},  {0.24, 0.66}};
constexpr Point kSix1_0[] = {{0.55, 0.02}, {0.3, 0.3},   {0.2, 0.7},   {0.4, 0.95},
                             {0.65, 0.85}, {0.65, 0.65}, {0.45, 0.58}, {0.25, 0.75}};
constexpr Point kSix2_0[] = {{0.6, 0.03}, {0.25, 0.6}};
constexpr Point kSix2_1[] = {{0.5, 0.5}, {0.26, 0.62}, {0.24, 0.84}, {0.5, 0.96}, {0.76, 0.84}, {0.74, 0.62}};
constexpr Stroke kSix0[] = {{kSmooth, kSix0_0}};
constexpr Stroke kSix1[] = {{kSmooth, kSix1_0}};
constexpr Stroke kSix2[] = {{kStraight, kSix2_0}, {kClosed, kSix2_1}};
constexpr Glyph kSix[] = {kSix0, kSix1, kSix2};

constexpr Point kSeven0_0[] = {{0.15, 0.08}, {0.85, 0.08}, {0.4, 0.97}};
constexpr Point kSeven1_0[] = {{0.15, 0.08}, {0.85, 0.08}, {0.4, 0.97}};
constexpr Point kSeven1_1[] = {{0.3, 0.5}, {0.75, 0.5}};
constexpr Point kSeven2_0[] = {{0.12, 0.22}, {0.2, 0.09}, {0.5, 0.1}, {0.85, 0.08}};
constexpr Point kSeven2_1[] = {{0.85, 0.08}, {0.6, 0.4}, {0.45, 0.7}, {0.42, 0.97}};
constexpr Stroke kSeven0[] = {{kStraight, kSeven0_0}};
constexpr Stroke kSeven1[] = {{kStraight, kSeven1_0}, {kStraight, kSeven1_1}};
constexpr Stroke kSeven2[] = {{kSmooth, kSeven2_0}, {kSmooth, kSeven2_1}};
constexpr Glyph kSeven[] = {kSeven0, kSeven1, kSeven2};

constexpr Point kEight0_0[] = {{0.5, 0.48},  {0.25, 0.32}, {0.3, 0.1},  {0.55, 0.04},
                               {0.75, 0.15}, {0.7, 0.35},  {0.5, 0.48}, {0.25, 0.65},
                               {0.2, 0.85},  {0.5, 0.97},  {0.8, 0.85}, {0.75, 0.63}};
constexpr Point kEight1_0[] = {{0.5, 0.04}, {0.28, 0.12}, {0.25, 0.3},
                               {0.5, 0.46}, {0.75, 0.3},  {0.72, 0.12}};
constexpr Point kEight1_1[] = {{0.5, 0.46}, {0.22, 0.6},  {0.18, 0.82},
                               {0.5, 0.97}, {0.82, 0.82}, {0.78, 0.6}};
constexpr Point kEight2_0[] = {{0.72, 0.1}, {0.45, 0.04}, {0.25, 0.2},  {0.4, 0.42},
                               {0.7, 0.62}, {0.72, 0.88}, {0.45, 0.97}, {0.22, 0.85},
                               {0.32, 0.6}, {0.65, 0.38}, {0.75, 0.14}};
constexpr Stroke kEight0[] = {{kClosed, kEight0_0}};
constexpr Stroke kEight1[] = {{kClosed, kEight1_0}, {kClosed, kEight1_1}};
constexpr Stroke kEight2[] = {{kSmooth, kEight2_0}};
constexpr Glyph kEight[] = {kEight0, kEight1, kEight2};

constexpr Point kNine0_0[] = {{0.78, 0.3}, {0.6, 0.07},  {0.3, 0.1},  {0.2, 0.32},
                              {0.4, 0.5},  {0.65, 0.45}, {0.78, 0.26}};
constexpr Point kNine0_1[] = {{0.78, 0.15}, {0.76, 0.5}, {0.7, 0.97}};
constexpr Point kNine1_0[] = {{0.75, 0.25}, {0.5, 0.05}, {0.25, 0.2},  {0.3, 0.45}, {0.6, 0.48},
                              {0.77, 0.25}, {0.8, 0.55}, {0.65, 0.88}, {0.3, 0.95}};
constexpr Point kNine2_0[] = {{0.5, 0.05}, {0.25, 0.15}, {0.22, 0.38},
                              {0.48, 0.5}, {0.72, 0.38}, {0.72, 0.15}};
constexpr Point kNine2_1[] = {{0.74, 0.15}, {0.66, 0.97}};
constexpr Stroke kNine0[] = {{kSmooth, kNine0_0}, {kSmooth, kNine0_1}};
constexpr Stroke kNine1[] = {{kSmooth, kNine1_0}};
constexpr Stroke kNine2[] = {{kClosed, kNine2_0}, {kStraight, kNine2_1}};
constexpr Glyph kNine[] = {kNine0, kNine1, kNine2};

constexpr std::array<std::span<const Glyph>, 10> kDigits = {kZero, kOne, kTwo,   kThree, kFour,
                                                            kFive, kSix, kSeven, kEight, kNine};

}  // namespace

std::span<const Glyph> digit_glyphs(int64_t digit) {
  IBID_CHECK(digit >= 0 && digit <= 9, "not a digit");
  return kDigits[static_cast<size_t>(digit)];
}

}  // namespace ibid::data
