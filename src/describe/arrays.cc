#include "describe/arrays.h"

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/hex.h"
#include "base/number_text.h"
#include "base/sha256.h"
#include "base/text.h"
#include "data/byte_source.h"
#include "data/idx.h"
#include "data/mnist.h"
#include "data/quoted_name.h"
#include "describe/label_file.h"
#include "describe/request_check.h"
#include "platform/signals.h"

namespace ibid::describe {
namespace {

constexpr int64_t kProgressItems = 4096;

std::string_view bytes_of(const data::IdxArray& array, int64_t index, int64_t item_bytes) {
  const auto* values = reinterpret_cast<const char*>(array.values.data());
  return {values + index * item_bytes, static_cast<size_t>(item_bytes)};
}

std::string shape_text(const data::IdxArray& array) {
  std::vector<std::string> sizes;
  for (size_t i = 1; i < array.shape.size(); ++i) sizes.push_back(number_text(array.shape[i]));
  return join(sizes, " x ");
}

std::optional<platform::Path> present(const platform::Path& folder, const std::string& name) {
  for (const char* ending : {".gz", ""}) {
    if (platform::path_exists(folder / (name + ending))) return folder / (name + ending);
  }
  return std::nullopt;
}

class ArrayDescriber {
 public:
  explicit ArrayDescriber(const DescribeRequest& request) : request_(request) {
    facts_.kind = "arrays";
    facts_.item_word = "image";
  }

  Result<DataFacts> run() {
    facts_.columns.push_back({.name = "element"});
    for (const SplitRequest& split : request_.splits) {
      facts_.splits.push_back({.name = split.name});
      facts_.labels.start_split();
      items_.start_split();
      facts_.columns[0].by_split.emplace_back();
      IBID_TRY(read_split(split));
    }
    ColumnFacts& element = facts_.columns[0];
    element.whole = element.by_split[0];
    for (size_t i = 1; i < element.by_split.size(); ++i) element.whole.merge(element.by_split[i]);
    facts_.equal = items_.analyse(request_.n_examples);
    return std::move(facts_);
  }

 private:
  bool room_left() const { return !request_.max_items || facts_.splits.back().n_items < *request_.max_items; }

  Result<void> read_split(const SplitRequest& split) {
    std::vector<std::string> labels;
    if (split.label_file) {
      IBID_ASSIGN(labels, read_label_file(*split.label_file));
      facts_.label_name = "labels in files of their own";
    }
    for (const platform::Path& path : split.paths) {
      if (room_left()) IBID_TRY(read_array(path, split.label_file ? &labels : nullptr));
    }
    const SplitFacts& facts = facts_.splits.back();
    if (split.label_file && static_cast<int64_t>(labels.size()) != facts.n_items && !facts.cut_short) {
      return Error(ErrorCode::kMalformed,
                   data::quoted_name(split.label_file->native()) + " has " +
                       number_text(static_cast<int64_t>(labels.size())) + " labels for the " +
                       number_text(facts.n_items) + " images of '" + split.name + "'",
                   "name the labels that belong to these images");
    }
    return {};
  }

  Result<void> read_array(const platform::Path& path, const std::vector<std::string>* labels) {
    IBID_ASSIGN(const std::string file_bytes, platform::read_file(path));
    IBID_ASSIGN(const data::IdxArray array, data::read_idx(path));
    FileFacts file{.path = path,
                   .size_bytes = static_cast<int64_t>(file_bytes.size()),
                   .sha256 = sha256_hex(file_bytes)};
    SplitFacts& split = facts_.splits.back();
    const int64_t n_items = array.shape.empty() ? 0 : array.shape[0];
    const int64_t item_bytes = n_items == 0 ? 0 : static_cast<int64_t>(array.values.size()) / n_items;
    const std::string shape = shape_text(array);
    if (facts_.reading.empty()) {
      facts_.reading.push_back({"form", "IDX arrays of bytes, one image: " + shape});
      shape_ = shape;
    }
    const Irregularity other_shape = {.kind = "other-shape", .text = "files with images of another shape"};
    if (shape != shape_)
      count_irregularity(facts_, other_shape, data::quoted_name(path.filename().native()) + ": " + shape);
    std::array<int64_t, 256> counts{};
    for (int64_t i = 0; i < n_items && room_left(); ++i) {
      IBID_TRY(add_item(bytes_of(array, i, item_bytes), labels, counts));
      ++file.n_items;
    }
    split.cut_short = split.cut_short || file.n_items < n_items;
    add_elements(counts);
    split.files.push_back(std::move(file));
    return {};
  }

  Result<void> add_item(std::string_view bytes, const std::vector<std::string>* labels,
                        std::array<int64_t, 256>& counts) {
    SplitFacts& split = facts_.splits.back();
    const auto index = static_cast<size_t>(split.n_items++);
    uint32_t label = kNoLabel;
    if (labels != nullptr && index < labels->size()) label = facts_.labels.add((*labels)[index]);
    for (const char c : bytes) ++counts[static_cast<uint8_t>(c)];
    if (split.n_items % kProgressItems == 0) {
      IBID_TRY(platform::check_not_stopped());
      if (request_.progress) request_.progress(split.name, split.n_items);
    }
    return items_.add(digest_bytes(bytes), label);
  }

  void add_elements(const std::array<int64_t, 256>& counts) {
    for (size_t value = 0; value < counts.size(); ++value)
      facts_.columns[0].by_split.back().add_counted(static_cast<int64_t>(value), counts[value]);
  }

  const DescribeRequest& request_;
  DataFacts facts_;
  ItemIndex items_;
  std::string shape_;  // of the first file's items
};

}  // namespace

bool is_idx_images(const platform::Path& path) {
  Result<data::ByteSource> source = data::ByteSource::open(path);
  if (!source.ok()) return false;
  std::string head;
  const Result<bool> found = source.value().next(head);
  constexpr size_t kFixedBytes = 4;
  return found.ok() && head.size() >= kFixedBytes && head.starts_with(std::string_view("\0\0", 2)) &&
         head[3] > 1;
}

std::vector<SplitRequest> splits_of_digit_folder(const platform::Path& folder) {
  std::vector<SplitRequest> splits;
  constexpr std::array<const char*, 2> kSplitNames = {"train", "test"};
  for (size_t i = 0; i < kSplitNames.size(); ++i) {
    const auto images = present(folder, data::kDigitFileNames[2 * i]);
    if (!images) continue;
    splits.push_back({.name = kSplitNames[i],
                      .paths = {*images},
                      .label_file = present(folder, data::kDigitFileNames[2 * i + 1])});
  }
  return splits;
}

Result<DataFacts> describe_arrays(const DescribeRequest& request) {
  IBID_TRY(refuse_table_options(request));
  return ArrayDescriber(request).run();
}

}  // namespace ibid::describe
