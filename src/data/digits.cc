#include "data/digits.h"

#include "base/sha256.h"
#include "data/dataset.h"
#include "data/idx.h"
#include "data/mnist.h"
#include "platform/atomic_file.h"

namespace ibid::data {
namespace {

Result<void> write_part(const platform::Path& folder, DigitsPart part, const DigitsOptions& options) {
  IBID_ASSIGN(const Dataset* digits_dataset, find_dataset("digits"));
  const bool train = part == DigitsPart::kTrain;
  IBID_ASSIGN(LabelledImages images,
              draw_digits(part, train ? options.n_train : options.n_test, options.seed));
  const std::array<std::string, 2> contents = {
      encode_idx({{images.count, images.height, images.width}, std::move(images.pixels)}),
      encode_idx({{images.count}, std::move(images.labels)})};
  for (size_t i = 0; i < contents.size(); ++i) {
    const size_t file = i + (train ? 0 : 2);
    const std::string_view pinned = digits_dataset->files[file].content.sha256;
    if (options == DigitsOptions{} && sha256_hex(contents[i]) != pinned) {
      return Error(ErrorCode::kInternal,
                   std::string(kDigitFileNames[file]) + " came out as SHA-256 " + sha256_hex(contents[i]) +
                       " instead of " + std::string(pinned) + ": this build does not keep to IEEE arithmetic",
                   "build ibid with one of its presets, which fix the floating-point model");
    }
    IBID_TRY(platform::write_file_atomically(folder / kDigitFileNames[file], contents[i]));
  }
  return {};
}

}  // namespace

Result<void> make_digits(const platform::Path& folder, const DigitsOptions& options) {
  IBID_TRY(platform::make_folders(folder));
  IBID_TRY(write_part(folder, DigitsPart::kTrain, options));
  return write_part(folder, DigitsPart::kTest, options);
}

}  // namespace ibid::data
