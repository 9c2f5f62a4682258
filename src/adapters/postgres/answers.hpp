#pragma once

#include "adapters/postgres/connection.hpp"
#include "ports/record_store.hpp"

#include <optional>
#include <string>

namespace learnd::postgres {

/// First answers by caller and idempotency key; those past core::kIdempotencyLife go as new ones come.
std::optional<ports::RememberedAnswer> recallAnswer(Connection& connection, std::uint32_t uid, const std::string& idempotencyKey,
                                                    core::Timestamp notBefore);
void rememberAnswer(Connection& connection, std::uint32_t uid, const std::string& idempotencyKey, core::Timestamp now,
                    const ports::RememberedAnswer& answer);

}  // namespace learnd::postgres
