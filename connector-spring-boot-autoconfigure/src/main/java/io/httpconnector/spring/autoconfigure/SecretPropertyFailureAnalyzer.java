package io.httpconnector.spring.autoconfigure;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Describes a property that cannot be read and may be a secret, without its value, which the analyzer of Spring Boot shows. Others are
 * left to it.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class SecretPropertyFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("connectors");
    private static final Set<String> SECRET =
            Set.of("secrets", "auth", "password", "encryptionkey", "headers", "query", "values");

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        ConfigurationProperty property = cause.getProperty();
        ConfigurationPropertyName name = property == null ? cause.getName() : property.getName();
        if (!ROOT.isAncestorOf(name) || !isSecret(name)) {
            return null;
        }
        String origin =
                property == null || property.getOrigin() == null ? "" : ", which is set in " + property.getOrigin();
        return new FailureAnalysis(
                name + origin + ", cannot be read as " + cause.getTarget().getType()
                        + ". Its value is not shown, because it may be a secret.",
                "Correct the property: a group has no value of its own, but properties below it, such as " + name
                        + ".NAME.",
                cause);
    }

    private static boolean isSecret(ConfigurationPropertyName name) {
        for (int i = 1; i < name.getNumberOfElements(); i++) {
            if (SECRET.contains(name.getElement(i, Form.UNIFORM))) {
                return true;
            }
        }
        return false;
    }
}
