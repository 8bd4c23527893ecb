#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "describe/column.h"
#include "describe/items.h"
#include "describe/labels.h"
#include "platform/file.h"

namespace ibid::describe {

// One part of a data set, as the user named it.
struct SplitRequest {
  std::string name;
  std::vector<platform::Path> paths;
  std::optional<platform::Path> label_file = {};
};

enum class Header { kGuess, kPresent, kAbsent };

struct DescribeRequest {
  std::vector<SplitRequest> splits;
  std::optional<std::string> label = {};  // a column's name, or its number from 1
  std::optional<std::string> group = {};
  std::vector<std::string> ignored = {};  // columns that do not count when rows are compared
  std::optional<char> delimiter = {};     // else guessed
  Header header = Header::kGuess;
  std::optional<int64_t> max_items = {};  // of each split
  size_t n_examples = 5;
  // Called now and then with the split that is being read and how many items it had.
  std::function<void(const std::string& split, int64_t n_items)> progress = {};
};

// How a thing was found out about the data, or decided: part of the card.
struct Note {
  std::string title, text;
};

struct FileFacts {
  platform::Path path;
  int64_t size_bytes = 0;
  std::string sha256 = {};          // empty: unknown,
  std::string unknown_reason = {};  // for this reason
  int64_t n_items = 0;
};

// Something in a file that is not as it should be, counted, with its first places.
struct Irregularity {
  std::string kind;  // "ragged", "stray-text", "unreadable", ...
  std::string text;  // "rows with another number of cells than the header"
  int64_t n = 0;
  std::vector<std::string> examples = {};
};

struct SplitFacts {
  std::string name;
  std::vector<FileFacts> files = {};
  int64_t n_items = 0;
  bool cut_short = false;  // by max_items
};

struct ColumnFacts {
  std::string name;
  std::vector<ColumnSummary> by_split = {};
  ColumnSummary whole = {};
};

// Which groups (patients, sites) are in which splits. More than a million and nothing is known.
struct GroupFacts {
  std::string column;
  bool too_many = false;
  std::map<std::string, std::vector<int64_t>, std::less<>> counts = {};  // by split
};

// Of a folder of images.
struct ImageKind {
  std::string format;
  int64_t width = 0, height = 0, depth = 0, channels = 0, bits = 0;

  auto operator<=>(const ImageKind&) const = default;
};

// All that was found out about a data set; what it means is for findings.h.
struct DataFacts {
  std::string kind;       // "table", "arrays", "image folder"
  std::string item_word;  // "row", "image"
  std::vector<Note> reading;
  std::vector<SplitFacts> splits;
  std::optional<std::string> label_name;
  Labels labels;
  std::optional<GroupFacts> groups;
  std::vector<ColumnFacts> columns;
  std::optional<size_t> label_column, group_column;
  std::vector<size_t> ignored_columns;
  EqualItems equal;
  std::vector<Irregularity> irregularities;
  std::map<ImageKind, int64_t> image_kinds;
  std::vector<std::vector<std::string>> item_names;  // by split, where items are files

  // "train.csv row 17"; "t10k-images image 3"; "cats/17.png".
  std::string item_name(const ItemRef& item) const;
};

// Adds one to the irregularity of this kind; of its places the first five are kept.
void count_irregularity(DataFacts& facts, const Irregularity& irregularity, const std::string& place);

}  // namespace ibid::describe
