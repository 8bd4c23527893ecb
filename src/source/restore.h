#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "data/object_store.h"
#include "source/record.h"
#include "source/tree_files.h"

namespace ibid::source {

struct RestoreRequest {
  platform::Path folder;   // made; each tree comes below it under its name
  bool may_clone = false;  // from the recorded remotes, where the repository is not on this machine
  HashSettings hashing;
};

struct RestoredTree {
  enum class State { kSame, kDiffers, kNotRestored };

  std::string name;
  platform::Path folder;
  State state = State::kNotRestored;
  std::string detail;                      // what differs, or why it could not be restored
  std::vector<std::string> commands = {};  // by which a person can
};

// Brings every tree of a record back and compares what then lies there with the recorded digest. An error
// only if nothing can go on: the folder is not empty, the disk is full, an interruption.
Result<std::vector<RestoredTree>> restore(const RecordedSource& source, const data::ObjectStore& store,
                                          const RestoreRequest& request);

}  // namespace ibid::source
