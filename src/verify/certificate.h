#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "platform/file.h"

// Certificates of a verification (docs/formats/certificate.md): an in-toto Statement that names every file of
// the verification and what it was about by SHA-256, and says what was varied and what came out.
namespace ibid::verify {

inline constexpr const char* kStatementType = "https://in-toto.io/Statement/v1";
inline constexpr const char* kPredicateType = "urn:ibid:verification:1";
inline constexpr const char* kPayloadType = "application/vnd.in-toto+json";

// The statement about the verification in `folder`, whose report.json it needs. Errors: there is none; a file
// cannot be read.
Result<Json> certificate_statement(const platform::Path& folder);

// Of one thing that a statement names.
struct SubjectCheck {
  enum class State { kSame, kChanged, kAbsent };
  std::string name;
  State state = State::kAbsent;
};

struct StatementCheck {
  std::vector<SubjectCheck> record;  // files of the verification
  std::vector<SubjectCheck>
      outside;                     // data that was read, models that were written, a first record elsewhere
  std::vector<std::string> added;  // files in the folder that the statement does not name

  // All files of the record are as they were, none came, and nothing outside is another one.
  bool intact() const;
};

// Errors (malformed): it is no statement of this kind.
Result<void> check_statement_form(const Json& statement, const std::string& name);

// Compares everything that a statement of the right form names with what is there now. `certificate` is a
// file that may lie in the folder without being named.
Result<StatementCheck> check_statement(const Json& statement, const platform::Path& folder,
                                       const platform::Path& certificate);

}  // namespace ibid::verify
