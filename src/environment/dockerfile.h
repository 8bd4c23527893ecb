#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "environment/lock.h"
#include "environment/report_fields.h"

namespace ibid::environment {

struct DockerfileRequest {
  std::string base;         // an image by its digest: "NAME@sha256:..."
  std::string base_name;    // what the user called it
  bool has_wheels = false;  // archives lie in wheels/ beside the file
  bool asks_index = true;   // for archives that do not
};

// A Dockerfile for the environment of a lock. It expects requirements.lock and, where the lock has such
// packages, apt.lock and requirements-unhashed.lock beside itself. The same lock gives the same bytes.
// Errors: the base is not named by a digest.
Result<std::string> dockerfile_text(const DockerfileRequest& request, const Lock& lock, const Report& report);

// The switches for threads, determinism and hash seed that are set, by name: what a container has to set too.
std::map<std::string, std::string> switches_in_force(const Report& report);

// "name:tag" with a digest as "name@sha256:...": builders refuse both together. Nothing if it names none.
std::string without_tag(const std::string& image);
bool is_pinned(const std::string& image);

}  // namespace ibid::environment
