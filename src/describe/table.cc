#include "describe/table.h"

#include <algorithm>

#include "base/digest.h"
#include "base/hex.h"
#include "base/number_text.h"
#include "base/text.h"
#include "data/quoted_name.h"
#include "describe/cell.h"
#include "describe/label_file.h"
#include "describe/table_file.h"

namespace ibid::describe {
namespace {

constexpr size_t kNotThere = static_cast<size_t>(-1);
constexpr size_t kMaxGroups = 1'000'000;
constexpr int64_t kProgressItems = 8192;

const Irregularity kRagged = {.kind = "ragged",
                              .text = "rows with another number of cells than the first row"};
const Irregularity kStray = {.kind = "stray-text", .text = "rows with text behind a closing quote"};
const Irregularity kEmptyLines = {.kind = "empty-lines",
                                  .text = "files with empty lines, which were left out"};
const Irregularity kColumnMissing = {.kind = "missing-column",
                                     .text = "columns of the first file that another lacks"};
const Irregularity kColumnExtra = {.kind = "extra-column",
                                   .text = "columns that the first file lacks, which were left out"};
const Irregularity kNoLabelGiven = {.kind = "no-label", .text = "rows without a label"};

std::string place(const platform::Path& path, int64_t line) {
  return data::quoted_name(path.filename().native()) + (line > 0 ? " line " + number_text(line) : "");
}

// The column called `wanted`, or with that number from 1.
Result<size_t> find_column(const std::vector<ColumnFacts>& columns, const std::string& wanted,
                           const std::string& option) {
  std::vector<std::string> names;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == wanted) return i;
    names.push_back(columns[i].name);
  }
  const auto number = parse_int64(wanted);
  if (number && *number >= 1 && *number <= static_cast<int64_t>(columns.size()))
    return static_cast<size_t>(*number - 1);
  const auto guess = closest_match(wanted, names);
  return Error(ErrorCode::kUsage,
               "--" + option + ": there is no column " + data::quoted_name(wanted) + " among the " +
                   number_text(static_cast<int64_t>(columns.size())),
               guess ? "did you mean " + data::quoted_name(*guess) + "?"
                     : "give a name of the first row, or a number from 1");
}

class TableDescriber {
 public:
  explicit TableDescriber(const DescribeRequest& request) : request_(request) {
    facts_.kind = "table";
    facts_.item_word = "row";
  }

  Result<DataFacts> run() {
    for (split_ = 0; split_ < request_.splits.size(); ++split_) {
      facts_.splits.push_back({.name = request_.splits[split_].name});
      facts_.labels.start_split();
      items_.start_split();
      for (ColumnFacts& column : facts_.columns) column.by_split.emplace_back();
      IBID_TRY(read_split(request_.splits[split_]));
    }
    for (ColumnFacts& column : facts_.columns) join_splits(column);
    facts_.equal = items_.analyse(request_.n_examples);
    return std::move(facts_);
  }

 private:
  static void join_splits(ColumnFacts& column) {
    if (column.by_split.empty()) return;
    column.whole = column.by_split[0];
    for (size_t i = 1; i < column.by_split.size(); ++i) column.whole.merge(column.by_split[i]);
  }

  Result<void> read_split(const SplitRequest& split) {
    labels_.reset();
    if (split.label_file) {
      IBID_ASSIGN(labels_, read_label_file(*split.label_file));
      facts_.label_name = "labels in " + data::quoted_name(split.label_file->filename().native());
    }
    for (const platform::Path& path : split.paths) {
      if (!room_left()) break;
      IBID_TRY(read_table(path));
    }
    const int64_t n_items = facts_.splits.back().n_items;
    if (labels_ && static_cast<int64_t>(labels_->size()) != n_items && !facts_.splits.back().cut_short) {
      return Error(ErrorCode::kMalformed,
                   data::quoted_name(split.label_file->native()) + " has " +
                       number_text(static_cast<int64_t>(labels_->size())) + " labels for the " +
                       number_text(n_items) + " rows of '" + split.name + "'",
                   "name the labels that belong to these rows");
    }
    return {};
  }

  bool room_left() const { return !request_.max_items || facts_.splits.back().n_items < *request_.max_items; }

  Result<void> read_table(const platform::Path& path) {
    IBID_ASSIGN(TableFile table, TableFile::open(path, request_));
    if (facts_.columns.empty()) IBID_TRY(take_columns(table));
    match_columns(table, path);
    SplitFacts& split = facts_.splits.back();
    FileFacts file{.path = path, .size_bytes = table.source().size_bytes()};
    std::vector<std::string_view> cells;
    bool at_end = false;
    while (room_left()) {
      IBID_ASSIGN(const bool found, table.next(cells));
      at_end = !found;
      if (at_end) break;
      ++file.n_items;
      ++split.n_items;
      IBID_TRY(add_row(cells, table, path));
      if (request_.progress && split.n_items % kProgressItems == 0)
        request_.progress(split.name, split.n_items);
    }
    if (at_end) {
      file.sha256 = hex_text(table.source().digest());
    } else {
      file.unknown_reason = "only the first rows were read";
      split.cut_short = true;
    }
    if (table.n_empty_lines() > 0) {
      count_irregularity(facts_, kEmptyLines, place(path, 0) + ": " + number_text(table.n_empty_lines()));
    }
    split.files.push_back(std::move(file));
    return {};
  }

