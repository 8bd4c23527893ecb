#pragma once

#include <string>

#include "base/json.h"
#include "cli/command.h"
#include "data/object_store.h"

namespace ibid::cli {

class Invocation;

// --store DIR, and the store that it names; without it, ibid/store in the user's data folder.
OptionSpec source_store_option();
Result<data::ObjectStore> source_store(const Invocation& invocation);

// A record that ibid source capture wrote.
Result<Json> read_source_record(const std::string& path);

}  // namespace ibid::cli
