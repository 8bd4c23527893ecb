#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace ibid::source {

// What a record says about how one tree is had again.
struct RecordedTree {
  std::string name;  // also where it belongs, from the folder on into which all are restored
  bool is_repository = false;
  bool has_commit = false;          // a repository without one is as good as new
  std::optional<std::string> root;  // where it was; not in a record made fit to be shown
  std::optional<std::string> commit;
  std::vector<std::pair<std::string, std::string>> remotes;  // name and address
  std::optional<std::string> patch;     // object; nothing if nothing differs from the commit
  std::optional<std::string> manifest;  // object
  std::optional<std::string> tree;      // the root of the manifest
  std::string why_unknown;              // why there is no manifest
};

struct RecordedSource {
  std::vector<RecordedTree> trees;  // by name: a tree comes before those in it
  std::set<std::string> left_out;   // names of files and folders
};

// The JSON of a record that has been checked; `name` says in errors where the text came from.
Result<Json> parse_record(std::string_view text, std::string_view name);

// What there is to restore. Names that lead elsewhere and digests that are none are errors.
Result<RecordedSource> recorded_source(const Json& record, std::string_view name);

}  // namespace ibid::source
