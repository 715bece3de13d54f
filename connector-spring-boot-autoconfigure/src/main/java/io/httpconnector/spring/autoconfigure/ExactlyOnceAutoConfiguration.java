package io.httpconnector.spring.autoconfigure;

import io.httpconnector.jdbc.ExactlyOnce;
import io.httpconnector.jdbc.TransactionExecutor;
import io.httpconnector.trigger.BatchHandler;
import io.httpconnector.trigger.EventHandler;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Handles events in transactions of the application's transaction manager, for methods that request it. */
@AutoConfiguration(
        after = StoreAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.autoconfigure.jdbc.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.autoconfigure.orm.jpa.HibernateJpaAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration"
        })
@ConditionalOnClass({DataSource.class, ExactlyOnce.class, DataSourceUtils.class, PlatformTransactionManager.class})
@ConditionalOnBean(StoreAutoConfiguration.Tables.class)
@ConditionalOnSingleCandidate(PlatformTransactionManager.class)
public class ExactlyOnceAutoConfiguration {

    /** Creates the configuration; called by Spring. */
    public ExactlyOnceAutoConfiguration() {}

    @Bean
    @Lazy
    TransactionalHandlers connectorTransactionalHandlers(
            StoreAutoConfiguration.Tables connectorTables, PlatformTransactionManager transactions) {
        DataSource dataSource = connectorTables.dataSource();
        ExactlyOnce once = ExactlyOnce.in(dataSource, connectorTables.prefix())
                .transactions(new SpringTransactions(new TransactionTemplate(transactions), dataSource));
        return new TransactionalHandlers() {

            @Override
            public EventHandler event(EventHandler handler) {
                return once.events((event, connection) -> handler.handle(event));
            }

            @Override
            public BatchHandler batch(BatchHandler handler) {
                return once.batches((events, connection) -> handler.handle(events));
            }
        };
    }

    /** Transactions of Spring, which methods with {@code @Transactional} join. */
    private record SpringTransactions(TransactionTemplate template, DataSource dataSource)
            implements TransactionExecutor {

        /** Carries an exception of the database out of the transaction. */
        private static final class DatabaseFailure extends RuntimeException {

            private static final long serialVersionUID = 1;

            private final transient SQLException failure;

            DatabaseFailure(SQLException failure) {
                super(failure);
                this.failure = failure;
            }
        }

        @Override
        public void execute(TransactionWork work) throws SQLException {
            try {
                template.executeWithoutResult(status -> {
                    Connection connection = DataSourceUtils.getConnection(dataSource);
                    try {
                        work.run(connection);
                    } catch (SQLException e) {
                        throw new DatabaseFailure(e);
                    } finally {
                        DataSourceUtils.releaseConnection(connection, dataSource);
                    }
                });
            } catch (DatabaseFailure e) {
                throw e.failure;
            }
        }
    }
}
