// safetensors_echo IN OUT: reads a file, prints what it found and writes it again: one line per tensor, its
// name, what it is, its first and last element.

#include <cstdio>

#include "engine/io/safetensors.h"
#include "platform/atomic_file.h"
#include "platform/file.h"

namespace {

ibid::Result<void> echo(const char* in, const char* out) {
  IBID_ASSIGN(const std::string bytes, ibid::platform::read_file(in));
  IBID_ASSIGN(const ibid::io::Safetensors content,
              ibid::io::decode_safetensors(std::as_bytes(std::span(bytes)), in));
  for (const auto& [name, tensor] : content.tensors) {
    std::printf("%s|%s", name.c_str(), tensor.describe().c_str());
    if (tensor.n_elements() > 0) {
      const ibid::Tensor flat = tensor.reshape({tensor.n_elements()});
      std::printf("|%.17g|%.17g", flat.select(0, 0).item(), flat.select(0, -1).item());
    }
    std::printf("\n");
  }
  for (const auto& [name, text] : content.metadata)
    std::printf("metadata|%s|%s\n", name.c_str(), text.c_str());
  return ibid::platform::write_file_atomically(out, ibid::io::encode_safetensors(content));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: safetensors_echo IN OUT\n");
    return 2;
  }
  const ibid::Result<void> done = echo(argv[1], argv[2]);
  if (!done.ok()) std::fprintf(stderr, "%s\n", done.error().to_string().c_str());
  return done.ok() ? 0 : 3;
}
