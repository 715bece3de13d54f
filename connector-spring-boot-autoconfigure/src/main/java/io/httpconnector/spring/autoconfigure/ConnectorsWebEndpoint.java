package io.httpconnector.spring.autoconfigure;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/** The actions of the endpoint {@code connectors} by HTTP. The response to an invalid one has the reason in its body. */
@EndpointWebExtension(endpoint = ConnectorsEndpoint.class)
public final class ConnectorsWebEndpoint {

    private final ConnectorsEndpoint endpoint;

    ConnectorsWebEndpoint(ConnectorsEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Returns the result of an operation, or the status 400 with the reason, which Spring Boot omits. */
    static WebEndpointResponse<Map<String, Object>> respond(Supplier<Map<String, Object>> operation) {
        try {
            return new WebEndpointResponse<>(operation.get());
        } catch (InvalidEndpointRequestException e) {
            return new WebEndpointResponse<>(
                    Map.of("status", 400, "error", "Bad Request", "message", String.valueOf(e.getMessage())),
                    WebEndpointResponse.STATUS_BAD_REQUEST);
        }
    }

    /**
     * Acts on a trigger or a subscription, like {@link ConnectorsEndpoint#act}.
     *
     * @param connection the name of the connection; "subscriptions" or "triggers" for one that is a bean
     * @param trigger the name of the trigger or subscription
     * @param action the action
     * @param event the id of the event of a dead letter
     * @return the result; with status 400 the reason why there is none
     */
    @WriteOperation
    public WebEndpointResponse<Map<String, Object>> act(
            @Selector String connection,
            @Selector String trigger,
            @org.springframework.lang.Nullable @Nullable String action,
            @org.springframework.lang.Nullable @Nullable String event) {
        return respond(() -> endpoint.act(connection, trigger, action == null ? "" : action, event));
    }

    /**
     * Acts on a trigger of a customer of the registry, like {@link ConnectorsEndpoint#actOnInstance}.
     *
     * @param tenant the ID of the customer
     * @param connector the ID of the connector
     * @param trigger the name of the trigger
     * @param action the action
     * @param event the id of the event of a dead letter
     * @return the result; with status 400 the reason why there is none
     */
    @WriteOperation
    public WebEndpointResponse<Map<String, Object>> actOnInstance(
            @Selector String tenant,
            @Selector String connector,
            @Selector String trigger,
            @org.springframework.lang.Nullable @Nullable String action,
            @org.springframework.lang.Nullable @Nullable String event) {
        return respond(() -> endpoint.actOnInstance(tenant, connector, trigger, action == null ? "" : action, event));
    }
}
