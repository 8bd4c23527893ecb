#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "environment/subject.h"
#include "support/temporary_folder.h"

namespace ibid::test {

// The files of a machine that a test makes up.
class CapturedFiles {
 public:
  void add(const std::string& path, std::string_view content) {
    const std::filesystem::path place = folder_.path() / path.substr(1);
    std::filesystem::create_directories(place.parent_path());
    std::ofstream(place, std::ios::binary)
        .write(content.data(), static_cast<std::streamsize>(content.size()));
  }

  environment::Subject subject() const {
    environment::Subject subject;
    subject.files = platform::FileTree(folder_.path());
    return subject;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace ibid::test
