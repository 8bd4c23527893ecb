#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "hardware/machine.h"
#include "support/temporary_folder.h"

namespace ibid::test {

// A machine made of files that the test writes.
class FakeMachine {
 public:
  // Paths as on the machine: "/proc/stat".
  void write(const std::string& path, const std::string& content) const {
    const auto file = inside(path);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
  }
  void link(const std::string& path, const std::string& target) const {
    const auto file = inside(path);
    std::filesystem::create_directories(file.parent_path());
    std::filesystem::create_symlink(target, file);
  }
  void remove(const std::string& path) const { std::filesystem::remove_all(inside(path)); }

  // A device on the PCI bus; no driver is bound if its name is empty.
  void add_pci_device(const std::string& address, const std::string& pci_class, const std::string& vendor,
                      const std::string& device, const std::string& driver = {}) const {
    const std::string folder = "/sys/bus/pci/devices/" + address + "/";
    write(folder + "class", "0x" + pci_class + "\n");
    write(folder + "vendor", "0x" + vendor + "\n");
    write(folder + "device", "0x" + device + "\n");
    if (!driver.empty()) link(folder + "driver", "../../../bus/pci/drivers/" + driver);
  }

  hardware::Machine machine() const { return hardware::Machine(folder_->path(), answers); }

  hardware::SystemAnswers answers;

 private:
  std::filesystem::path inside(const std::string& path) const { return folder_->path() / path.substr(1); }

  std::unique_ptr<TemporaryFolder> folder_ = std::make_unique<TemporaryFolder>();
};

// What the stub libraries of drivers answer while this object lives.
class StubAnswers {
 public:
  explicit StubAnswers(const std::string& lines) {
    set(lines);
    ::setenv("IBID_STUB_ANSWERS", (folder_ / "answers").c_str(), 1);
  }
  ~StubAnswers() { ::unsetenv("IBID_STUB_ANSWERS"); }
  StubAnswers(const StubAnswers&) = delete;
  StubAnswers& operator=(const StubAnswers&) = delete;

  void set(const std::string& lines) const { std::ofstream(folder_ / "answers", std::ios::trunc) << lines; }

 private:
  TemporaryFolder folder_;
};

}  // namespace ibid::test
