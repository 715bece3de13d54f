package io.httpconnector.spring.autoconfigure;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.Connector;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.SingletonBeanRegistry;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.EnvironmentAware;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Registers for each connection of the properties the bean {@code NAME}, an {@code HttpConnection}, and the bean {@code NAMEConnector}, a
 * {@code Connector}. Both have the name as qualifier.
 */
final class ConnectorBeanRegistrar implements ImportBeanDefinitionRegistrar, EnvironmentAware {

    static final String CONNECTORS = "connectors";
    private static final String CONNECTOR_SUFFIX = "Connector";

    private Environment environment = new StandardEnvironment();

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
        Set<String> connections = Binder.get(environment)
                .bind("connectors", ConnectorsProperties.class)
                .map(properties -> properties.connections().keySet())
                .orElseGet(Set::of);
        checkNames(connections);
        connections.forEach(name -> {
            register(registry, name, name, HttpConnection.class, "connection");
            register(registry, name + CONNECTOR_SUFFIX, name, Connector.class, "connector");
        });
    }

    /** Reports misspelt names before Spring reports that the bean of their connection is missing. */
    private void checkNames(Set<String> connections) {
        List<UnknownProperties.Problem> unknown = UnknownProperties.find(environment);
        if (unknown.stream().anyMatch(problem -> problem.mayHide(connections))) {
            throw new InvalidDefinitionException(
                    "properties of the application",
                    unknown.stream().map(UnknownProperties.Problem::text).toList());
        }
    }

    private static void register(
            BeanDefinitionRegistry registry, String bean, String connection, Class<?> type, String factoryMethod) {
        // Spring has beans without a definition, such as "environment".
        boolean isSingleton = registry instanceof SingletonBeanRegistry beans && beans.containsSingleton(bean);
        if (isSingleton || registry.containsBeanDefinition(bean)) {
            throw new InvalidDefinitionException(
                    "property connectors.connections." + connection,
                    "the application has another bean with the name \"" + bean
                            + "\": rename the connection or the bean");
        }
        RootBeanDefinition definition = new RootBeanDefinition();
        definition.setTargetType(type);
        definition.setFactoryBeanName(CONNECTORS);
        definition.setFactoryMethodName(factoryMethod);
        definition.getConstructorArgumentValues().addIndexedArgumentValue(0, connection);
        definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, connection));
        registry.registerBeanDefinition(bean, definition);
    }
}
