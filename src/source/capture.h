#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/object_store.h"
#include "source/report_fields.h"
#include "source/tree_files.h"

namespace ibid::source {

// A folder to look at.
struct CaptureRoot {
  platform::Path path;
  std::string origin;    // "the command line", "sys.path": for the record
  bool required = true;  // one that is missing or too wide (the home folder, /) is an error, not a remark
};

struct CaptureRequest {
  std::vector<CaptureRoot> roots;
  int64_t max_file_bytes = int64_t{10} << 20;
  int64_t max_total_bytes = int64_t{100} << 20;  // of everything that goes into the store
  int64_t max_files = 100'000;                   // of a folder without git
  std::vector<platform::Path> skipped;           // never captured: where the record itself is being written
  std::optional<platform::Path> home;            // not captured as a whole
  HashSettings hashing;
};

// Every source tree that the roots lie in, each once, with what it takes to have it again in the store: the
// manifest of its files, of a repository a patch against its commit, of another folder its files. No
// repository is written to and no program is run. Errors: a required root, the store, an interruption.
Result<Report> capture(const CaptureRequest& request, data::ObjectStore& store);

}  // namespace ibid::source
