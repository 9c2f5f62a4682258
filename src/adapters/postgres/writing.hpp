#pragma once

#include "adapters/postgres/lane.hpp"
#include "adapters/postgres/record_transaction.hpp"

namespace learnd::postgres {

/// Runs a work in a transaction: again where another transaction was in the way, where the connection was lost before the commit, and under
/// the whole store's lock where it needs that. Where the connection is lost during the commit it asks PostgreSQL what became of the
/// transaction, so that nothing is done twice and nothing acknowledged is lost; where that can't be known it says Unavailable.
core::Result<void> runWork(Slot& slot, const SchemaNames& names, const Claimer& claimer, const ports::RecordWork& work);

/// Drops the marks of daemons that are long gone.
void forgetOldWriters(Connection& connection);

/// A statement or several on a connection: again where another transaction was in the way or the connection was lost. For what may be done
/// twice. In a transaction.
core::Result<void> runRepeatable(Slot& slot, const std::function<void(Connection&)>& work);

}  // namespace learnd::postgres
