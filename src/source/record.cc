#include "source/record.h"

#include <algorithm>

#include "data/object_store.h"
#include "report/check.h"
#include "source/name_text.h"
#include "source/place_file.h"
#include "source/report_fields.h"

namespace ibid::source {
namespace {

constexpr const char* kRemedy = "the record was altered: take it again from where it was written";

std::optional<std::string> text_of(const Json& item, const char* field) {
  const Json& fact = item[field];
  if (!fact.contains("value")) return std::nullopt;
  return fact["value"].get<std::string>();
}

std::string reason_of(const Json& item, const char* field) {
  const Json& fact = item[field];
  for (const char* key : {"unknown", "redacted"}) {
    if (fact.contains(key)) return fact[key].get<std::string>();
  }
  return {};
}

Result<std::optional<std::string>> digest_of(const Json& item, const char* field, std::string_view name) {
  std::optional<std::string> digest = text_of(item, field);
  if (!digest || data::is_sha256(*digest)) return digest;
  return Error(ErrorCode::kMalformed, std::string(name) + ": " + field + " is no digest", kRemedy);
}

Result<RecordedTree> tree_of(const Json& item, std::string_view name) {
  RecordedTree tree;
  tree.name = name_from_text(text_of(item, "name").value_or(""));
  if (!is_safe_path(tree.name)) {
    return Error(ErrorCode::kMalformed,
                 std::string(name) + ": " + data::quoted_name(tree.name) + " cannot be the name of a tree",
                 kRemedy);
  }
  tree.root = text_of(item, "root");
  if (tree.root) tree.root = name_from_text(*tree.root);
  IBID_ASSIGN(tree.manifest, digest_of(item, "manifest", name));
  IBID_ASSIGN(tree.tree, digest_of(item, "tree", name));
  tree.why_unknown = reason_of(item, "manifest");
  return tree;
}

// "origin https://host/x"
void take_remotes(const Json& fact, RecordedTree& tree) {
  if (!fact.contains("value")) return;
  for (const Json& entry : fact["value"]) {
    const auto text = entry.get<std::string>();
    const size_t space = text.find(' ');
    if (space != std::string::npos && space > 0)
      tree.remotes.emplace_back(text.substr(0, space), text.substr(space + 1));
  }
}

Result<RecordedTree> repository_of(const Json& item, std::string_view name) {
  IBID_ASSIGN(RecordedTree tree, tree_of(item, name));
  tree.is_repository = true;
  tree.commit = text_of(item, "commit");
  tree.has_commit = tree.commit.has_value();
  if (tree.commit &&
      (tree.commit->size() != 40 || tree.commit->find_first_not_of("0123456789abcdef") != std::string::npos))
    return Error(ErrorCode::kMalformed, std::string(name) + ": commit is no name of a commit", kRemedy);
  take_remotes(item["remotes"], tree);
  IBID_ASSIGN(tree.patch, digest_of(item, "patch", name));
  return tree;
}

}  // namespace

Result<Json> parse_record(std::string_view text, std::string_view name) {
  IBID_ASSIGN(Json record, parse_json(text, name));
  IBID_TRY(report::check(record, {"ibid.source", kFormatVersion, report_sections()}, name));
  return record;
}

Result<RecordedSource> recorded_source(const Json& record, std::string_view name) {
  RecordedSource out;
  for (const Json& item : record["repositories"]["items"]) {
    IBID_ASSIGN(RecordedTree tree, repository_of(item, name));
    out.trees.push_back(std::move(tree));
  }
  for (const Json& item : record["folders"]["items"]) {
    IBID_ASSIGN(RecordedTree tree, tree_of(item, name));
    out.trees.push_back(std::move(tree));
  }
  std::ranges::sort(out.trees, {}, &RecordedTree::name);
  const auto twice = std::ranges::adjacent_find(out.trees, {}, &RecordedTree::name);
  if (twice != out.trees.end()) {
    return Error(ErrorCode::kMalformed,
                 std::string(name) + ": two trees are called " + data::quoted_name(twice->name), kRemedy);
  }
  for (const Json& item : record["left_out"]["items"]) {
    if (const auto place = text_of(item, "name")) out.left_out.insert(name_from_text(*place));
  }
  return out;
}

}  // namespace ibid::source
