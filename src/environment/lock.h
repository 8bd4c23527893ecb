#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "environment/debian.h"
#include "environment/index.h"
#include "environment/report_fields.h"
#include "environment/subject.h"

namespace ibid::environment {

// Where a package can be had again.
enum class PackageForm {
  kIndex,    // name==version with the digests of its archives
  kVcs,      // name @ git+https://...@commit
  kArchive,  // name @ address of one archive, with its digest
  kDebian,   // belongs to a Debian package
  kConda,    // belongs to a conda package
  kNone,     // nowhere: the problem says why
};

struct LockedPackage {
  std::string name;  // as index servers compare them
  std::string version;
  PackageForm form = PackageForm::kNone;
  std::string origin;             // of kVcs and kArchive, as pip takes it; of kDebian, "package=version"
  std::vector<Archive> archives;  // of kIndex and kArchive
  std::string problem;            // why it cannot be had again bit by bit, and the remedy; empty: it can

  bool is_hashed() const;
};

struct Lock {
  std::string python;              // "CPython 3.11.2, linux-x86_64, cpython-311-x86_64-linux-gnu, glibc 2.36"
  std::string environment_sha256;  // of `environment` as text
  std::string tag;                 // of the archives that fit best; empty if nobody asked pip
  std::vector<std::string> places;      // where the digests come from
  std::vector<LockedPackage> packages;  // by name
  std::vector<DebianPackage> debian;    // with all that they need, by name
  std::vector<CondaPackage> conda;      // by name
  std::string network_problem;          // the index did not answer; empty: it did, or nobody asked
  Json environment;                     // the environment report without what is private
};

using AskIndex = std::function<Result<IndexAnswers>(const std::vector<std::string>& requirements)>;

// Everything of a captured environment that is needed to have it again. Reads every installed file to see
// whether it is still the one that was installed. Errors: the interpreter did not answer; those of `ask`.
Result<Lock> make_lock(const Subject& subject, const Report& report, const AskIndex& ask);

// Which files of an installed package are not as its archive had them, and the remedy; empty if all are, or
// if nobody knows. Reads every file.
std::string alteration_of(const Subject& subject, const Package& package);

// The environment report as a lock keeps it: without private values and other variables, and with PREFIX and
// BASE for the folders that the interpreter lies in, so that equal environments give equal bytes.
Json environment_record(const Report& report);

}  // namespace ibid::environment
