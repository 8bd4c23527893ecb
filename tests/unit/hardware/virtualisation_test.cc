#include "hardware/virtualisation.h"

#include <doctest/doctest.h>

#include "captured_machine.h"
#include "support/temporary_folder.h"

namespace ibid::hardware {
namespace {

using test::captured_machine;
using test::put;
using test::TemporaryFolder;

struct Signs {
  const char* vendor;
  const char* product;
  const char* flags;
};

std::string found(const Signs& signs) {
  const TemporaryFolder folder;
  put(folder.path(), "sys/class/dmi/id/sys_vendor", signs.vendor);
  put(folder.path(), "sys/class/dmi/id/product_name", signs.product);
  put(folder.path(), "proc/cpuinfo", std::string("processor: 0\nflags: ") + signs.flags + "\n");
  return virtualisation(test::bare_machine(folder.path())).value();
}

TEST_CASE("captured machines") {
  for (const auto& [name, hypervisor] : {std::pair("xeon-server", "none"),
                                         {"amd-desktop", "none"},
                                         {"firecracker-vm", "KVM (Firecracker)"},
                                         {"graviton-server", "KVM"},
                                         {"laptop", "none"},
                                         {"docker-container", "Hyper-V"},
                                         {"arm-board", "none"},
                                         {"xen-podman", "Xen"}}) {
    CAPTURE(name);
    const Fact<std::string> fact = virtualisation(captured_machine(name));
    CHECK(fact.value() == hypervisor);
    CHECK(fact.other_readings().empty());
  }
  CHECK_FALSE(virtualisation(captured_machine("almost-nothing")).is_known());
}

TEST_CASE("what the firmware calls the machine") {
  CHECK(found({"VMware, Inc.", "VMware20,1", "hypervisor"}) == "VMware");
  CHECK(found({"innotek GmbH", "VirtualBox", "hypervisor"}) == "VirtualBox");
  CHECK(found({"Microsoft Corporation", "Virtual Machine", "hypervisor"}) == "Hyper-V");
  CHECK(found({"Microsoft Corporation", "Surface Laptop 5", "sse2"}) == "none");
  CHECK(found({"Google", "Google Compute Engine", "hypervisor"}) == "KVM");
  CHECK(found({"Amazon EC2", "m6i.metal", "sse2"}) == "none");
  CHECK(found({"QEMU", "Standard PC (Q35 + ICH9, 2009)", "sse2"}) == "QEMU, with or without KVM");
  CHECK(found({"Somebody", "Something", "sse2 hypervisor"}) == "one that does not give its name");
}

TEST_CASE("a device tree names the hypervisor of an ARM guest") {
  const TemporaryFolder folder;
  put(folder.path(), "proc/device-tree/hypervisor/compatible", std::string("xen,xen-4.17\0xen,xen\0", 21));
  CHECK(virtualisation(test::bare_machine(folder.path())).value() == "Xen");
  const TemporaryFolder other;
  put(other.path(), "proc/device-tree/model", std::string("linux,dummy-virt\0", 17));
  CHECK(virtualisation(test::bare_machine(other.path())).value() == "QEMU, with or without KVM");
}

TEST_CASE("processor and firmware that disagree are both shown") {
  const TemporaryFolder folder;
  put(folder.path(), "sys/class/dmi/id/sys_vendor", "VMware, Inc.");
  SystemAnswers answers;
  answers.hypervisor = Fact<std::string>::known("KVMKVMKVM", "cpuid, leaf 0x40000000");
  const Fact<std::string> fact = virtualisation(Machine(folder.path(), answers));
  CHECK(fact.value() == "KVM");
  REQUIRE(fact.other_readings().size() == 1);
  CHECK(fact.other_readings()[0].value == "VMware");
}

}  // namespace
}  // namespace ibid::hardware
