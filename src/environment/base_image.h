#pragma once

#include <string>

#include "base/result.h"

namespace ibid::environment {

// "NAME@sha256:..." for an image that podman, docker or skopeo has on this machine; no network is used. A
// name that has a digest is returned as it is. Errors: none of them knows the image.
Result<std::string> pinned_image(const std::string& name);

}  // namespace ibid::environment