  // The first file says what the columns are.
  Result<void> take_columns(const TableFile& table) {
    facts_.reading = table.reading();
    for (size_t i = 0; i < table.n_columns(); ++i) {
      const std::string name =
          table.names().empty() ? "column " + number_text(static_cast<int64_t>(i + 1)) : table.names()[i];
      facts_.columns.push_back({.name = name, .by_split = std::vector<ColumnSummary>(split_ + 1)});
    }
    if (request_.label) {
      IBID_ASSIGN(facts_.label_column, find_column(facts_.columns, *request_.label, "label"));
      facts_.label_name = facts_.columns[*facts_.label_column].name;
    }
    if (request_.group) {
      IBID_ASSIGN(facts_.group_column, find_column(facts_.columns, *request_.group, "group"));
      facts_.groups = GroupFacts{.column = facts_.columns[*facts_.group_column].name};
    }
    for (const std::string& name : request_.ignored) {
      IBID_ASSIGN(const size_t column, find_column(facts_.columns, name, "ignore"));
      facts_.ignored_columns.push_back(column);
    }
    compared_.assign(facts_.columns.size(), true);
    if (facts_.label_column) compared_[*facts_.label_column] = false;
    if (facts_.group_column) compared_[*facts_.group_column] = false;
    for (const size_t column : facts_.ignored_columns) compared_[column] = false;
    return {};
  }

  // Where in this file each column is.
  void match_columns(const TableFile& table, const platform::Path& path) {
    places_.assign(facts_.columns.size(), kNotThere);
    for (size_t i = 0; i < places_.size(); ++i) {
      if (table.names().empty()) {
        if (i < table.n_columns()) places_[i] = i;
      } else {
        const auto found = std::ranges::find(table.names(), facts_.columns[i].name);
        if (found != table.names().end()) places_[i] = static_cast<size_t>(found - table.names().begin());
      }
      if (places_[i] == kNotThere) {
        count_irregularity(facts_, kColumnMissing,
                           data::quoted_name(facts_.columns[i].name) + " in " + place(path, 0));
      }
    }
    for (size_t i = 0; i < table.n_columns(); ++i) {
      if (std::ranges::find(places_, i) != places_.end()) continue;
      const std::string name =
          table.names().empty() ? "column " + number_text(static_cast<int64_t>(i + 1)) : table.names()[i];
      count_irregularity(facts_, kColumnExtra, data::quoted_name(name) + " in " + place(path, 0));
    }
  }

  uint32_t label_of(const std::vector<std::string_view>& cells, const TableFile& table,
                    const platform::Path& path) {
    std::string_view text;
    if (labels_) {
      const auto index = static_cast<size_t>(facts_.splits.back().n_items - 1);
      if (index < labels_->size()) text = (*labels_)[index];
    } else if (facts_.label_column) {
      const size_t at = places_[*facts_.label_column];
      // A whole split without labels is a missing column and told as such.
      if (at == kNotThere) return kNoLabel;
      if (at < cells.size()) text = cells[at];
    } else {
      return kNoLabel;
    }
    if (classify_cell(text).kind != CellKind::kMissing) return facts_.labels.add(text);
    count_irregularity(facts_, kNoLabelGiven, place(path, table.line()));
    return kNoLabel;
  }

  void add_group(const std::vector<std::string_view>& cells) {
    const size_t at = places_[*facts_.group_column];
    if (at >= cells.size() || facts_.groups->too_many) return;
    auto& counts = facts_.groups->counts;
    auto known = counts.find(cells[at]);
    if (known == counts.end()) {
      if (counts.size() == kMaxGroups) {
        facts_.groups->too_many = true;
        counts.clear();
        return;
      }
      known = counts.emplace(std::string(cells[at]), std::vector<int64_t>(request_.splits.size())).first;
    }
    ++known->second[split_];
  }

  Result<void> add_row(const std::vector<std::string_view>& cells, const TableFile& table,
                       const platform::Path& path) {
    if (cells.size() != table.n_columns()) {
      const std::string has = ": " + number_text(static_cast<int64_t>(cells.size())) + " cells, not " +
                              number_text(static_cast<int64_t>(table.n_columns()));
      count_irregularity(facts_, kRagged, place(path, table.line()) + has);
    }
    if (table.stray_text()) count_irregularity(facts_, kStray, place(path, table.line()));
    const uint32_t label = label_of(cells, table, path);
    if (facts_.group_column) add_group(cells);
    content_.clear();
    for (size_t column = 0; column < facts_.columns.size(); ++column) {
      const size_t at = places_[column];
      const bool there = at < cells.size();
      if (compared_[column]) append_cell(there ? &cells[at] : nullptr);
      ColumnSummary& summary = facts_.columns[column].by_split[split_];
      if (there) {
        summary.add(cells[at], column == facts_.label_column ? kNoLabel : label,
                    facts_.splits.back().n_items);
      } else if (at != kNotThere) {
        summary.add_absent();
      }
    }
    for (size_t at = table.n_columns(); at < cells.size(); ++at) append_cell(&cells[at]);
    return items_.add(digest_bytes(content_), label);
  }

  // Each cell with its length before it, so that no two rows give the same bytes.
  void append_cell(const std::string_view* cell) {
    const uint32_t length = cell == nullptr ? 0xFFFFFFFF : static_cast<uint32_t>(cell->size());
    for (int shift = 0; shift < 32; shift += 8) content_ += static_cast<char>(length >> shift & 0xFF);
    if (cell != nullptr) content_ += *cell;
  }

  const DescribeRequest& request_;
  DataFacts facts_;
  ItemIndex items_;
  size_t split_ = 0;
  std::optional<std::vector<std::string>> labels_;  // of this split, where they lie in a file of their own
  std::vector<size_t> places_;                      // by column: its place in the file that is being read
  std::vector<bool> compared_;                      // by column: whether it counts when rows are compared
  std::string content_;
};

}  // namespace

Result<DataFacts> describe_table(const DescribeRequest& request) { return TableDescriber(request).run(); }

}  // namespace ibid::describe
