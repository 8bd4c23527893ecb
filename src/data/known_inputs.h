#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::data {

// When an input had which content, and which run met it. Times are for people; nothing is computed with them.
struct KnownInput {
  std::string digest;  // as `ibid data hash` prints it
  int64_t size_bytes = 0;
  std::string first_seen, first_run;
  std::string last_seen, last_run;
};

// The register of inputs, read from the lines of a file and written as such (docs/formats/known_inputs.md).
class KnownInputs {
 public:
  // Takes the lines that are intact. False if any is not, or if the head is not that of this version.
  bool read(std::string_view text);
  std::string text() const;

  const std::map<std::string, KnownInput>& entries() const { return entries_; }
  std::map<std::string, KnownInput>& entries() { return entries_; }

 private:
  std::map<std::string, KnownInput> entries_;
};

// Something a run reads. The key is an absolute path, or a name that somebody gave a data set.
struct Input {
  std::string key;
  std::string digest;
  int64_t size_bytes = 0;
};

// What the key of a path is: absolute, links resolved, so that two ways to a file are one input.
std::string input_key(const platform::Path& path);

// An input whose content is not what an earlier run met.
struct ChangedInput {
  Input now;
  KnownInput before;
};

// For people: the input, both digests and sizes, the run that met the earlier one, and how to accept.
std::string change_text(const ChangedInput& change);

struct RememberRequest {
  platform::Path file;  // of the register
  std::string run;      // who reads the inputs
  std::string now;      // RFC 3339
  bool accept = false;  // what is there now is right from here on
};

struct Remembered {
  std::vector<ChangedInput> changed;  // in the order of the inputs; also those that were accepted
  std::string problem = {};           // of a damaged register: what was done about it
};

// Compares inputs with what is known of them, and writes down what is new. A changed input keeps its old
// entry until it is accepted, so that every run warns of it. Other processes wait. A damaged register is
// copied aside, and of its lines those that are intact are kept. Errors: i/o, where the register lies.
Result<Remembered> remember_inputs(const std::vector<Input>& inputs, const RememberRequest& request);

}  // namespace ibid::data
