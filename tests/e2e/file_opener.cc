// Opens files in the ways that the tests of --trace-files ask for; built against the C library and
// statically.

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

void make(const std::string& path) {
  if (FILE* file = std::fopen(path.c_str(), "w")) {
    std::fputs("made\n", file);
    std::fclose(file);
  }
}

void read_and_make_and_move() {
  char line[99] = "";
  if (FILE* file = std::fopen("in.txt", "r")) {
    if (std::fgets(line, sizeof line, file) == nullptr) std::abort();
    std::fclose(file);
  }
  if (std::fopen("absent.txt", "r") != nullptr) std::abort();
  make("new.tmp");
  std::rename("new.tmp", "new.txt");
  make("gone.txt");
  ::unlink("gone.txt");
  const int folder = ::open("below", O_RDONLY | O_DIRECTORY);
  ::close(::openat(folder, "relative.txt", O_WRONLY | O_CREAT, 0600));
  if (::link("in.txt", "linked.txt") != 0 || ::truncate("shortened.txt", 1) != 0) std::abort();
}

}  // namespace

int main(int n_words, char** words) {
  if (n_words == 1) {
    read_and_make_and_move();
    return 3;
  }
  const std::string count = words[1];
  std::vector<std::thread> threads;
  for (int i = 0; i < std::atoi(count.c_str()); ++i)
    threads.emplace_back([i] { make("thread-" + std::to_string(i)); });
  for (std::thread& thread : threads) thread.join();
  return 0;
}
