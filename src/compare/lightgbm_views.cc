// A model of LightGBM is text: a header, trees, importances and parameters, all of lines KEY=VALUES. Lists of
// numbers are tensors, so that the first tree and node that differ are named, and the distance in ULP.

#include <algorithm>
#include <bit>
#include <iterator>
#include <optional>

#include "base/number_text.h"
#include "base/text.h"
#include "compare/tensor_files.h"

namespace ibid::compare {
namespace {

constexpr std::string_view kStart = "tree\nversion=v";

// Parameters about the machine, the files and the messages of the training, not about the model.
constexpr std::string_view kLeftOut[] = {"num_threads",
                                         "verbosity",
                                         "config",
                                         "data",
                                         "valid",
                                         "input_model",
                                         "output_model",
                                         "output_result",
                                         "convert_model",
                                         "machines",
                                         "local_listen_port",
                                         "time_out",
                                         "machine_list_filename"};

// The numbers of a line; nothing if anything else is in it.
std::optional<std::string> numbers_of(std::string_view text) {
  std::string bytes;
  for (const std::string& word : split(text, ' ')) {
    const auto number = parse_double(word);
    if (!number) return std::nullopt;
    const auto bits = std::bit_cast<uint64_t>(*number);
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(bits >> (8 * i) & 0xFF);
  }
  return bytes;
}

void add_line(const std::string& section, std::string_view line, TensorSet& set) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) {
    set.values.emplace_back(section + std::string(line), "present");
    return;
  }
  const std::string name = section + std::string(line.substr(0, equals));
  const std::string_view text = line.substr(equals + 1);
  auto numbers = numbers_of(text);
  if (!numbers) {
    set.values.emplace_back(name, text);
    return;
  }
  const auto count = static_cast<int64_t>(numbers->size()) / 8;
  set.owned.push_back(std::move(*numbers));
  TensorView tensor{.name = name, .type = ElementType::kF64, .shape = {count}, .strides = {1}};
  tensor.bytes = std::as_bytes(std::span(set.owned.back()));
  set.tensors.push_back(std::move(tensor));
}

// "[name: value]"
void add_parameter(std::string_view line, TensorSet& set) {
  const size_t colon = line.find(": ");
  if (!line.starts_with('[') || !line.ends_with(']') || colon == std::string_view::npos) {
    set.values.emplace_back("parameter " + std::string(line), "present");
    return;
  }
  const std::string_view name = line.substr(1, colon - 1);
  if (std::ranges::find(kLeftOut, name) != std::end(kLeftOut)) return;
  set.values.emplace_back("parameter " + std::string(name), line.substr(colon + 2, line.size() - colon - 3));
}

}  // namespace

bool looks_like_lightgbm(std::string_view bytes) { return bytes.starts_with(kStart); }

Result<TensorSet> read_lightgbm(std::span<const std::byte> bytes, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  TensorSet set;
  std::string section;
  bool whole = false;
  for (std::string& line : split(text, '\n')) {
    if (line.ends_with('\r')) line.pop_back();
    whole = whole || line == "end of trees";
    if (line.empty() || line.starts_with("tree_sizes=")) continue;  // where trees begin in this file
    if (line.starts_with("Tree=")) {
      section = "tree " + line.substr(5) + ".";
    } else if (line == "end of trees" || line == "end of parameters") {
      section = "";
    } else if (line == "feature_importances:" || line == "parameters:") {
      section = line == "parameters:" ? "parameter " : "importance ";
    } else if (section == "parameter ") {
      add_parameter(line, set);
    } else {
      add_line(section, line, set);
    }
  }
  if (!whole)
    return Error(ErrorCode::kTruncated, where + " is a model of LightGBM that ends in the middle",
                 "the copy was cut short: fetch or write it again");
  return set;
}

}  // namespace ibid::compare
