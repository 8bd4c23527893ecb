// Stands in for libFuzzer where only the corpus is to be replayed: runs every file of the folder named on the
// command line, then mutations of them that are the same on every machine (standard's random numbers).

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "base/random_stream.h"
#include "platform/file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size);

namespace {

using ibid::RandomStream;

constexpr int kMutationsPerFile = 2000;

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

// Up to four times: a byte changed, a bit flipped, a piece removed, a piece doubled, a byte at an edge of its
// range.
std::string mutated(std::string input, RandomStream& random) {
  for (uint32_t left = 1 + random.draw(4); left > 0 && !input.empty(); --left) {
    const size_t at = random.draw(static_cast<uint32_t>(input.size()));
    const size_t length = 1 + random.draw(16);
    switch (random.draw(5)) {
      case 0:
        input[at] = static_cast<char>(random.draw(256));
        break;
      case 1:
        input[at] = static_cast<char>(input[at] ^ (1 << random.draw(8)));
        break;
      case 2:
        input.erase(at, length);
        break;
      case 3:
        input.insert(at, input.substr(at, length));
        break;
      default:
        input[at] = random.draw(2) == 0 ? '\0' : '\xff';
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
    return 2;
  }
  const auto files = ibid::platform::list_sorted(argv[1]);
  if (!files.ok() || files.value().empty()) {
    std::fprintf(stderr, "no corpus in %s\n", argv[1]);
    return 1;
  }
  int64_t n_inputs = 0;
  for (size_t i = 0; i < files.value().size(); ++i) {
    const std::string input = ibid::platform::read_file(files.value()[i]).value();
    run(input);
    RandomStream random = RandomStream::create(1, {.purpose = ibid::RandomPurpose::kConformance,
                                                   .step = static_cast<int64_t>(i)})
                              .value();
    for (int mutation = 0; mutation < kMutationsPerFile; ++mutation) run(mutated(input, random));
    n_inputs += 1 + kMutationsPerFile;
  }
  std::printf("%lld inputs from %zu files\n", static_cast<long long>(n_inputs), files.value().size());
  return 0;
}
