package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.spring.ConnectorCustomizer;
import io.httpconnector.spring.ConnectorDocumentSource;
import io.httpconnector.spring.Connectors;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** Creates the connections of {@code connectors.connections} as beans. */
@AutoConfiguration(
        afterName = "org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration",
        after = {JsonMappingAutoConfiguration.class, MetricsAutoConfiguration.class})
@EnableConfigurationProperties(ConnectorsProperties.class)
@Import(ConnectorBeanRegistrar.class)
@ImportRuntimeHints(ConnectorResourceHints.class)
public class ConnectorsAutoConfiguration {

    /** Creates the configuration; called by Spring. */
    public ConnectorsAutoConfiguration() {}

    /** Is not created before the connections, which report its problems together with those of properties. */
    @Bean
    @Lazy
    ConnectorDocuments connectorDocuments(
            ConnectorsProperties properties,
            ObjectProvider<ConnectorComponents> components,
            ObjectProvider<ConnectorDocumentSource> sources) {
        return ConnectorDocuments.read(
                properties.documents(),
                new PathMatchingResourcePatternResolver(),
                sources.orderedStream().toList(),
                components.getIfUnique(ConnectorComponents::none));
    }

    @Bean(ConnectorBeanRegistrar.CONNECTORS)
    Connectors connectors(
            ConnectorsProperties properties,
            ObjectProvider<ConnectorDocuments> documents,
            ObjectProvider<ConnectorComponents> components,
            ObjectProvider<SecretSource> secrets,
            ObjectProvider<ConnectorCustomizer> customizers,
            Environment environment) {
        List<String> problems = new ArrayList<>(PropertyPlaceholders.problems(environment));
        boolean hasValues = problems.isEmpty();
        problems.addAll(UnknownProperties.problems(environment));
        addProblems(problems, () -> PropertyChecks.check(properties));
        if (!hasValues) {
            // Connections without their values would have problems of their own.
            throw new InvalidDefinitionException("properties of the application", problems);
        }
        boolean areDocumentsValid = addProblems(problems, () -> {
            var unused = documents.getObject();
        });
        return new ConnectorsFactory(
                        properties,
                        id -> documents.getObject().get(id),
                        components.getIfUnique(ConnectorComponents::none),
                        secrets.getIfUnique(SecretSource::none),
                        customizers.orderedStream().toList())
                .create(problems, areDocumentsValid);
    }

    /** Adds the problems of a check, and returns whether there are none. */
    private static boolean addProblems(List<String> problems, Runnable check) {
        try {
            check.run();
            return true;
        } catch (InvalidDefinitionException e) {
            return !problems.addAll(e.problems());
        } catch (BeansException e) {
            if (NestedExceptionUtils.getMostSpecificCause(e) instanceof InvalidDefinitionException cause) {
                return !problems.addAll(cause.problems());
            }
            throw e;
        }
    }

    /** Reads responses with the mapper of the application. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ConnectorCustomizer connectorJsonMapping(ObjectProvider<Response.JsonMapping> mapping) {
        return (connection, context) ->
                mapping.ifUnique(mapper -> context.connection(builder -> builder.jsonMapping(mapper)));
    }

    /** Sets the certificates of SSL bundles. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ConnectorCustomizer connectorSslBundles(ConnectorsProperties properties, ObjectProvider<SslBundles> bundles) {
        return new SslBundleCustomizer(properties, bundles);
    }
}
