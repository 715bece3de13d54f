package io.httpconnector.spring.autoconfigure;

import java.util.Map;
import javax.sql.DataSource;
import liquibase.exception.LiquibaseException;
import liquibase.integration.spring.SpringLiquibase;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.DefaultResourceLoader;

/**
 * Creates the tables by Flyway or Liquibase if the application uses one of them. They have a history of their own, because versions of
 * their scripts would collide with those of the application.
 */
@AutoConfiguration(
        before = StoreAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration",
            "org.springframework.boot.autoconfigure.liquibase.LiquibaseAutoConfiguration",
            "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration",
            "org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration"
        })
@ConditionalOnClass(DataSource.class)
public class MigrationAutoConfiguration {

    /** Creates the configuration; called by Spring. */
    public MigrationAutoConfiguration() {}

    /** Migrations by Flyway. */
    @Order(1)
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Flyway.class)
    @ConditionalOnBean(Flyway.class)
    static class FlywayConfiguration {

        @Bean
        SchemaMigration connectorSchemaMigration() {
            return (dataSource, prefix) -> {
                String tables = SchemaMigration.withoutSchema(prefix);
                FluentConfiguration flyway = Flyway.configure()
                        .dataSource(dataSource)
                        .locations("classpath:" + SchemaMigration.folder(dataSource))
                        .table(tables + "schema_history")
                        // The schema has the tables of the application.
                        .baselineOnMigrate(true)
                        .baselineVersion("0")
                        .placeholders(Map.of("prefix", prefix, "index", tables));
                if (!tables.equals(prefix)) {
                    flyway.defaultSchema(prefix.substring(0, prefix.indexOf('.')));
                }
                var unused = flyway.load().migrate();
            };
        }
    }

    /** Migrations by Liquibase. */
    @Order(2)
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SpringLiquibase.class)
    @ConditionalOnBean(SpringLiquibase.class)
    static class LiquibaseConfiguration {

        @Bean
        @ConditionalOnMissingBean(SchemaMigration.class)
        SchemaMigration connectorLiquibaseMigration() {
            return LiquibaseConfiguration::migrate;
        }

        private static void migrate(DataSource dataSource, String prefix) {
            String tables = SchemaMigration.withoutSchema(prefix);
            SpringLiquibase liquibase = new SpringLiquibase();
            liquibase.setDataSource(dataSource);
            liquibase.setResourceLoader(new DefaultResourceLoader());
            liquibase.setChangeLog("classpath:io/httpconnector/spring/connectors.changelog.xml");
            liquibase.setChangeLogParameters(Map.of("prefix", prefix, "index", tables));
            liquibase.setDatabaseChangeLogTable(tables + "changelog");
            liquibase.setDatabaseChangeLogLockTable(tables + "changelog_lock");
            if (!tables.equals(prefix)) {
                liquibase.setLiquibaseSchema(prefix.substring(0, prefix.indexOf('.')));
            }
            try {
                liquibase.afterPropertiesSet();
            } catch (LiquibaseException e) {
                throw new IllegalStateException("Liquibase could not create the tables of connectors", e);
            }
        }
    }
}
