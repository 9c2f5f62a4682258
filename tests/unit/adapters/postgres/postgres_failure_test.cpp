#include "adapters/postgres/postgres_failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace learnd::postgres {

namespace {

using core::ErrorKind;
using testing::HasSubstr;

struct Case {
  const char* state;
  bool lost;
  ErrorKind kind;
};

TEST(PostgresFailure, BecomesTheErrorThatSaysWhatTheCallerDoesNext) {
  for (const Case& one :
       {Case{"57014", false, ErrorKind::Timeout}, Case{"57014", true, ErrorKind::Timeout}, Case{"55P03", false, ErrorKind::Timeout},
        Case{"40001", false, ErrorKind::Busy}, Case{"40P01", false, ErrorKind::Busy}, Case{"53100", false, ErrorKind::StorageFull},
        Case{"53300", true, ErrorKind::Busy}, Case{"53200", false, ErrorKind::Unavailable}, Case{"25006", false, ErrorKind::StorageFull},
        Case{"54000", false, ErrorKind::TooLarge}, Case{"42501", false, ErrorKind::Unavailable},
        Case{"42P01", false, ErrorKind::Unavailable}, Case{"57P01", true, ErrorKind::Unavailable},
        Case{"08006", true, ErrorKind::Unavailable}, Case{"", true, ErrorKind::Unavailable}, Case{"58030", false, ErrorKind::Unavailable},
        Case{"XX001", false, ErrorKind::Internal}, Case{"42601", false, ErrorKind::Internal}, Case{"", false, ErrorKind::Internal}}) {
    EXPECT_EQ(errorOf(PostgresFailure(one.state, "said", one.lost)).kind(), one.kind) << one.state;
  }
}

TEST(PostgresFailure, OnlyWhatOthersCausedMayPassAgain) {
  EXPECT_TRUE(PostgresFailure("40001", "", false).mayPassAgain());
  EXPECT_TRUE(PostgresFailure("40P01", "", false).mayPassAgain());
  EXPECT_FALSE(PostgresFailure("42601", "", false).mayPassAgain());
  EXPECT_FALSE(PostgresFailure("57P01", "", true).mayPassAgain());
}

TEST(PostgresFailure, AnUnansweredCommitIsNotCertainlyUndone) {
  EXPECT_TRUE(PostgresFailure("40001", "", false).isCertainlyUndone());
  EXPECT_TRUE(PostgresFailure("23505", "", false).isCertainlyUndone());
  EXPECT_FALSE(PostgresFailure("57P01", "", false).isCertainlyUndone());
  EXPECT_FALSE(PostgresFailure("08006", "", true).isCertainlyUndone());
}

TEST(PostgresAdvice, NamesTheCommandThatMendsIt) {
  EXPECT_THAT(adviceFor("FATAL:  role \"learnd\" does not exist\n"), HasSubstr("sudo -u postgres createuser learnd"));
  EXPECT_THAT(adviceFor("FATAL:  database \"notes\" does not exist"), HasSubstr("sudo -u postgres createdb --owner=ROLE notes"));
  EXPECT_THAT(adviceFor("FATAL:  password authentication failed for user \"learnd\""), HasSubstr("\\password learnd"));
  EXPECT_THAT(adviceFor("fe_sendauth: no password supplied"), HasSubstr("store.password_file"));
  EXPECT_THAT(adviceFor("FATAL:  Peer authentication failed for user \"x\""), HasSubstr("as the system user"));
  EXPECT_THAT(adviceFor("connection to server on socket \"/run/postgresql/.s.PGSQL.5432\" failed: No such file or directory"),
              HasSubstr("systemctl start postgresql"));
  EXPECT_THAT(adviceFor("FATAL:  no pg_hba.conf entry for host \"::1\""), HasSubstr("pg_hba.conf"));
  EXPECT_EQ(adviceFor("etwas\n\tanderes  ist"), "PostgreSQL can't be used: etwas anderes ist");
}

}  // namespace

}  // namespace learnd::postgres
