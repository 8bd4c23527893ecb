#pragma once

#include <sys/stat.h>

#include "platform/folder_scan.h"

namespace ibid::platform {

FileStatus file_status(const struct stat& status);

}  // namespace ibid::platform
