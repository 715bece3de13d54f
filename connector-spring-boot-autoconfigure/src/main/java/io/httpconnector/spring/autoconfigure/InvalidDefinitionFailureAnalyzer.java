package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Describes invalid properties and connector documents when the application fails to start. */
final class InvalidDefinitionFailureAnalyzer extends AbstractFailureAnalyzer<InvalidDefinitionException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidDefinitionException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Correct the values named above. All properties: https://github.com/httpconnector/http-connector, docs/spring-boot.md.",
                cause);
    }
}
