#include "source/capture.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/number_text.h"
#include "platform/file_error.h"
#include "source/collection.h"
#include "source/git_repository.h"
#include "source/name_text.h"
#include "source/place_file.h"

namespace ibid::source {
namespace {

using platform::Path;
using report::Fact;
using report::FactList;
using Text = Fact<std::string>;

struct ResolvedRoot {
  const CaptureRoot* asked;
  Path path;                 // links resolved; as asked where that cannot be done
  Path tree;                 // the root of the tree that holds it
  std::string why;           // not: why it is left out
  std::optional<Path> file;  // in that folder, if one was named
};

bool is_too_wide(const Path& path, const CaptureRequest& request) {
  return path == path.root_path() || (request.home && path == *request.home);
}

Error too_wide(const Path& path) {
  return Error(
      ErrorCode::kUsage,
      "'" + path.string() + "' is the home folder or the root of the file system: that is more than source",
      "name the folder in it that holds the program");
}

// The folder of a file that is named by itself.
Path folder_of(const Path& path) { return platform::is_folder(path) ? path : path.parent_path(); }

// Whether a folder is in the working tree around it only by its place. Then it is captured as it lies there.
bool is_ignored(const Path& folder, const Path& repository) {
  if (folder == repository) return false;
  const Result<GitRepository> opened = GitRepository::open(repository);
  return opened.ok() && opened.value().has_working_tree() &&
         opened.value().ignores(folder.lexically_relative(repository).native());
}

Result<ResolvedRoot> resolve(const CaptureRoot& asked, const CaptureRequest& request) {
  ResolvedRoot root{&asked, asked.path, {}, {}, {}};
  std::error_code problem;
  const Path path = std::filesystem::canonical(asked.path, problem);
  if (problem) {
    Error error = platform::file_error("open", asked.path, problem.value());
    if (asked.required) return error;
    root.why = reason_without_path(error);
    return root;
  }
  root.path = folder_of(path);
  if (root.path != path) root.file = path;
  if (is_too_wide(root.path, request)) {
    if (asked.required) return too_wide(root.path);
    root.why = "it is the home folder or the root of the file system";
    return root;
  }
  const auto repository = find_repository(root.path);
  // A repository of somebody's home is for settings; what lies below it is no part of it.
  const bool holds_it =
      repository && !is_too_wide(*repository, request) && !is_ignored(root.path, *repository);
  root.tree = holds_it ? *repository : root.path;
  return root;
}

bool is_inside(const Path& path, const Path& folder) {
  const auto [end, ignored] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

// Names that no two trees share, in the order of the roots' paths.
std::map<Path, std::string> names_of(const std::vector<ResolvedRoot>& roots) {
  std::map<Path, std::string> names;
  for (const ResolvedRoot& root : roots) {
    if (root.why.empty()) names.emplace(root.tree, "");
  }
  std::set<std::string> used;
  for (auto& [tree, name] : names) {
    const std::string own = tree.filename().string();
    // A bare repository may be called like that; nothing is ever restored into such a folder.
    const std::string wanted = own == ".git" ? "git" : own;
    name = wanted;
    for (int count = 2; !used.insert(name).second; ++count) name = wanted + "~" + number_text(count);
  }
  return names;
}

// Those of one name stay in their order.
template <class T>
void sort_by_name(std::vector<T>& items) {
  std::multimap<std::string, T> by_name;
  for (T& item : items) {
    std::string name = item.name.value();
    by_name.emplace(std::move(name), std::move(item));
  }
  items.clear();
  for (auto& [name, item] : by_name) items.push_back(std::move(item));
}

// By path, the names of all trees that were captured.
std::map<std::string, std::string> captured_trees(const Collection& collection) {
  std::map<std::string, std::string> trees;
  for (const Repository& repository : collection.repositories)
    trees.emplace(repository.root.value(), repository.name.value());
  for (const Folder& folder : collection.folders) trees.emplace(folder.root.value(), folder.name.value());
  return trees;
}

Root describe_root(const ResolvedRoot& resolved, const std::map<std::string, std::string>& trees) {
  Root root;
  root.path = Text::known(name_text(resolved.path.native()), resolved.asked->origin);
  root.origin = Text::known(resolved.asked->origin, "the request");
  root.tree = Text::unknown(resolved.why.empty() ? "it was not captured" : resolved.why);
  if (!resolved.why.empty()) return root;
  // The innermost tree that holds it: one may lie in another.
  for (Path path = resolved.path;; path = path.parent_path()) {
    const auto found = trees.find(name_text(path.native()));
    if (found != trees.end()) {
      root.tree = Text::known(found->second, "the folders above it");
      return root;
    }
    if (path == path.parent_path()) return root;
  }
}

Report finished(Collection& collection, const std::vector<ResolvedRoot>& roots) {
  const auto trees = captured_trees(collection);
  sort_by_name(collection.repositories);
  sort_by_name(collection.submodules);
  sort_by_name(collection.folders);
  sort_by_name(collection.changes);
  sort_by_name(collection.left_out);
  sort_by_name(collection.notebooks);
  Report report;
  std::vector<Root> described;
  for (const ResolvedRoot& root : roots) described.push_back(describe_root(root, trees));
  report.roots = FactList<Root>::known(std::move(described), "the request");
  const std::string looked = "the folders that were looked at";
  report.repositories = FactList<Repository>::known(std::move(collection.repositories), looked);
  report.submodules =
      FactList<Submodule>::known(std::move(collection.submodules), "the repositories' indexes");
  report.folders = FactList<Folder>::known(std::move(collection.folders), looked);
  report.changes = FactList<Change>::known(std::move(collection.changes), "HEAD against the working trees");
  report.left_out = FactList<LeftOutFile>::known(std::move(collection.left_out), "the rules of this format");
  report.notebooks =
      FactList<Notebook>::known(std::move(collection.notebooks), "the files that were captured");
  return report;
}

}  // namespace

Result<Report> capture(const CaptureRequest& request, data::ObjectStore& store) {
  std::vector<ResolvedRoot> roots;
  for (const CaptureRoot& asked : request.roots) {
    IBID_ASSIGN(ResolvedRoot root, resolve(asked, request));
    const auto same = [&root](const ResolvedRoot& other) {
      return other.path == root.path && other.file == root.file;
    };
    if (std::ranges::none_of(roots, same)) roots.push_back(std::move(root));
  }
  Collection collection(request, store);
  for (const ResolvedRoot& root : roots) {
    if (root.file) collection.wanted_files.push_back(*root.file);
  }
  // In the order of their paths, so that a folder comes before what lies in it.
  Path last_folder;
  for (const auto& [tree, name] : names_of(roots)) {
    const bool covered =
        !last_folder.empty() && is_inside(tree, last_folder) && find_repository(tree) != tree;
    if (covered) continue;
    const size_t n_folders = collection.folders.size();
    IBID_TRY(capture_tree(collection, tree, name, "root"));
    if (collection.folders.size() > n_folders) last_folder = tree;
  }
  IBID_TRY(store.flush());
  return finished(collection, roots);
}

}  // namespace ibid::source
