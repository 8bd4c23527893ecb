#pragma once

#include <string>

#include "base/json.h"
#include "platform/file.h"
#include "platform/file_descriptor.h"

namespace ibid::platform {

// The file of events that a run folder has of each watched process: one JSON object a line, written at once.
class EventFile {
 public:
  // Continues the file, or makes it. Not valid if that fails.
  static EventFile open(const Path& path);

  bool valid() const { return file_.valid(); }
  int descriptor() const { return file_.get(); }

  // Best effort: a full disk must not stop the program that is watched.
  void write(const Json& event) const;

 private:
  explicit EventFile(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
};

}  // namespace ibid::platform
