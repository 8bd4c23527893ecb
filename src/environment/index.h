#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "platform/file.h"

namespace ibid::environment {

// A file from which a package can be installed.
struct Archive {
  std::string name;    // "numpy-1.26.4-cp311-cp311-....whl"
  std::string sha256;  // hexadecimal digits; empty: the index gives no digest
};

// What the index has for one package in one version.
struct Offer {
  std::vector<Archive> archives;  // those that fit the interpreter, by name
  std::string problem;            // why nobody knows; empty: they are all
};

struct IndexAnswers {
  std::string tag;                      // what fits best: "cp311-cp311-manylinux_2_36_x86_64"
  std::vector<std::string> places;      // indexes and folders that were asked, without credentials
  std::map<std::string, Offer> offers;  // by "name==version"
};

// Asks the pip of an interpreter which archives the index that the user configured offers for
// "name==version"; with a wheelhouse, that folder and nothing else. Downloads the index's pages alone.
// Errors: there is no pip or it cannot be asked; it took too long. That the index did not answer is told
// inside each offer.
Result<IndexAnswers> ask_index(const std::string& interpreter, const std::vector<std::string>& requirements,
                               const std::optional<platform::Path>& wheelhouse);

// "file:///a%20b" for "/a b": pip splits its settings at blanks. And back; a host before the path is left
// out.
std::string address_of_path(const platform::Path& path);
platform::Path path_of_address(const std::string& address);

// What pip_hashes.py prints. Errors: it could not ask, or it is not its output.
Result<IndexAnswers> parse_index_answers(const Json& json);

}  // namespace ibid::environment
