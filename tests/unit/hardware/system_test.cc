#include "hardware/system.h"

#include <doctest/doctest.h>

#include "captured_machine.h"
#include "hardware/container.h"
#include "hardware/container_signs.h"
#include "hardware/os_release.h"
#include "support/temporary_folder.h"

namespace ibid::hardware {
namespace {

using test::captured_machine;
using test::put;
using test::TemporaryFolder;

Fact<std::string> kind_of(const TemporaryFolder& folder) {
  return collect_container(test::bare_machine(folder.path())).kind;
}

TEST_CASE("time zones by link and by name, both where they differ") {
  const Fact<std::string> both = collect_system(captured_machine("amd-desktop")).time_zone;
  CHECK(both.value() == "Europe/Berlin");
  REQUIRE(both.other_readings().size() == 1);
  CHECK(both.other_readings()[0].value == "America/New_York");
  CHECK(collect_system(captured_machine("graviton-server")).time_zone.value() == "UTC");
  CHECK_FALSE(collect_system(captured_machine("arm-board")).time_zone.is_known());
  CHECK(collect_system(captured_machine("firecracker-vm")).time_zone.value() == "UTC");
}

TEST_CASE("what firmware leaves out is unknown, not the words that stand there") {
  const System desktop = collect_system(captured_machine("amd-desktop"));
  CHECK(desktop.machine_product.value() == "MS-7E12");
  CHECK(desktop.machine_serial_number.reason().ends_with("the maker left it out"));
  const System laptop = collect_system(captured_machine("laptop"));
  CHECK(laptop.machine_serial_number.reason() == "only root may read /sys/class/dmi/id/product_serial");
  const System board = collect_system(captured_machine("arm-board"));
  CHECK(board.machine_product.value() == "Radxa ROCK 5B");
  CHECK(board.machine_serial_number.value() == "0000000000000001");
}

TEST_CASE("distribution, huge pages, randomised addresses") {
  const System arch = collect_system(captured_machine("laptop"));
  CHECK(arch.distribution.value() == "Arch Linux");
  CHECK_FALSE(arch.distribution_version.is_known());
  CHECK(arch.address_randomisation.value() == "all but the heap");
  CHECK(collect_system(captured_machine("amd-desktop")).transparent_huge_pages.value() == "always");
  CHECK(collect_system(captured_machine("amd-desktop")).distribution.source() ==
        "/usr/lib/os-release, 'PRETTY_NAME'");
  CHECK(collect_system(captured_machine("almost-nothing")).address_randomisation.reason() ==
        "/proc/sys/kernel/randomize_va_space says 'many'");
}

TEST_CASE("assignments of a shell") {
  const std::string text =
      "# NAME=\"no\"\nNAME_X=other\nNAME=\"a \\\"b\\\" \\$c\"\nID='x y'\nEMPTY=\"\"\nLAST=\"";
  CHECK(shell_value(text, "NAME", "file").value() == "a \"b\" $c");
  CHECK(shell_value(text, "ID", "file").value() == "x y");
  CHECK(shell_value(text, "LAST", "file").value() == "\"");
  CHECK(shell_value(text, "EMPTY", "file").error().message() == "file has no 'EMPTY'");
}

TEST_CASE("containers of every kind, and machines that are none") {
  for (const auto& [name, kind] : {std::pair("xeon-server", "none"),
                                   {"firecracker-vm", "none"},
                                   {"docker-container", "docker"},
                                   {"arm-board", "kubernetes"},
                                   {"xen-podman", "podman"}}) {
    CAPTURE(name);
    CHECK(collect_container(captured_machine(name)).kind.value() == kind);
  }
  CHECK_FALSE(collect_container(captured_machine("almost-nothing")).kind.is_known());
}

TEST_CASE("the disk of a machine made from an image of docker: both signs are shown") {
  const Fact<std::string> kind = collect_container(captured_machine("firecracker-vm")).kind;
  REQUIRE(kind.other_readings().size() == 1);
  CHECK(kind.other_readings()[0].value == "docker");
  CHECK(kind.other_readings()[0].source == "/.dockerenv");
}

TEST_CASE("ids and images, where the runtime shows them") {
  const Container docker = collect_container(captured_machine("docker-container"));
  CHECK(docker.id.value().starts_with("4f1c4f1c"));
  CHECK(docker.image.reason() == "docker does not tell its containers from which image they were made");
  const Container podman = collect_container(captured_machine("xen-podman"));
  CHECK(podman.image.value() == "docker.io/library/debian:12");
  CHECK(podman.image_digest.value().size() == 64);
  CHECK(podman.id.other_readings().empty());
  CHECK(collect_container(captured_machine("arm-board")).id.value().starts_with("ab12ab12"));
}

TEST_CASE("a container that podman tells nothing") {
  const TemporaryFolder folder;
  put(folder.path(), "run/.containerenv", "");
  const Container container = collect_container(test::bare_machine(folder.path()));
  CHECK(container.kind.value() == "podman");
  CHECK(container.image.reason() ==
        "/run/.containerenv is empty: podman fills it for privileged containers alone");
}

TEST_CASE("what looks like a container but has no name is unknown, not none") {
  const TemporaryFolder overlay;
  put(overlay.path(), "proc/self/mountinfo", "1 0 0:9 / / rw - overlay overlay rw,lowerdir=/a\n");
  CHECK(kind_of(overlay).reason().starts_with("the root is an overlay"));
  const TemporaryFolder space;
  put(space.path(), "proc/self/mountinfo", "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n");
  CHECK(kind_of(space).value() == "none");
  std::filesystem::create_directories(space / "proc/self/ns");
  std::filesystem::create_symlink("pid:[4026532000]", space / "proc/self/ns/pid");
  CHECK(kind_of(space).reason().starts_with("/proc/self/ns/pid shows a name space of its own"));
  put(space.path(), "proc/1/environ", std::string("A=b\0container=lxc\0", 18));
  CHECK(kind_of(space).value() == "lxc");
}

TEST_CASE("a pod whose groups are hidden shows itself by the files laid over its own") {
  const TemporaryFolder folder;
  put(folder.path(), "proc/self/mountinfo",
      "1 0 0:9 / / rw - overlay overlay rw\n"
      "2 1 8:1 /var/lib/kubelet/pods/p1/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw\n");
  CHECK(kind_of(folder).value() == "kubernetes");
}

TEST_CASE("groups named after what made them") {
  const std::string id(64, 'a');
  const auto kind = [](const std::string& line) {
    const auto sign = container_in_cgroups("1:name=systemd:/\n" + line + "\n");
    return sign ? sign->kind + " " + sign->id.value_or("-") : "none";
  };
  CHECK(kind("0::/system.slice/docker-" + id + ".scope") == "docker " + id);
  CHECK(kind("4:memory:/docker/" + id) == "docker " + id);
  CHECK(kind("4:memory:/kubepods/besteffort/podx/" + id) == "kubernetes " + id);
  CHECK(kind("0::/lxc.payload.trainer/init.scope") == "lxc trainer");
  CHECK(kind("9:cpu:/lxc/trainer") == "lxc trainer");
  CHECK(kind("0::/machine.slice/libpod-" + id + ".scope") == "podman " + id);
  CHECK(kind("0::/system.slice/containerd.service") == "none");
  CHECK(kind("0::/system.slice/docker.service") == "none");
  CHECK(kind("0::/user.slice") == "none");
  CHECK(container_id_in_path("/var/lib/docker/containers/" + id + "/hosts") == id);
  CHECK_FALSE(container_id_in_path("/srv/containers/web/hosts").has_value());
}

}  // namespace
}  // namespace ibid::hardware
