// SPDX-License-Identifier: Apache-2.0
// Which services run in this process, where the others are, and what processes know each other by.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/config_reading.h"
#include "base/text.h"

namespace servanda {
namespace internal {
namespace {

constexpr std::string_view kHttp = "http://";

// "host:port" of a URL that holds nothing else; nothing where it does.
std::optional<std::string> address_of(std::string_view url) {
  if (!url.starts_with(kHttp)) return std::nullopt;
  std::string address(url.substr(kHttp.size()));
  if (address.ends_with('/')) address.pop_back();
  if (address.find_first_of("/?#@ \t") != std::string::npos) return std::nullopt;
  const size_t colon = address.rfind(':');
  const bool has_port = colon != std::string::npos && address.find(']', colon) == std::string::npos;
  if (!has_port) address += ":80";
  const std::optional<std::string_view> host = host_of(address);
  if (!host || host->empty() || address.ends_with(":0")) return std::nullopt;
  return address;
}

void read_url(Reading& reading, const Node& node) {
  const std::optional<std::string> text = expand(reading, node);
  if (!text) return;
  std::vector<std::string>& addresses = reading.config.peers.services.back().addresses;
  if (std::optional<std::string> address = address_of(*text)) {
    addresses.push_back(std::move(*address));
  } else if (text->starts_with("https://")) {
    reading.diagnostics.error("not-supported-yet", node.place,
                              "TLS between processes is not supported yet.",
                              "Write http://, over a network that carries nobody else's traffic.");
  } else {
    reading.diagnostics.error("config-value", node.place,
                              "\"" + *text + "\" is no address of a process.",
                              "Write http://HOST:PORT, with nothing behind it.");
  }
}

void read_urls(Reading& reading, const Node& node) {
  if (!node.is_array()) {
    reading.diagnostics.error("config-type", node.place, "urls is a list.",
                              "Write [http://HOST:PORT, http://HOST:PORT].");
    return;
  }
  for (const NodeEntry& entry : node) read_url(reading, *entry.value);
}

constexpr std::array kServiceKeys = {
    ConfigKey{"url", read_url},
    ConfigKey{"urls", read_urls},
    ConfigKey{"tls", nullptr},
    ConfigKey{"balance", nullptr},
};

void read_secret(Reading& reading, const Node& node) {
  std::optional<std::string> text = expand(reading, node);
  if (!text) return;
  if (text->size() < PeerOptions::kSecretBytesMin) {
    reading.diagnostics.error(
        "config-value", node.place,
        "The secret of the processes has " + std::to_string(text->size()) + " bytes.",
        "Use 32 random bytes or more, such as from \"openssl rand -hex 32\".");
    return;
  }
  reading.config.peers.secret = *text;
}

constexpr std::array kPeerKeys = {ConfigKey{"secret", read_secret}};

void read_peers(Reading& reading, const Node& node) {
  read_mapping(reading, node, kPeerKeys, "auth.peers");
}

constexpr std::array kAuthKeys = {
    ConfigKey{"peers", read_peers},
    ConfigKey{"issuers", nullptr},
    ConfigKey{"keys", nullptr},
};

}  // namespace

void read_run(Reading& reading, const Node& node) {
  if (!node.is_array()) {
    reading.diagnostics.error("config-type", node.place, "run is a list of services.",
                              "Write [first, second], or [] for a gateway.");
    return;
  }
  std::vector<std::string>& names = reading.config.run.emplace();
  for (const NodeEntry& entry : node) {
    if (std::optional<std::string> name = expand(reading, *entry.value)) {
      names.push_back(std::move(*name));
    }
  }
}

// A later file replaces the services that it names.
void read_services(Reading& reading, const Node& node) {
  if (!is_mapping(reading, node, "services")) return;
  std::vector<PeerOptions::Service>& services = reading.config.peers.services;
  for (const NodeEntry& entry : node) {
    std::erase_if(services, [&](const auto& known) { return known.name == entry.key; });
    services.push_back({std::string(entry.key), {}});
    const size_t errors = reading.diagnostics.all().size();
    read_mapping(reading, *entry.value, kServiceKeys, "services." + services.back().name);
    if (!services.back().addresses.empty() || reading.diagnostics.all().size() > errors) continue;
    reading.diagnostics.error("config-value", entry.key_place,
                              "The service \"" + services.back().name + "\" has no address.",
                              "Write {url: \"http://HOST:PORT\"}.");
  }
}

void read_auth(Reading& reading, const Node& node) {
  read_mapping(reading, node, kAuthKeys, "auth");
}

}  // namespace internal

namespace {

using Runs = ServiceDeclaration::Runs;

// Why the name is no service of the contract; "" when it is.
std::string unknown_service(const Plan& plan, std::string_view name, std::string_view setting) {
  if (plan.find_service(name) != nullptr) return {};
  std::vector<std::string_view> names;
  std::string list;
  for (const ServiceDeclaration& service : plan.services) {
    names.push_back(service.name);
    list += (list.empty() ? "" : ", ") + service.name;
  }
  std::string text = std::string(setting) + " names " + in_quotes(name) +
                     ", which is no service of the contract (it has " + list + ")";
  const std::optional<std::string_view> near = nearest(name, names);
  return near ? text + ": did you mean " + in_quotes(*near) + "?" : text + ".";
}

}  // namespace

ServicePlacement placement_of(const Config& config) {
  ServicePlacement placement{config.run, {}};
  for (const PeerOptions::Service& service : config.peers.services) {
    placement.elsewhere.push_back(service.name);
  }
  return placement;
}

Result<void> check_placement(const Config& config, const Plan& plan) {
  std::string found;
  for (const std::string& name : config.run.value_or(std::vector<std::string>{})) {
    if (found.empty()) found = unknown_service(plan, name, "run");
  }
  for (const PeerOptions::Service& service : config.peers.services) {
    if (found.empty()) found = unknown_service(plan, service.name, "services");
  }
  if (!found.empty()) return fail(Code::kInvalidArgument, std::move(found));
  for (const ServiceDeclaration& service : plan.services) {
    const bool is_gateway = config.run && config.run->empty();
    if (is_gateway && service.runs == Runs::kOutOfReach) {
      return fail(Code::kInvalidArgument, "This process runs no service and has no address of " +
                                              in_quotes(service.name) + ": add services: {" +
                                              service.name + ": {url: \"http://HOST:PORT\"}}.");
    }
    if (service.runs != Runs::kHere) continue;
    for (const std::string& callee : service.calls) {
      if (plan.find_service(callee)->runs != Runs::kOutOfReach) continue;
      return fail(Code::kInvalidArgument, in_quotes(service.name) + " calls " + in_quotes(callee) +
                                              ", which does not run here: add services: {" +
                                              callee +
                                              ": {url: \"http://HOST:PORT\"}}, or add it to run.");
    }
  }
  if (config.run && config.peers.secret.empty()) {
    return fail(Code::kInvalidArgument,
                "run is set, so that processes call each other, and they have nothing to know each "
                "other by: add auth: {peers: {secret: \"${file:PATH}\"}}, the same for all.");
  }
  return {};
}

}  // namespace servanda
