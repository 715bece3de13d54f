package io.httpconnector.spring.test;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/** Starts a mock service for each connection. Equal to others, so that tests share a context. */
final class ConnectorTestCustomizer implements ContextCustomizer {

    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
        MockServices services = new MockServices(connections(context));
        Map<String, Object> properties = new HashMap<>();
        services.urls().forEach((name, url) -> properties.put("connectors.test.url." + name, url));
        // The test imports the auto-configuration of connectors.
        properties.put("spring.boot.enableautoconfiguration", "false");
        properties.put("connectors.auto-startup", "false");
        properties.put("connectors.polling.clustered", "false");
        properties.put("connectors.webhooks.inbox", "false");
        properties.put("connectors.store.type", "file");
        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("connector test", properties));
        context.getBeanFactory().registerSingleton("connectorTestFilter", new TriggerComponentFilter());
        ((BeanDefinitionRegistry) context.getBeanFactory())
                .registerBeanDefinition(
                        "connectorMockServices",
                        BeanDefinitionBuilder.genericBeanDefinition(MockServices.class, () -> services)
                                .getBeanDefinition());
    }

    private static Set<String> connections(ConfigurableApplicationContext context) {
        return new TreeSet<>(Binder.get(context.getEnvironment())
                .bind("connectors.connections", Bindable.mapOf(String.class, Object.class))
                .orElseGet(Map::of)
                .keySet());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConnectorTestCustomizer;
    }

    @Override
    public int hashCode() {
        return ConnectorTestCustomizer.class.hashCode();
    }
}
