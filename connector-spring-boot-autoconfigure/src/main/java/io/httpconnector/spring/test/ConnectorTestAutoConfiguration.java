package io.httpconnector.spring.test;

import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.spring.ConnectorCustomizer;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.testing.recording.Recording;
import java.util.Map;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Mock services, virtual time, and stores in memory. */
@AutoConfiguration(beforeName = "io.httpconnector.spring.autoconfigure.StoreAutoConfiguration")
class ConnectorTestAutoConfiguration {

    /** Lets each connection lead to its mock service. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    ConnectorCustomizer connectorMockUrls(MockServices services, ListableBeanFactory beans) {
        return (connection, context) -> {
            Map<String, Recording> recordings = beans.getBeansOfType(Recording.class);
            Recording recording =
                    recordings.size() == 1 ? recordings.values().iterator().next() : recordings.get(connection);
            context.connection(builder -> {
                if (recording == null) {
                    builder.baseUrl(services.of(connection).baseUrl());
                } else {
                    recording.attachTo(builder);
                }
            });
        };
    }

    @Bean
    @ConditionalOnMissingBean
    VirtualTime connectorVirtualTime() {
        return new VirtualTime();
    }

    /** The engine of polls in virtual time, so that the backoff of a handler that fails takes no time. */
    @Bean
    @ConditionalOnMissingBean
    PollingEngine connectorPollingEngine(VirtualTime time) {
        return PollingEngine.create(1, time);
    }

    @Bean
    @ConditionalOnMissingBean
    StateStore connectorStateStore() {
        return StateStore.inMemory();
    }

    @Bean
    @ConditionalOnMissingBean
    TokenStore connectorTokenStore(VirtualTime time) {
        return TokenStore.inMemory(time);
    }
}
