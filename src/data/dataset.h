#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::data {

struct DatasetFile {
  std::string_view name;
  int64_t size_bytes = 0;
  std::string_view sha256;
};

// A data set that ibid can check, and fetch if it has mirrors or else make.
struct Dataset {
  std::string_view name;
  std::string_view title;
  std::string_view licence;
  std::string_view source;
  std::span<const DatasetFile> files;
  std::span<const std::string_view> mirrors;  // a file's address is mirror + name; tried in this order
};

std::span<const Dataset> known_datasets();

// An error that lists the known ones if there is none of this name.
Result<const Dataset*> find_dataset(std::string_view name);

// Where data sets are looked for: only in `folder` if that is given, else in `data_folder`/name and then in
// `cache_folder`/name.
struct DataLocations {
  std::optional<platform::Path> folder;
  std::optional<platform::Path> data_folder;
  std::optional<platform::Path> cache_folder;
};

std::vector<platform::Path> candidate_folders(const DataLocations& locations, std::string_view dataset_name);

enum class FileState { kIntact, kMissing, kAltered };

struct FileCheck {
  platform::Path path;
  const DatasetFile* expected = nullptr;
  FileState state = FileState::kMissing;
  int64_t size_bytes = 0;
  std::string sha256;  // of what is there
};

// Compares every file of the data set in `folder` with its pinned digest.
Result<std::vector<FileCheck>> check_dataset(const Dataset& dataset, const platform::Path& folder);

}  // namespace ibid::data
