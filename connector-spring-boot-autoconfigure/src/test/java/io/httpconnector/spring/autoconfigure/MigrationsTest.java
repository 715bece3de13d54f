package io.httpconnector.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.state.StateStore;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import liquibase.integration.spring.SpringLiquibase;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;

/** Tests that the migration tool of an application creates the tables, with a history of their own. */
class MigrationsTest {

    private final JdbcConnectionPool database =
            JdbcConnectionPool.create("jdbc:h2:mem:migrations;DB_CLOSE_DELAY=-1", "sa", "");
    private final JdbcTemplate sql = new JdbcTemplate(database);
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ConnectorsAutoConfiguration.class, StoreAutoConfiguration.class, MigrationAutoConfiguration.class))
            .withBean(DataSource.class, () -> database, definition -> definition.setDestroyMethodName(""))
            .withPropertyValues("connectors.jdbc.table-prefix=acme_");

    @AfterEach
    void stop() {
        sql.execute("drop all objects");
        database.dispose();
    }

    private List<String> tables() {
        return sql
                .queryForList(
                        "select table_name from information_schema.tables where table_schema = 'PUBLIC'", String.class)
                .stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList();
    }

    private static void use(AssertableApplicationContext context) {
        assertThat(context).hasNotFailed();
        context.getBean(StateStore.class).open("trigger").close();
    }

    @Test
    void flywayHasASecondHistory() {
        // The scripts of the application have the same versions.
        sql.execute("create table orders (id varchar)");
        ApplicationContextRunner flyway = application.withBean(
                Flyway.class, () -> Flyway.configure().dataSource(database).load());
        flyway.run(MigrationsTest::use);
        flyway.run(MigrationsTest::use);

        assertThat(tables()).contains("acme_state", "acme_exchange", "acme_schema_history", "orders");
        assertThat(sql.queryForObject("select count(*) from \"acme_schema_history\" where \"success\"", Integer.class))
                .isGreaterThanOrEqualTo(7);
    }

    @Test
    void liquibaseHasASecondHistory() {
        ApplicationContextRunner liquibase = application.withBean(SpringLiquibase.class, () -> {
            SpringLiquibase own = new SpringLiquibase();
            own.setDataSource(database);
            own.setShouldRun(false);
            return own;
        });
        liquibase.run(MigrationsTest::use);
        liquibase.run(MigrationsTest::use);

        assertThat(tables()).contains("acme_state", "acme_exchange", "acme_changelog");
        assertThat(sql.queryForObject("select count(*) from acme_changelog", Integer.class))
                .isEqualTo(7);
    }
}
