#pragma once

#include "adapters/postgres/postgres_record_store.hpp"
#include "tests/private_postgres/private_postgres.hpp"

#include <memory>
#include <stdexcept>
#include <string>

namespace learnd::tests {

/// Options for a schema of its own on a private server; it is dropped at the end.
class ScratchSchema {
 public:
  explicit ScratchSchema(PrivatePostgres& server) : server_(server) {
    static int last = 0;
    options_.dsn = server.dsn();
    options_.schema = "scratch_" + std::to_string(++last);
  }
  ~ScratchSchema() { (void)postgres::PostgresRecordStore::drop(options_); }
  ScratchSchema(const ScratchSchema&) = delete;
  ScratchSchema& operator=(const ScratchSchema&) = delete;

  [[nodiscard]] postgres::PostgresOptions& options() { return options_; }
  [[nodiscard]] std::unique_ptr<postgres::PostgresRecordStore> open() const {
    auto opened = postgres::PostgresRecordStore::open(options_);
    if (!opened) throw std::runtime_error(opened.error().message());
    return std::move(*opened);
  }
  /// Runs SQL with this schema in the search path.
  std::string sql(const std::string& statements) const { return server_.sql("set search_path = " + options_.schema + "; " + statements); }

 private:
  PrivatePostgres& server_;
  postgres::PostgresOptions options_;
};

}  // namespace learnd::tests
