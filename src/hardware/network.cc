#include "hardware/network.h"

#include "base/number_text.h"

namespace ibid::hardware {
namespace {

const std::string kInterfaces = "/sys/class/net";

Fact<std::string> driver(const Machine& machine, const std::string& folder, bool is_physical) {
  if (!is_physical) return Fact<std::string>::unknown("made by software: no driver of a device");
  const std::string path = folder + "/device/driver";
  const auto link = machine.link(path);
  if (!link.ok()) return Fact<std::string>::unknown(link.error().message());
  return Fact<std::string>::known(link.value().substr(link.value().rfind('/') + 1), "the link " + path);
}

// Interfaces without a speed refuse to be read, or say -1 or the largest number there is.
Fact<int64_t> speed(const Machine& machine, const std::string& folder) {
  constexpr int64_t kNone = 4294967295;
  const std::string path = folder + "/speed";
  const auto value = machine.read_integer(path);
  if (!value.ok()) return Fact<int64_t>::unknown(value.error().message());
  if (value.value() < 0 || value.value() == kNone)
    return Fact<int64_t>::unknown(path + " says " + number_text(value.value()) + ": it has none");
  return Fact<int64_t>::known(value.value(), path);
}

NetworkInterface collect_interface(const Machine& machine, const std::string& name) {
  const std::string folder = kInterfaces + "/" + name;
  const bool is_physical = machine.exists(folder + "/device");
  NetworkInterface facts;
  facts.name = Fact<std::string>::known(name, kInterfaces);
  facts.physical = Fact<bool>::known(is_physical, folder + "/device");
  facts.driver = driver(machine, folder, is_physical);
  facts.state = line_fact(machine, folder + "/operstate");
  facts.speed_mbit_s = speed(machine, folder);
  facts.mtu_bytes = integer_fact(machine, folder + "/mtu");
  facts.mac_address = line_fact(machine, folder + "/address");
  return facts;
}

}  // namespace

FactList<NetworkInterface> collect_network(const Machine& machine) {
  if (!machine.exists(kInterfaces)) {
    return FactList<NetworkInterface>::unknown("there is no " + kInterfaces);
  }
  std::vector<NetworkInterface> interfaces;
  for (const std::string& name : machine.names(kInterfaces)) {
    // A file of the bonding driver lies among the interfaces.
    if (name != "bonding_masters") interfaces.push_back(collect_interface(machine, name));
  }
  return FactList<NetworkInterface>::known(std::move(interfaces), kInterfaces);
}

}  // namespace ibid::hardware
