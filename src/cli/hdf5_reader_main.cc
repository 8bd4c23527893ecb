// ibid-hdf5-reader, which 'ibid compare' starts to read HDF5 files: FILE MAX_BYTES. Prints safetensors.

#include <cstdio>
#include <string>

#include "base/number_text.h"
#include "compare/hdf5_export.h"

int main(int n_words, char** words) {
  const auto max_bytes = n_words == 3 ? ibid::parse_int64(words[2]) : std::nullopt;
  if (!max_bytes) {
    std::fputs("ibid-hdf5-reader is started by 'ibid compare', not by hand\n", stderr);
    return 2;
  }
  const ibid::Result<std::string> text = ibid::compare::export_hdf5(words[1], *max_bytes);
  if (!text.ok()) {
    std::fputs(text.error().message().c_str(), stderr);
    return 1;
  }
  const bool written =
      std::fwrite(text.value().data(), 1, text.value().size(), stdout) == text.value().size();
  return written && std::fflush(stdout) == 0 ? 0 : 3;
}
