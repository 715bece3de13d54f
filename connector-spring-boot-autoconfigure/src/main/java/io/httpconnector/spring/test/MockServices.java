package io.httpconnector.spring.test;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.testing.MockService;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.DisposableBean;

/** The mock services of a {@link ConnectorTest}, one for each connection. The tests of a context share them. Thread-safe. */
public final class MockServices implements DisposableBean {

    private final Map<String, MockService> services = new LinkedHashMap<>();

    MockServices(Set<String> connections) {
        connections.forEach(name -> services.put(name, MockService.start()));
    }

    /**
     * Returns the mock service of a connection.
     *
     * @param connection the name of the connection in {@code connectors.connections}
     * @return the service to which the connection leads
     * @throws InvalidDefinitionException if there is no such connection
     */
    public MockService of(String connection) {
        MockService found = services.get(connection);
        if (found == null) {
            String nearest = Suggestions.of(connection, services.keySet());
            throw new InvalidDefinitionException(
                    "mock service",
                    "there is no connection \"" + connection + "\""
                            + (nearest == null
                                    ? ", only " + services.keySet()
                                    : ": did you mean \"" + nearest + "\"?"));
        }
        return found;
    }

    /** Returns the URLs by connection. */
    Map<String, String> urls() {
        Map<String, String> urls = new LinkedHashMap<>();
        services.forEach((name, service) -> urls.put(name, service.baseUrl()));
        return urls;
    }

    /** Stops the services; called by Spring. */
    @Override
    public void destroy() {
        services.values().forEach(MockService::close);
    }
}
