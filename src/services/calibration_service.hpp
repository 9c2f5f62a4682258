#pragma once

#include "core/calibration.hpp"
#include "services/service_context.hpp"

#include <optional>
#include <string>

namespace learnd::services {

/// Finds the embedder's scale: read from the record store, else made from the probe set in small batches behind searches.
class CalibrationService {
 public:
  explicit CalibrationService(ServiceContext& context) : context_(context) {}

  /// Ends when the scale is there, or with why it can't be had now.
  ports::Task<void> prepare();

  /// The scale; nothing until it is there.
  [[nodiscard]] const std::optional<core::Calibration>& current() const { return current_; }
  [[nodiscard]] const std::optional<ports::EmbedderIdentity>& identity() const { return identity_; }
  /// What names the embedder and its scale in the record store: digest of backend, model, digest, prefix and the probe set's version.
  [[nodiscard]] static std::string digestOf(const ports::EmbedderIdentity& identity);

 private:
  ServiceContext& context_;
  std::optional<core::Calibration> current_;
  std::optional<ports::EmbedderIdentity> identity_;
};

}  // namespace learnd::services
