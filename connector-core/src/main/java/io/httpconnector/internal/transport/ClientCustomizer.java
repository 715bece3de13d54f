package io.httpconnector.internal.transport;

import io.httpconnector.InvalidDefinitionException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;

/** A change to the Apache HttpClient of one connection. Two are never equal, so that each has a pool of its own. */
public final class ClientCustomizer {

    private final Consumer<HttpClientBuilder> change;

    public ClientCustomizer(Consumer<HttpClientBuilder> change) {
        this.change = change;
    }

    void applyTo(HttpClientBuilder builder) {
        try {
            change.accept(builder);
        } catch (RuntimeException e) {
            InvalidDefinitionException invalid =
                    new InvalidDefinitionException("connection", List.of("customizeClient: the function failed: " + e));
            invalid.addSuppressed(e);
            throw invalid;
        }
    }
}
