#pragma once

#include "services/service_context.hpp"

#include <functional>
#include <vector>

namespace learnd::services {

using EntryTaker = std::function<ports::Task<void>(std::vector<ports::IndexEntry>)>;

/// Hands all that belongs into the index to `take`, with the vectors that the record store has, some thousands at once. On the I/O thread;
/// `take` must live until it has ended, and its error ends it.
ports::Task<void> loadEntries(ServiceContext& context, EntryTaker take);

}  // namespace learnd::services
