#pragma once

#include <pqxx/pqxx>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Where libpqxx 6.4 (Debian 12) and 7.10 (Debian 13, nixpkgs) differ. Nothing but this file and connection.cpp knows the library.

namespace learnd::postgres::pqxx_calls {

/// A text for each parameter or column; nothing is NULL.
using Texts = std::vector<std::optional<std::string>>;

/// The SQLSTATE of what the library throws. Version 6 says it of few errors, so the class has to do; empty where neither tells.
inline std::string stateOf(const std::exception& error) {
  if (const auto* said = dynamic_cast<const pqxx::sql_error*>(&error); said && !std::string(said->sqlstate()).empty()) {
    return std::string(said->sqlstate());
  }
  const auto is = [&error](auto* of) { return dynamic_cast<decltype(of)>(&error) != nullptr; };
  constexpr auto kNone = nullptr;
  if (is(static_cast<const pqxx::serialization_failure*>(kNone))) return "40001";
  if (is(static_cast<const pqxx::deadlock_detected*>(kNone))) return "40P01";
  if (is(static_cast<const pqxx::statement_completion_unknown*>(kNone))) return "40003";
  if (is(static_cast<const pqxx::transaction_rollback*>(kNone))) return "40000";
  if (is(static_cast<const pqxx::unique_violation*>(kNone))) return "23505";
  if (is(static_cast<const pqxx::foreign_key_violation*>(kNone))) return "23503";
  if (is(static_cast<const pqxx::integrity_constraint_violation*>(kNone))) return "23000";
  if (is(static_cast<const pqxx::insufficient_privilege*>(kNone))) return "42501";
  if (is(static_cast<const pqxx::undefined_table*>(kNone))) return "42P01";
  if (is(static_cast<const pqxx::undefined_function*>(kNone))) return "42883";
  if (is(static_cast<const pqxx::undefined_column*>(kNone))) return "42703";
  if (is(static_cast<const pqxx::syntax_error*>(kNone))) return "42601";
  if (is(static_cast<const pqxx::disk_full*>(kNone))) return "53100";
  if (is(static_cast<const pqxx::out_of_memory*>(kNone))) return "53200";
  if (is(static_cast<const pqxx::too_many_connections*>(kNone))) return "53300";
  if (is(static_cast<const pqxx::insufficient_resources*>(kNone))) return "53000";
  if (is(static_cast<const pqxx::data_exception*>(kNone))) return "22000";
  if (is(static_cast<const pqxx::broken_connection*>(kNone))) return "08006";
  return "";
}

#if PQXX_VERSION_MAJOR < 7

/// Version 6 connects anew by itself, in the middle of a transaction too; 7 never does.
inline void stayBroken(pqxx::connection& connection) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

inline std::vector<const char*> pointersOf(const Texts& texts) {
  std::vector<const char*> pointers;
  pointers.reserve(texts.size());
  for (const auto& text : texts) pointers.push_back(text ? text->c_str() : nullptr);
  return pointers;
}

inline pqxx::result runPrepared(pqxx::transaction_base& transaction, const std::string& name, const Texts& values) {
  const auto pointers = pointersOf(values);
  return transaction.exec_prepared(name, pqxx::prepare::make_dynamic_params(pointers));
}

inline pqxx::result runText(pqxx::transaction_base& transaction, const std::string& sql, const Texts& values) {
  const auto pointers = pointersOf(values);
  return transaction.exec_params(sql, pqxx::prepare::make_dynamic_params(pointers));
}

/// COPY of rows with this many columns into a table that the search path finds.
template <std::size_t Columns>
class CopyIn {
 public:
  CopyIn(pqxx::transaction_base& transaction, const std::string& table, const std::vector<std::string>& columns)
      : stream_(transaction, table, columns) {}
  void write(const Texts& row) {
    // Version 6 wants to know when it is compiled how many there are.
    std::array<const char*, Columns> fields{};
    for (std::size_t i = 0; i < Columns; ++i) fields[i] = row.at(i) ? row[i]->c_str() : nullptr;
    stream_ << fields;
  }
  void complete() { stream_.complete(); }

 private:
  pqxx::stream_to stream_;
};

#else

inline void stayBroken(pqxx::connection&) {}

inline pqxx::params paramsOf(const Texts& texts) {
  pqxx::params params;
  params.reserve(texts.size());
  for (const auto& text : texts) {
    if (text) {
      params.append(*text);
    } else {
      params.append();
    }
  }
  return params;
}

inline pqxx::result runPrepared(pqxx::transaction_base& transaction, const std::string& name, const Texts& values) {
  return transaction.exec(pqxx::prepped{name}, paramsOf(values));
}

inline pqxx::result runText(pqxx::transaction_base& transaction, const std::string& sql, const Texts& values) {
  return transaction.exec(sql, paramsOf(values));
}

template <std::size_t Columns>
class CopyIn {
 public:
  CopyIn(pqxx::transaction_base& transaction, const std::string& table, const std::vector<std::string>& columns)
      : stream_(pqxx::stream_to::raw_table(transaction, transaction.quote_name(table), listOf(transaction, columns))) {}
  void write(const Texts& row) { stream_.write_row(row); }
  void complete() { stream_.complete(); }

 private:
  static std::string listOf(pqxx::transaction_base& transaction, const std::vector<std::string>& columns) {
    std::string list;
    for (const auto& column : columns) {
      if (!list.empty()) list += ", ";
      list += transaction.quote_name(column);
    }
    return list;
  }

  pqxx::stream_to stream_;
};

#endif

}  // namespace learnd::postgres::pqxx_calls
