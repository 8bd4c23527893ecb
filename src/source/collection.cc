#include "source/collection.h"

#include <algorithm>

#include "base/hex.h"
#include "base/text.h"
#include "source/name_text.h"
#include "source/notebook.h"
#include "source/place_file.h"

namespace ibid::source {
namespace {

using report::Fact;
using Text = Fact<std::string>;
using Number = Fact<int64_t>;

std::string place_of(const TreeWork& tree, const std::string& path) {
  return name_text(path.empty() || path == "." ? tree.name : tree.name + "/" + path);
}

LeftOutFile left_out_file(const TreeWork& tree, const std::string& path, const std::string& reason) {
  LeftOutFile file;
  file.name = Text::known(place_of(tree, path), "the tree");
  file.reason = Text::known(reason, "the rules of this format");
  return file;
}

Result<void> read_notebooks(Collection& collection, const TreeWork& tree) {
  for (const TreeFile& file : tree.files) {
    if (!file.path.ends_with(".ipynb") || file.kind == data::EntryKind::kLink || !file.problem.empty())
      continue;
    const auto text = content_of(tree.root / file.path, collection.request.max_file_bytes);
    Notebook notebook = read_notebook(text.ok() ? text.value() : "");
    notebook.name = Text::known(place_of(tree, file.path), "the tree");
    collection.notebooks.push_back(std::move(notebook));
  }
  return {};
}

}  // namespace

bool is_skipped(const Collection& collection, const platform::Path& path) {
  return std::ranges::any_of(collection.request.skipped, [&path](const platform::Path& skipped) {
    return path == skipped || path.native().starts_with(skipped.native() + "/");
  });
}

void leave_out(Collection& collection, const TreeWork& tree, const std::string& path,
               const std::string& reason, std::optional<int64_t> size_bytes) {
  LeftOutFile file = left_out_file(tree, path, reason);
  file.size_bytes = size_bytes ? Number::known(*size_bytes, "the file system")
                               : Number::unknown("it is a folder, or cannot be examined");
  file.digest = Text::unknown("it was not read");
  collection.left_out.push_back(std::move(file));
}

bool take_size(Collection& collection, TreeWork& tree, const TreeFile& file) {
  const int64_t size = file.status.size_bytes;
  std::string reason;
  if (size > collection.request.max_file_bytes) {
    reason = "larger than " + format_bytes(collection.request.max_file_bytes) + " (--max-file)";
  } else if (size > collection.bytes_left) {
    reason = "all files together would be larger than " + format_bytes(collection.request.max_total_bytes) +
             " (--max-total)";
  }
  if (reason.empty()) {
    collection.bytes_left -= size;
    return true;
  }
  tree.large.push_back(file);
  tree.large_why.push_back(reason);
  return false;
}

Result<void> finish_left_out(Collection& collection, TreeWork& tree) {
  for (TreeFile& file : tree.large) {
    if (file.status.size_bytes > kMaxHashedBytes)
      file.problem = "larger than " + format_bytes(kMaxHashedBytes) + ": 'ibid data hash' gives it";
  }
  IBID_TRY(hash_files(tree.root, tree.large, collection.request.hashing));
  for (size_t i = 0; i < tree.large.size(); ++i) {
    const TreeFile& file = tree.large[i];
    LeftOutFile entry = left_out_file(tree, file.path, tree.large_why[i]);
    entry.size_bytes = Number::known(file.status.size_bytes, "the file system");
    entry.digest = file.problem.empty() ? Text::known(hex_text(file.digest), "its content, as in a manifest")
                                        : Text::unknown(file.problem);
    collection.left_out.push_back(std::move(entry));
  }
  return {};
}

Result<StoredTree> finish_tree(Collection& collection, TreeWork& tree, bool hash) {
  if (hash) IBID_TRY(hash_files(tree.root, tree.files, collection.request.hashing));
  for (const TreeFile& file : tree.files) {
    if (!file.problem.empty()) leave_out(collection, tree, file.path, file.problem, file.status.size_bytes);
  }
  IBID_TRY(finish_left_out(collection, tree));
  IBID_TRY(read_notebooks(collection, tree));
  StoredTree stored;
  IBID_ASSIGN(stored.manifest, manifest_of(tree.files));
  IBID_ASSIGN(stored.object, put_content(collection.store, data::manifest_text(stored.manifest)));
  return stored;
}

Result<void> capture_tree(Collection& collection, const platform::Path& root, const std::string& name,
                          const std::string& role) {
  if (!collection.seen.insert(root).second) return {};
  std::string why_not;
  IBID_ASSIGN(const bool done, capture_repository(collection, root, name, role, why_not));
  return done ? Result<void>() : capture_folder(collection, root, name, why_not);
}

}  // namespace ibid::source
