#include "verify/predictions.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "base/number_text.h"
#include "base/text.h"
#include "data/csv_reader.h"
#include "data/npy.h"
#include "verify/churn.h"
#include "verify/kept_files.h"
#include "verify/run_folder.h"
#include "verify/statistics.h"

namespace ibid::verify {
namespace {

Result<PredictionList> read_npy(std::string_view bytes, const std::string& where) {
  IBID_ASSIGN(const data::NpyHeader header, data::parse_npy_header(bytes, where));
  const auto text_at = [&](int64_t index) {
    return data::npy_value_text(
        header, bytes.substr(header.header_bytes + static_cast<size_t>(index * header.item_bytes)));
  };
  const int64_t n_rows = header.n_rows(), n_columns = header.n_columns();
  if (static_cast<int64_t>(bytes.size() - header.header_bytes) < n_rows * n_columns * header.item_bytes)
    return Error(ErrorCode::kTruncated, where + " ends before its last value", "write it again");
  ClassNames classes;
  PredictedNumbers numbers;
  for (int64_t row = 0; row < n_rows; ++row) {
    if (header.shape.size() == 2) {
      int64_t best = 0;
      double largest = parse_double(text_at(row * n_columns)).value_or(0.0);
      for (int64_t column = 1; column < n_columns; ++column) {
        const double value = parse_double(text_at(row * n_columns + column)).value_or(0.0);
        if (value > largest) std::tie(largest, best) = std::pair(value, column);
      }
      classes.push_back(number_text(best));
    } else if (header.kind == 'f') {
      numbers.push_back(parse_double(text_at(row)).value_or(0.0));
    } else {
      classes.push_back(text_at(row));
    }
  }
  if (header.shape.size() < 2 && header.kind == 'f') return PredictionList(std::move(numbers));
  return PredictionList(std::move(classes));
}

Result<std::vector<std::vector<std::string>>> read_rows(std::string_view content, const std::string& where) {
  bool given = false;
  const auto pieces = [&](std::string& text) -> Result<bool> {
    if (given) return false;
    given = true;
    text += content;
    return true;
  };
  data::CsvReader reader(pieces, where);
  IBID_ASSIGN(const char delimiter, reader.guess_delimiter());
  reader.set_delimiter(delimiter);
  std::vector<std::vector<std::string>> rows;
  data::CsvRecord record;
  while (true) {
    IBID_ASSIGN(const bool more, reader.next(record));
    if (!more) return rows;
    std::vector<std::string>& row = rows.emplace_back();
    for (size_t i = 0; i < record.size(); ++i) row.emplace_back(record.cell(i));
  }
}

bool is_whole(const std::string& text) { return text.find_first_of(".eEnN") == std::string::npos; }

// Classes, unless all cells are numbers and one is no whole one.
PredictionList list_of(ClassNames cells) {
  PredictedNumbers numbers;
  bool all_whole = true;
  for (const std::string& cell : cells) {
    const auto number = parse_double(cell);
    if (!number) return cells;
    numbers.push_back(*number);
    all_whole = all_whole && is_whole(cell);
  }
  if (all_whole) return cells;
  return numbers;
}

Result<PredictionList> read_table(std::string_view content, const std::string& column,
                                  const std::string& where) {
  IBID_ASSIGN(const std::vector<std::vector<std::string>> rows, read_rows(content, where));
  if (rows.empty())
    return Error(ErrorCode::kMalformed, where + " is empty", "let the program write predictions");
  const std::vector<std::string>& first = rows.front();
  const bool has_names = !column.empty() || first.size() > 1 || !parse_double(first.front());
  size_t place = first.size() - 1;
  if (!column.empty()) {
    const auto found = std::find(first.begin(), first.end(), column);
    if (found == first.end()) {
      return Error(ErrorCode::kNotFound, where + " has no column '" + column + "'",
                   "its columns are: " + join(first, ", "));
    }
    place = static_cast<size_t>(found - first.begin());
  }
  ClassNames cells;
  for (size_t i = has_names ? 1 : 0; i < rows.size(); ++i) {
    if (place >= rows[i].size()) {
      return Error(ErrorCode::kMalformed,
                   where + ": row " + number_text(static_cast<int64_t>(i + 1)) + " has too few cells",
                   "write it again");
    }
    cells.push_back(rows[i][place]);
  }
  return list_of(std::move(cells));
}

// The copy that a record has of a file its run wrote.
Result<std::string> read_copy(const platform::Path& record, const std::string& path) {
  IBID_ASSIGN(const RunFolder folder, RunFolder::open(record));
  IBID_ASSIGN(const Json run, folder.read_json("run.json"));
  IBID_ASSIGN(const Json files, folder.read_json("files.json"));
  const platform::Path whole = (platform::Path(run.value("folder", "")) / path).lexically_normal();
  for (const Json& file : files) {
    if (file.value("path", "") != whole.string()) continue;
    if (file.value("kept", false)) return platform::read_file(kept_file(record, file.value("sha256", "")));
    return Error(ErrorCode::kNotFound, "there is no copy of " + path + " in " + record.string(),
                 file.value("not_kept", "it was read, not written"));
  }
  return Error(ErrorCode::kNotFound, "the run recorded in " + record.string() + " did not write " + path,
               "name a file that every run writes, by its path from the folder it runs in");
}

Json class_group(const std::vector<PredictionList>& lists) {
  std::map<std::string, int64_t> ids;
  for (const PredictionList& list : lists) {
    for (const std::string& name : std::get<ClassNames>(list)) ids.emplace(name, 0);
  }
  std::vector<std::string> names;
  for (auto& [name, id] : ids) {
    id = static_cast<int64_t>(names.size());
    names.push_back(name);
  }
  std::vector<Predictions> runs;
  for (const PredictionList& list : lists) {
    Predictions& run = runs.emplace_back();
    for (const std::string& name : std::get<ClassNames>(list)) run.push_back(ids[name]);
  }
  const std::optional<Churn> found = churn(runs);
  if (!found) return {{"unknown", "the runs do not predict equally many samples, or none"}};
  Json json = {{"samples", found->n_samples}, {"churn", found->pairwise}, {"unstable", found->unstable}};
  for (const Churn::OfClass& one : found->classes) {
    json["classes"].push_back({{"class", names[static_cast<size_t>(one.label)]},
                               {"samples", one.n_samples},
                               {"unstable", one.unstable}});
  }
  return json;
}

Json number_group(const std::vector<PredictionList>& lists) {
  const size_t n = std::get<PredictedNumbers>(lists.front()).size();
  for (const PredictionList& list : lists) {
    if (std::get<PredictedNumbers>(list).size() != n || n == 0)
      return {{"unknown", "the runs do not predict equally many samples, or none"}};
  }
  Values ranges;
  int64_t n_unstable = 0;
  for (size_t i = 0; i < n; ++i) {
    Values values;
    for (const PredictionList& list : lists) values.push_back(std::get<PredictedNumbers>(list)[i]);
    const auto [least, largest] = std::minmax_element(values.begin(), values.end());
    ranges.push_back(*largest - *least);
    n_unstable += *largest > *least ? 1 : 0;
  }
  return {{"samples", n},
          {"unstable", static_cast<double>(n_unstable) / static_cast<double>(n)},
          {"mean_range", stable_sum(ranges) / static_cast<double>(n)},
          {"largest_range", *std::max_element(ranges.begin(), ranges.end())}};
}

Json group_json(const std::string& name, const std::vector<PredictionList>& lists) {
  Json json = {{"group", name}, {"runs", lists.size()}};
  const bool same_kind = std::all_of(lists.begin(), lists.end(), [&](const PredictionList& list) {
    return list.index() == lists.front().index();
  });
  if (!same_kind) {
    json["unknown"] = "some runs predict classes and some numbers";
  } else {
    json.update(std::holds_alternative<ClassNames>(lists.front()) ? class_group(lists) : number_group(lists));
  }
  return json;
}

}  // namespace

Result<PredictionList> parse_predictions(std::string_view content, const std::string& column,
                                         const std::string& where) {
  if (data::is_npy(content)) return read_npy(content, where);
  return read_table(content, column, where);
}

PredictionFile parse_prediction_file(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

Result<Json> prediction_statistics(const std::vector<GroupedRun>& runs, const PredictionFile& file) {
  std::vector<std::pair<std::string, std::vector<PredictionList>>> groups;
  for (const GroupedRun& run : runs) {
    IBID_ASSIGN(const std::string content, read_copy(run.folder, file.path));
    IBID_ASSIGN(PredictionList list, parse_predictions(content, file.column, file.path));
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& group) { return group.first == run.group; });
    if (found == groups.end()) found = groups.insert(groups.end(), {run.group, {}});
    found->second.push_back(std::move(list));
  }
  Json json = Json::array();
  for (const auto& [name, lists] : groups) {
    if (lists.size() > 1) json.push_back(group_json(name, lists));
  }
  return json;
}

}  // namespace ibid::verify
