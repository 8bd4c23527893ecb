#pragma once

#include <vector>

#include "compare/zip_archive.h"

namespace ibid::compare {

// What Keras 3 saves as .keras: a zip archive of weights as HDF5, and JSON.
bool looks_like_keras(const std::vector<ZipMember>& members);

// Takes the time of saving out of an archive of Keras: two models do not differ by when they were saved.
void drop_time_of_saving(std::vector<ZipMember>& members);

}  // namespace ibid::compare
