#pragma once

#include "core/learning.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace learnd::core {

/// Who asks, as the kernel or the bus tells it of the calling process itself.
struct Caller {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;  // supplementary
  bool consented = false;             // polkit agreed that this call may do what an administrator may
};

/// Who may change which learnings.
class AccessPolicy {
 public:
  AccessPolicy() = default;
  AccessPolicy(std::uint32_t daemonUid, std::optional<std::uint32_t> adminGroup, std::string host)
      : daemonUid_(daemonUid), adminGroup_(adminGroup), host_(std::move(host)) {}

  /// Root, the daemon's own uid, the admin group, who has polkit's consent.
  [[nodiscard]] bool isAdministrator(const Caller& caller) const;
  /// An administrator, or the learning's creator: the same uid on the same host.
  [[nodiscard]] bool mayChange(const Caller& caller, const Learning& learning) const;
  [[nodiscard]] const std::string& host() const { return host_; }

 private:
  std::uint32_t daemonUid_ = 0;
  std::optional<std::uint32_t> adminGroup_;
  std::string host_;
};

}  // namespace learnd::core
