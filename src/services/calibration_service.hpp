#pragma once

#include "core/calibration.hpp"
#include "services/service_context.hpp"

#include <memory>
#include <optional>
#include <string>

namespace learnd::services {

/// Knows which embedder there is and finds its scale: read from the record store, else made from the probe set in small batches behind
/// searches. On the I/O thread.
class CalibrationService {
 public:
  explicit CalibrationService(ServiceContext& context) : context_(context) {}

  /// Ends when the scale is there, or with why it can't be had now. Call it again until it succeeds.
  ports::Task<void> prepare();

  /// Makes the scale of an embedder that is to serve later, so that it is at hand then.
  ports::Task<void> measureAhead(std::shared_ptr<ports::Embedder> embedder);

  /// The scale; nothing until it is there.
  [[nodiscard]] const std::optional<core::Calibration>& current() const { return current_; }
  /// What names the embedder's vectors in the record store: a hash of all that changes them (weights, prefix, dimensions).
  [[nodiscard]] static std::string vectorsDigest(const ports::EmbedderIdentity& identity);

 private:
  ports::Task<core::Calibration> measure(ports::Embedder& embedder);
  void use(ports::EmbedderIdentity identity, core::Calibration calibration);

  ServiceContext& context_;
  std::optional<core::Calibration> current_;
  std::optional<ports::EmbedderIdentity> identity_;
};

}  // namespace learnd::services
